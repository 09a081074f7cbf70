"""Rule 7: one owner."""

from captured_exchanges.exchange import ResumePosition
from captured_exchanges.handoff import Status
from support.handoff_connector import Connector


def test_rule_7_same_consumer_replaces_its_older_stream():
    """The older stream of the same consumer ends ABORTED, REPLACED; the newer one owns."""
    connector = Connector()
    connector.capture(2)
    older = connector.owner()
    connector.advance(1)
    newer = connector.owner()
    assert older.closing.code == Status.ABORTED
    assert older.closing.reason.startswith("REPLACED")
    connector.advance(1)
    assert newer.sequences == [1, 2]
    older.half_close()
    assert older.ended.code == Status.ABORTED
    assert older.ended.details.startswith("REPLACED")


def test_rule_7_acks_of_a_replaced_stream_release_nothing():
    """What a replaced consumer still says has no effect."""
    connector = Connector()
    connector.capture(2)
    older = connector.owner()
    connector.advance(1)
    connector.owner()
    older.ack(2)
    assert connector.counters().acked == 0
    assert connector.buffer.facts().retained_exchanges == 2


def test_rule_7_another_consumer_is_refused_by_the_owners_name():
    """While one owns, another gets FAILED_PRECONDITION, which names the owner."""
    connector = Connector()
    connector.owner("syncer-one")
    second = connector.owner("syncer-two")
    assert second.ended.code == Status.FAILED_PRECONDITION
    assert "'syncer-one'" in second.ended.details
    assert second.sent == []


def test_rule_7_ownership_is_kept_for_thirty_seconds_after_the_stream():
    """A cut owner is waited for: another is refused for 30 s, and admitted then."""
    connector = Connector()
    connector.owner("one").cut()
    connector.advance(29.9)
    assert connector.owner("two").ended.code == Status.FAILED_PRECONDITION
    connector.advance(0.2)
    assert connector.owner("two").opened.role == "owner"


def test_rule_7_the_cut_owner_may_come_back_at_once():
    """The reservation is for the same consumer, which resumes where its store is."""
    connector = Connector()
    connector.capture(3)
    first = connector.owner("one")
    connector.advance(1)
    first.ack(1)
    first.cut()
    again = connector.owner("one", resume=(ResumePosition(connector.epoch, 2),))
    connector.advance(1)
    assert again.sequences == [3]


def test_rule_7_take_over_makes_owner_at_once():
    """With `take_over` the former owner's stream ends ABORTED, TAKEN_OVER, and its acks are refused."""
    connector = Connector()
    connector.capture(2)
    former = connector.owner("one")
    connector.advance(1)
    taker = connector.owner("two", take_over=True)
    former.ack(2)
    assert former.closing.code == Status.ABORTED
    assert former.closing.reason.startswith("TAKEN_OVER")
    assert "'two'" in former.closing.reason
    assert connector.counters().acked == 0
    connector.advance(1)
    taker.ack(2)
    assert connector.counters().acked == 2


def test_rule_7_a_reservation_can_be_taken_over_too():
    """`take_over` does not wait for an owner that is away."""
    connector = Connector()
    connector.owner("one").cut()
    assert connector.owner("two", take_over=True).opened.role == "owner"
    assert connector.owner("one").ended.code == Status.FAILED_PRECONDITION


def test_rule_7_half_close_after_drained_gives_ownership_up_at_once():
    """A consumer that has drained and half-closes leaves the connector to the next one."""
    connector = Connector()
    connector.capture(2)
    first = connector.owner("one")
    first.drain()
    first.ack(2)
    first.half_close()
    assert first.closing.code == Status.OK
    assert first.ended.code == Status.OK
    assert connector.owner("two").opened.role == "owner"


def test_rule_7_nothing_is_sent_to_who_gave_ownership_up():
    """What is captured after the attestation waits for the next owner and goes to it alone."""
    connector = Connector()
    first = connector.owner("one")
    first.drain()
    connector.capture(1)
    first.half_close()
    second = connector.owner("two")
    connector.advance(1)
    assert first.sequences == []
    assert second.sequences == [1]


def test_rule_7_a_connection_that_breaks_after_drained_keeps_the_reservation():
    """A cut looks like a half-close at first; ownership is given up only when the stream has really ended."""
    connector = Connector()
    first = connector.owner("one")
    first.drain()
    first.stalled = True
    first.half_close()
    first.cut()
    assert connector.owner("two").ended.code == Status.FAILED_PRECONDITION


def test_rule_7_half_close_before_drained_keeps_the_reservation():
    """Half-closing with the drain unanswered is no goodbye."""
    connector = Connector()
    connector.capture(2)
    first = connector.owner("one")
    first.drain()
    first.half_close()
    assert first.ended.code == Status.OK
    assert connector.owner("two").ended.code == Status.FAILED_PRECONDITION


def test_rule_7_a_second_unanswered_drain_keeps_the_reservation_too():
    """Only the latest drain's answer counts as the goodbye."""
    connector = Connector()
    first = connector.owner("one")
    first.drain()
    connector.capture(1)
    first.drain()
    first.half_close()
    assert connector.owner("two").ended.code == Status.FAILED_PRECONDITION


def test_rule_7_an_observer_takes_nothing_from_the_owner():
    """Observers neither own nor replace."""
    connector = Connector()
    owner = connector.owner()
    connector.observer(follow=True)
    assert owner.ended is None
    assert connector.handoff.standing(connector.now).owner == "c1"
    assert connector.handoff.standing(connector.now).attached
