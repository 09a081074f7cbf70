"""Rule 14: every end that the server decides after `opened` is announced."""

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import Ack, Closing, Heartbeat, Open, Opened
from captured_exchanges.handoff import Status
from captured_exchanges.handoff.serving import End, Nudge, ServerStream
from support.handoff_connector import Connector


def test_rule_14_closing_is_the_last_message_and_the_status_follows_the_half_close():
    """After `closing` the server sends nothing and ends once the peer has half-closed."""
    connector = Connector()
    owner = connector.owner()
    owner.say(Open(consumer_id="c1"))
    connector.capture(3)
    assert isinstance(owner.sent[-1], Closing)
    assert owner.sent[-1].epoch == connector.epoch
    assert "open was sent twice" in owner.sent[-1].reason
    assert owner.ended is None
    owner.half_close()
    assert owner.ended.code == owner.sent[-1].code == Status.INVALID_ARGUMENT
    assert owner.ended.details == owner.sent[-1].reason


def test_rule_14_a_peer_that_does_not_half_close_is_waited_for_two_seconds():
    """The status comes after 2 s at most, half-close or not."""
    connector = Connector()
    owner = connector.owner()
    owner.say(None)
    assert "no variant" in owner.closing.reason
    connector.advance(1.9)
    assert owner.ended is None
    connector.advance(0.2)
    assert owner.ended.code == Status.INVALID_ARGUMENT


def test_rule_14_the_announcement_waits_for_a_pending_write_and_not_for_ever():
    """`closing` goes after what is in the air; where that never moves, the end comes without it."""
    connector = Connector()
    connector.capture(1)
    slow, dead = connector.owner("one"), None
    slow.stalled = True
    connector.advance(1)
    dead = connector.observer(follow=True)
    slow.say(None)
    assert slow.closing is None
    slow.take()
    assert slow.closing.code == Status.INVALID_ARGUMENT
    dead.stalled = True
    connector.capture(1)
    connector.advance(1)
    dead.say(None)
    connector.advance(12)
    assert dead.closing is None
    assert dead.ended.code == Status.INVALID_ARGUMENT


def test_rule_14_acks_that_crossed_the_closing_still_release():
    """What was committed is released, though its ack met a stream that was ending already."""
    connector = Connector()
    connector.capture(2)
    owner = connector.owner()
    connector.advance(1)
    owner.say(None)
    owner.ack(2)
    assert connector.counters().acked == 2
    owner.ack(9)
    assert owner.closing.reason == "the request has no variant; send one of ack, drain, heartbeat"


def test_rule_14_bytes_that_are_no_request_end_that_stream_alone():
    """Garbage gets a status and a sentence, and harms nobody else."""
    connector = Connector()
    owner = connector.owner()
    observer = connector.observer(follow=True)
    observer.stream.violated(ProtocolViolation("no request"))
    connector.settle()
    assert (observer.closing.code, observer.closing.reason) == (Status.INVALID_ARGUMENT, "no request")
    connector.capture(1)
    connector.advance(1)
    assert owner.sequences == [1]


def test_rule_14_before_opened_a_refusal_is_a_bare_status():
    """`opened` is always first, so what is refused before it has no `closing`."""
    connector = Connector()
    for first in (Ack("e", 1), Heartbeat()):
        refused = connector.connect(first)
        assert refused.sent == []
        assert refused.ended.code == Status.INVALID_ARGUMENT
        assert "open comes first" in refused.ended.details


def test_rule_14_a_stream_superseded_before_opened_was_sent_is_refused():
    """Two opens of one consumer at the same moment: the older never hears `opened`, and ends."""
    connector = Connector()
    facts, now = connector.buffer.facts(), connector.now
    older, newer = (ServerStream(connector.handoff, now) for _ in range(2))
    for stream in (older, newer):
        stream.receive(Open(consumer_id="c1"), facts, now)
    refusal = older.next_action(facts, now)
    assert isinstance(refusal, End)
    assert refusal.code == Status.ABORTED
    assert isinstance(newer.next_action(facts, now), Nudge)
    assert isinstance(newer.next_action(facts, now).message, Opened)
