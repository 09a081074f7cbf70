"""One epoch of a buffer: entries and holes at their sequences, from the oldest retained to the newest.

Readers are positioned by bisection over the first sequences of entries and holes; two holes are never
neighbours. Where an entry is dropped from the middle its slot goes to the hole it becomes part of, so that
nothing need be moved: a hole may lie in many slots, and now and then, when they are the most of all, the
shelf is swept. No bounds and no counters here, those are the buffer's. Not thread-safe: the buffer's lock
guards it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from captured_exchanges.buffer.accounts import Account
from captured_exchanges.buffer.hole import Hole
from captured_exchanges.buffer.sent_drops import SentDrop
from captured_exchanges.exchange import MAX_SEQUENCE, EncodedExchange, Entry, Gap, GapReason

__all__ = ["Held", "Shelf"]

_FEW_SLOTS = 64


class Held:
    """An entry, the account it was captured into, and when, in the buffer's time."""

    __slots__ = ("account", "at", "entry")

    def __init__(self, entry: Entry, account: Account, at: float) -> None:
        self.entry = entry
        self.account = account
        self.at = at

    @property
    def last(self) -> int:
        """The entry's sequence: entries and holes alike are asked for their last one."""
        return self.entry.sequence


class Shelf:
    """Sequences of one epoch."""

    def __init__(self, epoch: str, first_sequence: int = 1) -> None:
        self.epoch = epoch
        self.next_sequence = first_sequence
        self.acked_through = first_sequence - 1
        self._floor = first_sequence - 1
        self._held = 0
        self._firsts: list[int] = []
        self._items: list[Held | Hole] = []

    @property
    def full(self) -> bool:
        """Whether every sequence of the epoch is given out."""
        return self.next_sequence > MAX_SEQUENCE

    @property
    def settled(self) -> bool:
        """Whether all that was given out has been released."""
        return not self._items

    @property
    def oldest_sequence(self) -> int:
        """The first retained entry's, or the next one to be given out."""
        oldest = self.oldest(0)
        return self.next_sequence if oldest is None else oldest.last

    def oldest(self, after: int) -> Held | None:
        """The first retained entry after a sequence."""
        return next((item for item in self._from(after) if isinstance(item, Held)), None)

    def put(self, exchange: EncodedExchange, account: Account, at: float = 0.0) -> int:
        """Retain an exchange at the next sequence."""
        sequence = self._take_sequence()
        self._append(sequence, Held(Entry(sequence, exchange), account, at))
        self._held += 1
        return sequence

    def skip(self, sync_id: str, size: int, reason: GapReason) -> None:
        """Give the next sequence to an exchange that is dropped."""
        sequence = self._take_sequence()
        hole = self._hole_at(len(self._items) - 1)
        if hole is None:
            hole = Hole()
            self._append(sequence, hole)
        hole.add(sequence, sync_id, size, reason)

    def drop(self, held: Held, reason: GapReason) -> None:
        """A retained entry is lost: its place becomes part of the holes beside it, or one of its own."""
        index = bisect_left(self._firsts, held.last)
        hole = self._hole_at(index - 1) or Hole()
        hole.add(held.last, held.entry.exchange.sync_id, held.entry.size, reason)
        self._items[index] = hole
        self._held -= 1
        self._close_up(index + 1, hole)
        if len(self._items) > _FEW_SLOTS + 4 * self._held:
            self._sweep()

    def read(self, after: int, max_exchanges: int, max_bytes: int) -> list[Entry | Gap]:
        """As `ReadableBuffer.read`."""
        told: list[Entry | Gap] = [*self._released(after)]
        exchanges = 0
        for item in self._from(max(after, self.acked_through)):
            if isinstance(item, Hole):
                told += item.gaps(self.epoch, max(after, self.acked_through))
                continue
            exchanges, max_bytes = exchanges + 1, max_bytes - item.entry.size
            if exchanges > max_exchanges or (max_bytes < 0 and exchanges > 1):
                break
            told.append(item.entry)
        return told

    def release(self, through: int, sent: Sequence[SentDrop] = ()) -> list[Held]:
        """Forget everything up to and including a sequence; the entries that were retained. `sent`: as in
        `Hole.forget`.
        """
        through = min(through, self.next_sequence - 1)
        if through <= self.acked_through:
            return []
        self.acked_through = through
        whole = bisect_right(self._firsts, through)
        if whole and self._items[whole - 1].last > through:
            whole -= 1
        gone = [item for item in self._items[:whole] if isinstance(item, Held)]
        del self._items[:whole], self._firsts[:whole]
        self._cut_first_hole(through, sent)
        self._held -= len(gone)
        return gone

    def _take_sequence(self) -> int:
        sequence = self.next_sequence
        self.next_sequence += 1
        return sequence

    def _append(self, first: int, item: Held | Hole) -> None:
        self._firsts.append(first)
        self._items.append(item)

    def _hole_at(self, index: int) -> Hole | None:
        item = self._items[index] if 0 <= index < len(self._items) else None
        return item if isinstance(item, Hole) else None

    def _close_up(self, index: int, hole: Hole) -> None:
        """Where a hole begins right after this one, both are one."""
        following = self._hole_at(index)
        if following is None:
            return
        hole.absorb(following)
        while index < len(self._items) and self._items[index] is following:
            self._items[index] = hole
            index += 1

    def _sweep(self) -> None:
        """Leave each hole one slot."""
        kept = [
            index
            for index, item in enumerate(self._items)
            if not index or isinstance(item, Held) or item is not self._items[index - 1]
        ]
        self._firsts = [self._firsts[index] for index in kept]
        self._items = [self._items[index] for index in kept]

    def _from(self, after: int) -> Iterator[Held | Hole]:
        """Items that end after a sequence."""
        index = max(0, bisect_right(self._firsts, after) - 1)
        while index < len(self._items):
            item = self._items[index]
            if item.last > after:
                yield item
            index = index + 1 if isinstance(item, Held) else bisect_right(self._firsts, item.last, index)

    def _released(self, after: int) -> Iterator[Gap]:
        """What an owner has taken away between a position and the oldest item."""
        if after >= self.acked_through:
            return
        count = self.acked_through - max(after, self._floor)  # below the floor nothing was ever given out
        yield Gap(self.epoch, after + 1, self.acked_through, count, 0, "released_elsewhere")

    def _cut_first_hole(self, through: int, sent: Sequence[SentDrop]) -> None:
        first = self._items[0] if self._items else None
        if isinstance(first, Hole) and self._firsts[0] <= through:
            first.forget(through, sent)
            self._firsts[0] = through + 1
