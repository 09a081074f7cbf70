"""Rule 13: captured = acked + retained + Σ dropped, of every sync, at every moment; and what was sent to an
owner is never dropped while that one may still ack it.
"""

from __future__ import annotations

from dataclasses import replace

from captured_exchanges.exchange import (
    Ack,
    Drain,
    Drained,
    Gap,
    Limits,
    ResumePosition,
    ServerHeartbeat,
    SyncCount,
)
from support.buffer_account import imbalance, lost
from support.conformance_connector import Clock
from support.conformance_exchanges import BEATS, OWNER, exchange, filled, rows

SIZE = exchange("r1").size


def test_rule_13_counting_holds_at_every_step_of_a_handoff(pairing):
    """Captured, dropped, sent, acked in part, cut, resumed, drained: each exchange is counted once."""
    with pairing.connector(filled(6, max_bytes=4 * SIZE)) as connector:
        buffer = connector.buffer
        owner, opened = connector.opened(OWNER)
        assert owner.exchanges(4) == [1, 2, 3, 4]
        assert (connector.account().captured, lost(connector.account()), imbalance(buffer)) == (6, 2, 0)
        owner.say(Ack(opened.epoch, 3))
        connector.until_acked(3)
        assert (connector.account().acked, connector.retained, imbalance(buffer)) == (3, 1, 0)
        owner.cancel()
        connector.alone()
        connector.capture(5)
        assert (connector.account().captured, lost(connector.account()), imbalance(buffer)) == (11, 4, 0)
        again, _ = connector.opened(OWNER)
        again.say(Drain())
        assert again.exchanges(4, ack=True) == [4, 7, 8, 9]
        again.say(Ack(opened.epoch, again.until(Gap).last_sequence))
        (account,) = again.until(Drained).counters
        assert (account.captured, account.acked, lost(account)) == (11, 7, 4)
        assert (connector.retained, imbalance(buffer)) == (0, 0)


def test_rule_13_counting_has_what_is_in_flight_as_retained_and_what_is_unfinished_apart(pairing):
    """Sent and not acked is retained; started and not ended is `pending`, and captured only when it ends."""
    with pairing.connector(filled(2), **BEATS) as connector:
        finish = connector.begin()
        owner, _ = connector.opened(OWNER)
        owner.exchanges(2)
        beat = owner.until(ServerHeartbeat)
        assert (beat.retained_exchanges, beat.pending, beat.counters[0].captured) == (2, 1, 2)
        finish()
        assert owner.exchanges(1) == [3]
        beat = owner.until(ServerHeartbeat)
        assert (beat.retained_exchanges, beat.pending, beat.counters[0].captured) == (3, 0, 3)


def test_rule_13_counting_drops_the_newcomer_where_all_is_in_flight(pairing):
    """What was sent is never evicted: it can be acked, now or by its consumer's next stream."""
    with pairing.connector(filled(3, max_bytes=3 * SIZE)) as connector:
        owner, opened = connector.opened(OWNER)
        assert owner.exchanges(3) == [1, 2, 3]
        connector.capture()
        gap = owner.until(Gap)
        assert (gap.first_sequence, gap.reason) == (4, "overflow")
        owner.cancel()
        connector.alone()
        connector.capture()
        assert connector.retained == 3
        again, reopened = connector.opened(OWNER)
        assert again.exchanges(3) == [1, 2, 3]
        assert reopened.epoch == opened.epoch
        again.say(Ack(opened.epoch, 3))
        connector.until_retained(0)
        assert (connector.account().acked, lost(connector.account())) == (3, 2)


def test_rule_13_counting_drops_nothing_in_flight_until_ownership_has_lapsed(pairing):
    """What grows too old is dropped around it; itself once its owner has been away for thirty seconds."""
    clock = Clock()
    buffer = filled(6, max_age=60.0, clock=clock)
    with pairing.connector(buffer, clock=clock, dead_after=1000.0) as connector:
        owner, _ = connector.opened(replace(OWNER, limits=Limits(max_outstanding_exchanges=2)))
        assert owner.exchanges(2) == [1, 2]
        connector.skip(61.0)
        connector.until_retained(2)
        assert (lost(connector.account()), imbalance(buffer)) == (4, 0)
        owner.cancel()
        connector.alone()
        connector.skip(29.0)
        assert connector.retained == 2
        connector.skip(1.5)
        connector.until_retained(0)
        assert (lost(connector.account()), imbalance(buffer)) == (6, 0)


def test_rule_13_counting_moves_what_a_store_had_committed_from_dropped_to_acked(pairing):
    """Its ack died, its owner stayed away, it was dropped: the resume shows that it was not lost."""
    clock = Clock()
    buffer = filled(3, max_age=60.0, clock=clock)
    with pairing.connector(buffer, clock=clock) as connector:
        owner, opened = connector.opened(OWNER)
        assert owner.exchanges(3) == [1, 2, 3]
        owner.cancel()
        connector.alone()
        connector.skip(61.0)
        connector.until_retained(0)
        assert (connector.account().acked, lost(connector.account())) == (0, 3)
        again, _ = connector.opened(replace(OWNER, resume=(ResumePosition(opened.epoch, 2),)))
        assert again.until(Gap) == Gap(opened.epoch, 3, 3, 1, SIZE, "retention", (SyncCount("s", 1),))
        assert (connector.account().acked, lost(connector.account()), imbalance(buffer)) == (2, 1, 0)


def test_rule_13_counting_agrees_on_both_ends(pairing, store):
    """What the connector counts acked and dropped is what the store holds and the ledger tells."""
    with pairing.connector(filled(50, max_bytes=40 * SIZE, sync_id="ours")) as connector:
        kept = connector.retained
        with pairing.consumer(connector, store) as consumer:
            report = consumer.drain()
    (account,) = report.attestation.counters
    assert (account.captured, account.acked, lost(account)) == (50, kept, 50 - kept)
    assert (len(rows(store)), report.lost) == (kept, 50 - kept)
    assert sum(entry.gap.count for entry in store.exchanges().ledger()) == 50 - kept
    assert report.consistent, report.findings
