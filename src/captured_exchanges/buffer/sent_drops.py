"""Exchanges that were dropped after an owner had been given them: they may be in its store all the same.

An owner commits, its stream dies before the ack arrives, it stays away until its ownership lapses, and
then retention drops what nobody has acked. Where it comes back and resumes past such exchanges, they were
not lost: they move from dropped to acked (PROTOCOL rule 13). Where an owner has been told the gap instead,
its ledger says that they are lost, and they stay so; should yet another store turn out to hold them, the
loss was told too high, never too low.

As many are remembered as were in flight, which the allowance bounds. Not thread-safe: the buffer's lock
guards it.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator
from typing import NamedTuple

from captured_exchanges.buffer.accounts import Account
from captured_exchanges.exchange import GapReason

__all__ = ["SentDrop", "SentDrops"]


class SentDrop(NamedTuple):
    """One of them."""

    sequence: int
    sync_id: str
    size: int
    reason: GapReason
    account: Account


class SentDrops:
    """Those of one epoch, by sequence. An account with any of them is not settled."""

    def __init__(self) -> None:
        self._drops: list[SentDrop] = []

    def __iter__(self) -> Iterator[SentDrop]:
        return iter(self._drops)

    def add(self, drop: SentDrop) -> None:
        """This exchange was given to an owner, and is dropped now."""
        insort(self._drops, drop)
        drop.account.disputed += 1

    def recall(self, through: int) -> list[SentDrop]:
        """An owner has committed everything through this sequence: what of it turns out not to be lost."""
        gone = self.settle(through)
        for drop in gone:
            drop.account.recall(drop.reason, drop.size)
        return gone

    def settle(self, through: int) -> list[SentDrop]:
        """An owner has been told of every gap through this sequence: those that are lost for good."""
        count = bisect_right(self._drops, through, key=_sequence)
        gone = self._drops[:count]
        del self._drops[:count]
        for drop in gone:
            drop.account.disputed -= 1
        return gone


def _sequence(drop: SentDrop) -> int:
    return drop.sequence
