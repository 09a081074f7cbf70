"""Rule 4: only an ack releases, and only one that can be true; the consumer acks what it has committed."""

from __future__ import annotations

import sqlite3

from grpc import StatusCode

from captured_exchanges.exchange import (
    Ack,
    Batch,
    Drain,
    Drained,
    Gap,
    Heartbeat,
    Limits,
    Open,
    ResumePosition,
    ServerHeartbeat,
)
from support.conformance_callers import ending
from support.conformance_exchanges import BEATS, LOOK, OWNER, exchange, filled, rows
from support.conformance_script import answer_drain
from support.syncer_messages import gap, opened
from support.syncer_server import outgoing
from support.syncer_stores import SlowStore
from support.threaded_calls import until


def test_rule_04_release_is_by_acks_alone(pairing):
    """Neither being sent nor a heartbeat, an observer's look, a half-close or a cut frees anything."""
    with pairing.connector(filled(5)) as connector:
        looker, _ = connector.opened(LOOK)
        assert looker.exchanges(5) == [1, 2, 3, 4, 5]
        owner, _ = connector.opened(OWNER)
        owner.exchanges(5)
        owner.say(Heartbeat())
        owner.half_close()
        assert ending(owner)[0] is StatusCode.OK
        again, _ = connector.opened(OWNER)
        assert again.exchanges(5) == [1, 2, 3, 4, 5]
        again.cut()
        until(lambda: not connector.standing.attached)
        assert connector.retained == 5
        last, _ = connector.opened(OWNER)
        last.exchanges(5, ack=True)
        connector.until_retained(0)


def test_rule_04_release_refuses_acks_that_cannot_be_true(pairing):
    """Another epoch, and beyond what was ever sent to an owner: INVALID_ARGUMENT, nothing released."""
    with pairing.connector(filled(8)) as connector:
        for epoch, through in (("another", 1), (connector.epoch, 4), (connector.epoch, 2**63)):
            owner, _ = connector.opened(Open(consumer_id="c1", limits=Limits(max_outstanding_exchanges=3)))
            assert owner.exchanges(3) == [1, 2, 3]
            owner.say(Ack(epoch, through))
            code, detail = ending(owner)
            assert (code, "ack." in detail) == (StatusCode.INVALID_ARGUMENT, True), detail
            assert connector.retained == 8


def test_rule_04_release_takes_acks_of_what_an_earlier_stream_was_sent(pairing):
    """Beyond the highest sequence that the epoch has sent to *any* owner: an earlier one's counts too."""
    with pairing.connector(filled(8)) as connector:
        owner, _ = connector.opened(OWNER)
        owner.exchanges(8)
        small = Open(consumer_id="c2", take_over=True, limits=Limits(max_outstanding_exchanges=1))
        other, opened_ = connector.opened(small)
        assert other.exchanges(1) == [1]
        other.say(Ack(opened_.epoch, 7))
        connector.until_retained(1)
        assert other.exchanges(1) == [8]


def test_rule_04_release_is_cumulative_and_repeats_are_harmless(pairing):
    """One ack stands for all before it; the same and an older one change nothing."""
    with pairing.connector(filled(6)) as connector:
        owner, opened_ = connector.opened(OWNER)
        owner.exchanges(6)
        for through in (4, 4, 1, 0):
            owner.say(Ack(opened_.epoch, through))
        owner.say(Drain())
        connector.until_retained(2)
        owner.say(Ack(opened_.epoch, 6))
        assert owner.until(Drained).counters[0].acked == 6


def test_rule_04_release_of_a_gap_is_an_ack_through_its_last_sequence(pairing):
    """A gap counts as sent, and is acked as the exchanges are."""
    with pairing.connector(filled(5, max_bytes=2 * exchange("r1").size)) as connector:
        owner, opened_ = connector.opened(OWNER)
        owner.exchanges(2)
        assert owner.until(Gap).last_sequence == 5
        owner.say(Ack(opened_.epoch, 5))
        connector.until_acked(5)
        connector.capture()
        assert owner.until(Batch).acked_through == 5


def test_rule_04_release_is_echoed(pairing):
    """`acked_through` comes back in heartbeats, batches and the next `opened`."""
    with pairing.connector(filled(4), **BEATS) as connector:
        owner, opened_ = connector.opened(OWNER)
        owner.exchanges(4)
        owner.say(Ack(opened_.epoch, 3))
        connector.until_acked(3)
        while owner.until(ServerHeartbeat).acked_through != 3:
            """Those that were sent before the ack."""
        assert connector.opened(OWNER)[1].acked_through == 3


def test_rule_04_release_follows_the_commit(pairing, store, tmp_path):
    """When an ack arrives, another connection reads the rows that it covers, and the gaps in the ledger."""
    found = []

    def script(peer):
        peer.open_with(opened())
        peer.send(outgoing(1, 2), gap(3, 5), outgoing(6))
        through = 0
        while through < 6:
            through = peer.expect(Ack).through_sequence
            found.append((through, *committed(tmp_path / "sync.db")))
        answer_drain(peer, 6)

    with pairing.scripted(script) as connector, pairing.consumer(connector, store) as consumer:
        consumer.drain()
    assert found[-1] == (6, 3, 1)
    for through, exchanges, gaps in found:
        assert exchanges >= (min(through, 2) + (through == 6))
        assert gaps >= (through >= 5)
        assert through not in (3, 4), "an ack inside a gap"


def committed(path):
    """Rows and ledger entries as another program sees them."""
    with sqlite3.connect(path) as other:
        tables = ("v1_exchanges", "v1_exchange_gaps")
        counts = [other.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]  # noqa: S608
    other.close()
    return counts


def test_rule_04_release_waits_for_a_commit_that_takes_its_time(pairing, store):
    """While the transaction is open there is no ack, and the stream lives on."""
    slow = SlowStore(store.exchanges(), blocked_after=1)

    def script(peer):
        peer.open_with(opened(interval=0.3))
        peer.send(outgoing(1))
        until(slow.blocked.is_set)
        for _ in range(2):
            peer.expect(Heartbeat)
            peer.send(ServerHeartbeat("epoch-1", 0))
        assert peer.all_of(Ack) == []
        slow.release.set()
        peer.acked(1)
        answer_drain(peer, 1)

    with pairing.scripted(script) as connector, pairing.consumer(connector, slow) as consumer:
        consumer.drain()


def test_rule_04_release_that_died_with_its_stream_is_made_good_by_the_resume(pairing, store):
    """The ack was lost, the commit was not: the next open tells it."""

    def cut(peer):
        peer.open_with(opened())
        peer.send(outgoing(1, 2))
        until(lambda: store.exchanges().count() == 2)
        peer.end(StatusCode.UNAVAILABLE, "cut")

    def second(peer):
        assert peer.open_with(opened(acked=2)).resume == (ResumePosition("epoch-1", 2),)
        answer_drain(peer, 2)

    with pairing.scripted(cut, second) as connector, pairing.consumer(connector, store) as consumer:
        until(lambda: connector.streams == 2)
        assert consumer.drain().duplicates == 0
    assert rows(store) == ["epoch-1/1", "epoch-1/2"]
