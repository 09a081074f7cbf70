"""Rule 12: heartbeats and dead peers."""

from captured_exchanges.exchange import Heartbeat, Open
from captured_exchanges.handoff import Status
from captured_exchanges.handoff.serving import ServerStream
from support.handoff_connector import Connector


def test_rule_12_a_silent_server_sends_heartbeats():
    """Every stream hears from the server at least every 5 s: how far, how full, and the counters."""
    connector = Connector()
    connector.begin()
    connector.capture(2, size=150)
    owner = connector.owner()
    observer = connector.observer(follow=True)
    connector.advance(1)
    owner.ack(1)
    assert owner.heartbeats == []
    connector.advance(5)
    (beat,) = owner.heartbeats
    assert (beat.epoch, beat.acked_through, beat.pending) == (connector.epoch, 1, 1)
    assert (beat.retained_exchanges, beat.retained_bytes) == (1, 150)
    assert beat.counters == connector.buffer.counters()
    assert len(observer.heartbeats) == 1


def test_rule_12_whoever_sends_owes_no_heartbeat():
    """A stream that is sent exchanges all the time is sent no heartbeats."""
    connector = Connector()
    owner = connector.owner()
    for _ in range(10):
        connector.capture(1)
        connector.advance(2)
        owner.say(Heartbeat())
    assert owner.heartbeats == []


def test_rule_12_a_silent_owner_is_dead_after_two_and_a_half_intervals():
    """12.5 s of silence end an owner's stream UNAVAILABLE; ownership is kept for it from then on."""
    connector = Connector()
    owner = connector.owner()
    connector.advance(12.4)
    assert owner.closing is None
    connector.advance(0.2)
    assert owner.closing.code == Status.UNAVAILABLE
    assert "12.5 s" in owner.closing.reason
    connector.advance(2.1)
    assert owner.ended.code == Status.UNAVAILABLE
    assert connector.owner("two").ended.code == Status.FAILED_PRECONDITION
    connector.advance(30)
    assert connector.owner("two").opened


def test_rule_12_any_message_is_a_sign_of_life():
    """An owner that sends anything at all every 10 s stays."""
    connector = Connector()
    owner = connector.owner()
    for request in (Heartbeat(), None):
        connector.advance(10)
        owner.say(request or Heartbeat())
    connector.advance(10)
    owner.ack(0)
    connector.advance(10)
    assert owner.closing is None


def test_rule_12_observers_and_half_closed_owners_owe_none():
    """A following observer may be silent for ever; so may an owner that half-closed and is still taking."""
    connector = Connector()
    connector.capture(1)
    observer = connector.observer(follow=True)
    connector.advance(100)
    assert observer.closing is None
    assert len(observer.heartbeats) == 19


def test_rule_12_an_observer_whose_write_does_not_move_is_dead():
    """A pending write that has not moved for 12.5 s ends the stream; it cannot be announced."""
    connector = Connector()
    connector.capture(1)
    observer = connector.connect(stalled=True)
    observer.say(Open(follow=True))
    connector.advance(12.4)
    assert observer.ended is None
    connector.advance(0.2)
    assert observer.ended.code == Status.UNAVAILABLE
    assert observer.closing is None


def test_rule_12_a_half_closed_owner_whose_write_does_not_move_is_dead():
    """After its half-close an owner is judged by its pending write."""
    connector = Connector()
    connector.capture(1)
    owner = connector.owner()
    owner.stalled = True
    connector.advance(1)
    owner.half_close()
    connector.advance(12.6)
    assert owner.ended.code == Status.UNAVAILABLE


def test_rule_12_an_owner_that_lives_and_does_not_take_is_not_dead():
    """A slow owner that sends heartbeats keeps its stream, however long its write is pending."""
    connector = Connector()
    connector.capture(1)
    owner = connector.owner()
    owner.stalled = True
    for _ in range(20):
        connector.advance(5)
        owner.say(Heartbeat())
    owner.take()
    assert owner.ended is None
    assert owner.sequences == [1]


def test_rule_12_our_own_standstill_is_not_the_peers_silence():
    """A shell that was away for a minute judges nobody by that minute."""
    connector = Connector()
    stream = ServerStream(connector.handoff, connector.now)
    facts = connector.buffer.facts()
    stream.receive(Open(consumer_id="c1"), facts, connector.now)
    stream.next_action(facts, connector.now)
    stream.written(connector.now)
    assert stream.next_action(facts, connector.now) is None
    late = connector.now + 60
    beat = stream.next_action(facts, late)
    stream.written(late)
    assert beat.with_counters
    assert stream.next_action(facts, late) is None
    assert stream.wake_at > late
