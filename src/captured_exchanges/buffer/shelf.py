"""One epoch of a buffer: entries and holes at their sequences, from the oldest retained to the newest.

Readers are positioned by bisection over the first sequences of entries, runs and holes; two holes are never
neighbours. Where an entry is dropped from the middle its slot goes to the hole it becomes part of, so that
nothing need be moved: a hole may lie in many slots, and now and then, when they are the most of all, the
shelf is swept. What is written to disk is the beginning, in order: after the last entry that was written all
are in memory. No bounds and no counters here, those are the buffer's. Not thread-safe: the buffer's lock
guards it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from captured_exchanges.buffer.accounts import Account
from captured_exchanges.buffer.held import Held, Item, Run, StoredBlock
from captured_exchanges.buffer.hole import Hole
from captured_exchanges.buffer.sent_drops import SentDrop
from captured_exchanges.exchange import MAX_SEQUENCE, EncodedExchange, Entry, Gap, GapReason

__all__ = ["Shelf"]

_FEW_SLOTS = 64
_AHEAD = 3
"""Items that are looked at for what a reader will want next."""

_Slot: TypeAlias = Item | Hole


class Shelf:
    """Sequences of one epoch, up to `limit`. `sent_before`: what an earlier process may have sent of it."""

    def __init__(self, epoch: str, first_sequence: int = 1) -> None:
        self.epoch = epoch
        self.next_sequence = first_sequence
        self.acked_through = first_sequence - 1
        self.written_through = first_sequence - 1
        self.limit = MAX_SEQUENCE
        self.sent_before = 0
        self.floor = first_sequence - 1
        self._kept = 0
        self._firsts: list[int] = []
        self._items: list[_Slot] = []

    @property
    def full(self) -> bool:
        """Whether every sequence of the epoch is given out that may be."""
        return self.next_sequence > self.limit

    @property
    def settled(self) -> bool:
        """Whether all that was given out has been released."""
        return not self._items

    @property
    def oldest_sequence(self) -> int:
        """The first retained entry's, or the next one to be given out."""
        oldest = self.oldest(0)
        return self.next_sequence if oldest is None else oldest.first

    def oldest(self, after: int) -> Item | None:
        """The first retained entry, or the run, that ends after a sequence."""
        return next(self._kept_from(after), None)

    def kept(self) -> Iterator[Item]:
        """All that is retained, oldest first."""
        return self._kept_from(0)

    def held(self, after: int) -> Iterator[Held]:
        """What is in memory after a sequence, oldest first; the shelf must not change meanwhile."""
        return (item for item in self._kept_from(max(after, self.written_through)) if isinstance(item, Held))

    def put(self, exchange: EncodedExchange, account: Account, at: float = 0.0) -> int:
        """Retain an exchange at the next sequence."""
        sequence = self._take_sequence()
        self._append(sequence, Held(Entry(sequence, exchange), account, at))
        self._kept += 1
        return sequence

    def skip(self, sync_id: str, size: int, reason: GapReason) -> None:
        """Give the next sequence to an exchange that is dropped."""
        sequence = self._take_sequence()
        hole = self._hole_at(len(self._items) - 1)
        if hole is None:
            hole = Hole()
            self._append(sequence, hole)
        hole.add(sequence, sync_id, size, reason)

    def holes(self) -> Iterator[Hole]:
        """What was dropped, in order."""
        return (item for item in self._from(0) if isinstance(item, Hole))

    def lay(self, item: Run | Hole) -> None:
        """Put what is known of an earlier life after what is there."""
        before = self._hole_at(len(self._items) - 1)
        if before is not None and isinstance(item, Hole):
            before.absorb(item)
        else:
            self._append(item.first, item)
            self._kept += isinstance(item, Run)

    def cut(self, run: Run, through: int) -> Run:
        """Part a run after a sequence; the first part."""
        index = bisect_left(self._firsts, run.first)
        head = run.split(through)
        self._items.insert(index, head)
        self._firsts.insert(index + 1, run.first)
        self._kept += 1
        return head

    def drop(self, item: Item, reason: GapReason) -> None:
        """What was retained is lost: its place becomes part of the holes beside it, or one of its own."""
        index = bisect_left(self._firsts, item.first)
        hole = self._hole_at(index - 1) or Hole()
        for part in item.parts():
            hole.add(part.sequence, part.sync_id, part.size, reason)
        self._items[index] = hole
        self._kept -= 1
        self._close_up(index + 1, hole)
        if len(self._items) > _FEW_SLOTS + 4 * self._kept:
            self._sweep()

    def settle(self, block: StoredBlock) -> list[Held]:
        """What is left of entries that were written lies in a block from now on; they."""
        begin = bisect_left(self._firsts, block.sequences[0])
        end = bisect_right(self._firsts, block.sequences[-1])
        slots: list[tuple[int, _Slot]] = []
        written: list[Held] = []
        for first, item in zip(self._firsts[begin:end], self._items[begin:end], strict=True):
            if isinstance(item, Held):
                written.append(item)
                _lay(slots, block, first)
            else:
                slots.append((first, item))
        self._firsts[begin:end] = [first for first, _ in slots]
        self._items[begin:end] = [slot for _, slot in slots]
        self._kept += sum(isinstance(slot, Run) for _, slot in slots) - len(written)
        self.written_through = max(self.written_through, block.sequences[-1])
        return written

    def runs(self, block: StoredBlock) -> list[Run]:
        """What is left of a block."""
        through = block.sequences[-1]
        found: list[Run] = []
        for item in self._kept_from(block.sequences[0] - 1):
            if item.first > through:
                break
            if isinstance(item, Run) and item.block is block:
                found.append(item)
        return found

    def read(self, after: int, max_exchanges: int, max_bytes: int) -> list[Entry | Gap]:
        """As `ReadableBuffer.read`."""
        told: list[Entry | Gap] = [*self._released(after)]
        position, exchanges = max(after, self.acked_through), 0
        for item in self._from(position):
            if isinstance(item, Hole):
                told += item.gaps(self.epoch, position)
                continue
            entries = [item.entry] if isinstance(item, Held) else item.entries(position)
            if entries is None:
                break
            for entry in entries:
                exchanges, max_bytes = exchanges + 1, max_bytes - entry.size
                if exchanges > max_exchanges or (max_bytes < 0 and exchanges > 1):
                    return told
                told.append(entry)
        return told

    def unloaded(self, after: int) -> StoredBlock | None:
        """What a reader at a sequence wants to be loaded, now or soon."""
        for item in islice(self._kept_from(max(after, self.acked_through)), _AHEAD):
            if isinstance(item, Run) and item.block.entries is None:
                return item.block
        return None

    def release(self, through: int, sent: Sequence[SentDrop] = ()) -> list[Item]:
        """Forget everything up to and including a sequence; what was retained of it. `sent`: as in
        `Hole.forget`.
        """
        through = min(through, self.next_sequence - 1)
        if through <= self.acked_through:
            return []
        self.acked_through = through
        self.written_through = max(self.written_through, through)
        whole = bisect_right(self._firsts, through)
        if whole and self._items[whole - 1].last > through:
            whole -= 1
        gone: list[Item] = [item for item in self._items[:whole] if not isinstance(item, Hole)]
        del self._items[:whole], self._firsts[:whole]
        self._kept -= len(gone)
        return gone + self._cut_first(through, sent)

    def _take_sequence(self) -> int:
        sequence = self.next_sequence
        self.next_sequence += 1
        return sequence

    def _append(self, first: int, item: _Slot) -> None:
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
            if not index or not isinstance(item, Hole) or item is not self._items[index - 1]
        ]
        self._firsts = [self._firsts[index] for index in kept]
        self._items = [self._items[index] for index in kept]

    def _from(self, after: int) -> Iterator[_Slot]:
        """Items that end after a sequence."""
        index = max(0, bisect_right(self._firsts, after) - 1)
        while index < len(self._items):
            item = self._items[index]
            if item.last > after:
                yield item
            index = bisect_right(self._firsts, item.last, index) if isinstance(item, Hole) else index + 1

    def _kept_from(self, after: int) -> Iterator[Item]:
        return (item for item in self._from(after) if not isinstance(item, Hole))

    def _released(self, after: int) -> Iterator[Gap]:
        """What an owner has taken away between a position and the oldest item."""
        if after >= self.acked_through:
            return
        count = self.acked_through - max(after, self.floor)  # below the floor nothing was ever given out
        yield Gap(self.epoch, after + 1, self.acked_through, count, 0, "released_elsewhere")

    def _cut_first(self, through: int, sent: Sequence[SentDrop]) -> list[Item]:
        """Forget the beginning of what lies across a sequence; what was retained of it."""
        if not self._items or self._firsts[0] > through:
            return []
        first, self._firsts[0] = self._items[0], through + 1
        if isinstance(first, Hole):
            first.forget(through, sent)
        return [first.split(through)] if isinstance(first, Run) else []


def _lay(slots: list[tuple[int, _Slot]], block: StoredBlock, sequence: int) -> None:
    """Put an entry of a block after what is there: into the run before it, where that goes on with it."""
    last, index = slots[-1][1] if slots else None, block.index(sequence)
    if isinstance(last, Run) and last.end == index and sequence == last.last + 1:
        last.end += 1
    else:
        slots.append((sequence, Run(block, index, index + 1)))
