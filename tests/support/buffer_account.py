"""Sums over counters, for checks of conservation."""

from collections.abc import Iterable

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.exchange import SyncCounters


def lost(counters: SyncCounters) -> int:
    """Exchanges dropped, for whatever reason."""
    return sum(dropped.count for dropped in counters.dropped)


def total_lost(counters: Iterable[SyncCounters]) -> int:
    """Exchanges dropped over all syncs."""
    return sum(lost(each) for each in counters)


def imbalance(buffer: CaptureBuffer) -> int:
    """Captured − acked − dropped − retained over all syncs, at one moment: 0 where the account is true."""
    facts, counters = buffer.snapshot()
    left = sum(each.captured - each.acked for each in counters) - total_lost(counters)
    return left - facts.retained_exchanges
