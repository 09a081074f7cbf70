"""One epoch of a buffer: entries and holes at their sequences, from the oldest retained to the newest.

Readers are positioned by bisection over the first sequences of entries and holes, which alternate: two
holes are never neighbours. No bounds and no counters here, those are the buffer's. Not thread-safe: the
buffer's lock guards it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from captured_exchanges.buffer.accounts import Account
from captured_exchanges.buffer.hole import Hole
from captured_exchanges.exchange import MAX_SEQUENCE, EncodedExchange, Entry, Gap, GapReason

__all__ = ["Held", "Shelf"]


class Held:
    """An entry and the account it was captured into."""

    __slots__ = ("account", "entry")

    def __init__(self, entry: Entry, account: Account) -> None:
        self.entry = entry
        self.account = account

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
        self._told = 0
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
        return next(
            (item.entry.sequence for item in self._items[:2] if isinstance(item, Held)), self.next_sequence
        )

    def put(self, exchange: EncodedExchange, account: Account) -> int:
        """Retain an exchange at the next sequence."""
        sequence = self._take_sequence()
        self._append(sequence, Held(Entry(sequence, exchange), account))
        return sequence

    def skip(self, sync_id: str, size: int, reason: GapReason) -> None:
        """Give the next sequence to an exchange that is dropped."""
        sequence = self._take_sequence()
        tail = self._items[-1] if self._items else None
        if not isinstance(tail, Hole):
            tail = Hole()
            self._append(sequence, tail)
        tail.add(sequence, sync_id, size, reason, told=self._told)

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
        self._note_told(told)
        return told

    def release(self, through: int) -> list[Held]:
        """Forget everything up to and including a sequence; the entries that were retained."""
        through = min(through, self.next_sequence - 1)
        if through <= self.acked_through:
            return []
        self.acked_through = through
        whole = bisect_right(self._firsts, through)
        if whole and self._items[whole - 1].last > through:
            whole -= 1
        gone = self._items[:whole]
        del self._items[:whole], self._firsts[:whole]
        self._cut_first_hole(through)
        return [item for item in gone if isinstance(item, Held)]

    def _take_sequence(self) -> int:
        sequence = self.next_sequence
        self.next_sequence += 1
        return sequence

    def _append(self, first: int, item: Held | Hole) -> None:
        self._firsts.append(first)
        self._items.append(item)

    def _from(self, after: int) -> Iterator[Held | Hole]:
        """Items that end after a sequence."""
        start = max(0, bisect_right(self._firsts, after) - 1)
        for index in range(start, len(self._items)):
            if self._items[index].last > after:
                yield self._items[index]

    def _released(self, after: int) -> Iterator[Gap]:
        """What an owner has taken away between a position and the oldest item."""
        if after >= self.acked_through:
            return
        count = self.acked_through - max(after, self._floor)  # below the floor nothing was ever given out
        yield Gap(self.epoch, after + 1, self.acked_through, count, 0, "released_elsewhere")

    def _note_told(self, told: list[Entry | Gap]) -> None:
        if told and isinstance(told[-1], Gap):
            self._told = max(self._told, told[-1].last_sequence)

    def _cut_first_hole(self, through: int) -> None:
        first = self._items[0] if self._items else None
        if isinstance(first, Hole) and self._firsts[0] <= through:
            first.forget(through)
            self._firsts[0] = through + 1
