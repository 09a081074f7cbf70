"""Rule 7: two consumers never both own, and the loser is told why."""

from __future__ import annotations

import pytest
from grpc import StatusCode

from captured_exchanges.exchange import Ack, Drain, Drained, Open, ResumePosition
from captured_exchanges.store import Delivery
from captured_exchanges.syncer import ClientSettings
from support.conformance_callers import ending
from support.conformance_exchanges import OWNER, filled, rows
from support.conformance_script import answer_drain
from support.syncer_messages import CONNECTOR, captured, opened
from support.syncer_server import outgoing
from support.syncer_stores import SlowStore
from support.threaded_calls import until

OTHER = Open(consumer_id="c2", sync_id="s")
TAKER = Open(consumer_id="c2", take_over=True)


def assert_owned_by_c1(connector):
    """Another consumer is refused, and told by whom."""
    code, detail = connector.refused(OTHER)
    assert (code, "'c1'" in detail) == (StatusCode.FAILED_PRECONDITION, True), detail


# the connector


def test_rule_07_one_owner_that_opens_again_replaces_its_older_stream(pairing):
    """The older one ends ABORTED, REPLACED; the newer one has everything, and the ownership."""
    with pairing.connector(filled(3)) as connector:
        older, _ = connector.opened(OWNER)
        older.exchanges(3)
        newer, _ = connector.opened(OWNER)
        code, detail = ending(older)
        assert (code, detail[:8]) == (StatusCode.ABORTED, "REPLACED")
        assert newer.exchanges(3, ack=True) == [1, 2, 3]
        connector.until_retained(0)
        assert_owned_by_c1(connector)


@pytest.mark.parametrize("way", ["cancel", "cut", "half_close"])
def test_rule_07_one_owner_is_waited_for_thirty_seconds(pairing, way):
    """However its stream ended, but for a drain: only itself is admitted meanwhile, and anybody then."""
    with pairing.connector(filled(2)) as connector:
        owner, opened_ = connector.opened(OWNER)
        owner.exchanges(2)
        getattr(owner, way)()
        if way == "half_close":
            assert ending(owner)[0] is StatusCode.OK
        connector.alone()
        connector.skip(29.0)
        assert_owned_by_c1(connector)
        again, _ = connector.opened(Open(consumer_id="c1", resume=(ResumePosition(opened_.epoch, 1),)))
        assert again.exchanges(1) == [2]
        again.cancel()
        connector.alone()
        connector.skip(30.5)
        other, _ = connector.opened(OTHER)
        assert other.exchanges(1) == [2]


def test_rule_07_one_owner_is_robbed_by_take_over_at_once(pairing):
    """The taker owns; the former one's acks are refused and its stream ends ABORTED, TAKEN_OVER."""
    with pairing.connector(filled(3)) as connector:
        owner, opened_ = connector.opened(OWNER)
        owner.exchanges(3)
        taker, _ = connector.opened(TAKER)
        owner.say(Ack(opened_.epoch, 3))
        code, detail = ending(owner)
        assert (code, detail[:10]) == (StatusCode.ABORTED, "TAKEN_OVER")
        assert connector.retained == 3
        assert taker.exchanges(3) == [1, 2, 3]
        assert connector.standing.owner == "c2"


def test_rule_07_one_owner_away_is_robbed_by_take_over_too(pairing):
    """Ownership that is only kept for somebody can be taken over as well."""
    with pairing.connector(filled(1)) as connector:
        owner, _ = connector.opened(OWNER)
        owner.cancel()
        connector.alone()
        assert connector.opened(TAKER)[0].exchanges(1) == [1]


def test_rule_07_one_owner_that_half_closes_after_drained_gives_ownership_up_at_once(pairing):
    """The next consumer waits for nothing."""
    with pairing.connector(filled(3)) as connector:
        owner, _ = connector.opened(OWNER)
        owner.say(Drain())
        owner.exchanges(3, ack=True)
        owner.until(Drained)
        owner.half_close()
        assert ending(owner)[0] is StatusCode.OK
        assert connector.standing.owner == ""
        assert connector.opened(OTHER)[1].role == "owner"


# the consumer


def test_rule_07_one_owner_replaced_stops_and_says_so(pairing, store):
    """Of two consumers of one id the older stops with the reason, and does not come back."""
    with (
        pairing.connector(filled(2)) as connector,
        pairing.consumer(connector, store, consumer_id="twin") as older,
    ):
        until(lambda: older.report.committed == 2)
        newer, _ = connector.opened(Open(consumer_id="twin", resume=connector.resume(2)))
        until(lambda: older.report.state == "stopped")
        error = older.drain().error
        assert (error.code, "REPLACED" in str(error)) == (StatusCode.ABORTED.value[0], True)
        assert older.report.streams == 1
        newer.say(Drain())
        newer.until(Drained)


def test_rule_07_one_owner_robbed_stops_and_says_so(pairing, store):
    """A consumer that was taken over does not take back."""
    with pairing.connector(filled(2)) as connector, pairing.consumer(connector, store) as consumer:
        until(lambda: consumer.report.committed == 2)
        connector.opened(TAKER)
        until(lambda: consumer.report.state == "stopped")
        assert "TAKEN_OVER" in str(consumer.report.error)
        assert connector.standing.owner == "c2"


def test_rule_07_one_owner_takes_over_only_where_told(pairing, store):
    """`take_over` is the host's word, and makes the consumer owner at once."""
    with pairing.connector(filled(2)) as connector:
        owner, _ = connector.opened(OWNER)
        with pairing.consumer(connector, store, take_over=True) as consumer:
            assert consumer.drain().committed == 2
        assert ending(owner)[0] is StatusCode.ABORTED


def test_rule_07_one_owner_is_waited_for_by_the_next(pairing, store):
    """A consumer tries on while another owns, and gets its turn when that one is done."""
    with pairing.connector(filled(3)) as connector:
        owner, _ = connector.opened(OWNER)
        with pairing.consumer(connector, store) as consumer:
            until(lambda: "'c1'" in consumer.report.trouble)
            assert consumer.report.state == "connecting"
            owner.say(Drain())
            owner.exchanges(3, ack=True)
            owner.until(Drained)
            owner.half_close()
            report = consumer.drain()
    assert (report.committed, report.released_elsewhere, report.lost) == (0, 3, 0)


def test_rule_07_one_owner_that_stays_ends_the_others_waiting(pairing, store):
    """After `ownership_timeout` (60 s by default) the consumer stops with an error that names the owner."""
    assert ClientSettings().ownership_timeout == 60.0
    settings = ClientSettings(ownership_timeout=0.1, backoff_initial=0.01, backoff_max=0.05)
    with pairing.connector() as connector:
        connector.opened(OWNER)
        with pairing.consumer(connector, store, settings=settings) as consumer:
            report = consumer.drain()
    assert (report.state, report.error.code) == ("stopped", StatusCode.FAILED_PRECONDITION.value[0])
    assert "'c1'" in str(report.error)


def test_rule_07_one_owner_gives_up_after_its_drain_and_not_without(pairing, store):
    """A consumer that drained leaves the connector free; one that fails before is waited for."""
    with pairing.connector(filled(2)) as connector:
        with pairing.consumer(connector, store, consumer_id="c1") as consumer:
            until(lambda: consumer.report.committed == 2)
        connector.alone()
        assert connector.standing.owner == "c1"
        with pairing.consumer(connector, store, consumer_id="c1") as consumer:
            assert consumer.drain().consistent
        until(lambda: connector.standing.owner == "")


def test_rule_07_one_owner_rolls_back_where_the_watermark_moved_and_reopens(pairing, store):
    """Somebody else committed the same epoch: nothing is written twice, the next stream starts after it."""

    def first(peer):
        peer.open_with(opened())
        until(lambda: store.exchanges().watermarks())
        theirs = [captured(number) for number in (1, 2)]
        store.exchanges().commit(Delivery(CONNECTOR, "epoch-1", 0, 2, theirs))
        peer.send(outgoing(1))
        peer.hang()

    def second(peer):
        assert peer.open_with(opened(acked=2)).resume == (ResumePosition("epoch-1", 2),)
        peer.send(outgoing(3))
        answer_drain(peer, 3)

    with pairing.scripted(first, second) as connector, pairing.consumer(connector, store) as consumer:
        until(lambda: connector.streams == 2)
        consumer.drain()
    assert rows(store) == ["epoch-1/1", "epoch-1/2", "epoch-1/3"]


def test_rule_07_one_owner_reads_watermarks_after_its_last_transaction_has_settled(pairing, store):
    """The stream breaks while a commit is stuck: the next `open` comes after it, and knows of it."""
    slow = SlowStore(store.exchanges(), blocked_after=1)

    def first(peer):
        peer.open_with(opened())
        peer.send(outgoing(1))
        until(slow.blocked.is_set)
        peer.end(StatusCode.UNAVAILABLE, "cut")

    def second(peer):
        assert slow.release.is_set()
        assert peer.expect(Open).resume == (ResumePosition("epoch-1", 1),)
        peer.send(opened(acked=1))
        answer_drain(peer, 1)

    with pairing.scripted(first, second) as connector, pairing.consumer(connector, slow) as consumer:
        until(lambda: "cut" in consumer.report.trouble)
        assert connector.streams == 1
        slow.release.set()
        assert consumer.drain().committed == 1
