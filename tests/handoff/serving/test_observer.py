"""Rule 8: observers look without touching."""

import pytest

from captured_exchanges.exchange import Ack, Drain, Filter, Limits, Open, OutgoingBatch
from captured_exchanges.handoff import Status
from support.handoff_connector import Connector


@pytest.mark.parametrize("request_", [Ack("e", 1), Drain()])
def test_rule_8_ack_and_drain_from_an_observer_are_refused(request_):
    """An observer that asks for what owners may ends INVALID_ARGUMENT, with nothing released."""
    connector = Connector()
    connector.capture(1)
    observer = connector.observer(follow=True)
    observer.say(request_)
    assert observer.closing.code == Status.INVALID_ARGUMENT
    assert "is for owners" in observer.closing.reason
    assert connector.buffer.facts().retained_exchanges == 1


def test_rule_8_an_observer_changes_nothing():
    """Counters and facts of the buffer are the same before and after a look."""
    connector = Connector(max_bytes=300)
    connector.capture(5)
    before = connector.buffer.snapshot()
    observer = connector.observer()
    observer.half_close()
    assert observer.sequences == [1, 2, 3]
    assert observer.gaps == [(4, 5, "overflow")]
    assert connector.buffer.snapshot() == before


def test_rule_8_what_an_observer_saw_does_not_count_as_sent():
    """An owner cannot ack what only an observer has been sent."""
    connector = Connector()
    connector.capture(3)
    connector.observer()
    owner = connector.owner(limits=Limits(max_outstanding_exchanges=1))
    owner.ack(3)
    assert owner.closing.code == Status.INVALID_ARGUMENT


def test_rule_9_an_observer_receives_to_the_end_of_the_buffer_at_its_open():
    """Without `follow` the stream ends OK where the buffer ended at open, half-closed or not."""
    connector = Connector()
    connector.capture(3)
    observer = connector.connect(stalled=True)
    observer.say(Open())
    connector.capture(2)
    observer.take()
    assert observer.sequences == [1, 2, 3]
    assert observer.closing.code == Status.OK
    observer.half_close()
    assert observer.ended.code == Status.OK


def test_rule_9_a_following_observer_goes_on_after_its_half_close():
    """With `follow` a half-close ends nothing: grpcurl half-closes at once."""
    connector = Connector()
    observer = connector.observer(follow=True)
    observer.half_close()
    connector.capture(2)
    connector.advance(1)
    assert observer.sequences == [1, 2]
    assert observer.ended is None


@pytest.mark.parametrize("way", ["empty message", "half-close"])
def test_a_first_message_without_variant_or_none_at_all_is_a_look(way):
    """`grpcurl -d '{}'` and grpcurl without `-d` are observers with defaults."""
    connector = Connector()
    connector.capture(2)
    looker = connector.connect(*([None] if way == "empty message" else []))
    looker.half_close()
    assert looker.opened.role == "observer"
    assert looker.sequences == [1, 2]
    assert looker.ended.code == Status.OK


def test_from_sequence_is_where_an_observer_begins():
    """`from_sequence` names the first sequence wanted; before the oldest retained one it is a gap."""
    connector = Connector()
    connector.capture(6)
    owner = connector.owner()
    connector.advance(1)
    owner.ack(2)
    assert connector.observer(from_sequence=5).sequences == [5, 6]
    assert connector.observer().sequences == [3, 4, 5, 6]
    early = connector.observer(from_sequence=1)
    assert early.gaps == [(1, 2, "released_elsewhere")]
    assert early.sequences == [3, 4, 5, 6]


def test_from_sequence_in_the_future_waits_for_it():
    """A following observer that asks for a later sequence gets that one first."""
    connector = Connector()
    observer = connector.observer(follow=True, from_sequence=3)
    connector.capture(4)
    connector.advance(1)
    assert observer.sequences == [3, 4]


def test_rule_8_where_an_observer_lags_it_gets_a_gap():
    """What the owner acked before the observer came to it is told as observer_lag."""
    connector = Connector()
    connector.capture(5)
    observer = connector.connect(stalled=True)
    observer.say(Open(follow=True))
    owner = connector.owner()
    connector.advance(1)
    owner.ack(4)
    observer.take()
    connector.advance(1)
    assert observer.gaps == [(1, 4, "observer_lag")]
    assert observer.sequences == [5]


@pytest.mark.parametrize(
    ("wanted", "sequences"),
    [
        (Filter(transport_kinds=("sql",)), [2]),
        (Filter(surfaces=("users", "groups")), [1, 3]),
        (Filter(sync_ids=("", "b")), [2, 3]),
        (Filter(surfaces=("users", "groups"), sync_ids=("b",)), [3]),
        (Filter(sync_ids=("none",)), []),
    ],
)
def test_rule_8_filters_are_lists_of_alternatives_and_fields_are_conditions(wanted, sequences):
    """An observer is sent what matches every field of its filter by any of its values."""
    connector = Connector()
    connector.capture(kind="http", surface="users", sync_id="a")
    connector.capture(kind="sql", surface="grants", sync_id="")
    connector.capture(kind="http", surface="groups", sync_id="b")
    observer = connector.observer(filter=wanted)
    assert observer.sequences == sequences
    assert observer.closing.code == Status.OK


def test_rule_8_an_observer_has_one_small_write_in_the_air():
    """Nothing more is read for an observer that does not take what it was sent."""
    connector = Connector(max_bytes=8 << 20)
    connector.capture_at_once(2000, size=2000)
    observer = connector.connect(Open(limits=Limits(max_batch_bytes=1 << 30)), stalled=False)
    assert max(sum(e.size for e in b.entries) for b in observer.of(OutgoingBatch)) <= 512 << 10
    stuck = connector.connect()
    stuck.say(Open(follow=True))
    stuck.stalled = True
    connector.capture_at_once(1000)
    connector.advance(5)
    assert len(stuck.sequences) <= 2000 + 256


def test_rule_8_observers_have_a_bounded_share_while_the_owner_is_busy():
    """While the owner has something to be sent, eight observers together get a turn for four of its own."""
    connector = Connector(max_bytes=32 << 20)
    connector.capture_at_once(64 * 600, size=100)
    observers = [connector.connect(stalled=True) for _ in range(8)]
    owner = connector.connect(stalled=True)
    batch = Limits(max_batch_exchanges=64, max_outstanding_exchanges=65536, max_outstanding_bytes=64 << 20)
    owner.say(Open(consumer_id="c1", limits=batch))
    for observer in observers:
        observer.say(Open(limits=Limits(max_batch_exchanges=64, max_outstanding_exchanges=64)))
    rounds = 400
    for _ in range(rounds):  # all take what they were sent, at the same pace
        for peer in (owner, *observers):
            peer.stream.written(connector.now)
        connector.settle()
    seen = sum(len(observer.batches) for observer in observers)
    assert len(owner.batches) >= rounds - 1
    assert rounds / 4 - 5 <= seen <= rounds / 4 + 5


def test_rule_8_observers_move_on_beside_an_owner_that_does_not_take():
    """An owner whose write is stuck does not stop the observers."""
    connector = Connector(max_bytes=8 << 20)
    connector.capture_at_once(5000)
    owner = connector.connect(stalled=True)
    owner.say(Open(consumer_id="c1"))
    observer = connector.observer()
    connector.advance(12)
    assert observer.sequences == list(range(1, 5001))
