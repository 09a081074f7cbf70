"""What a shelf holds: entries in memory one by one, and runs of those that lie on the disk.

A block is what was written in one piece. Of its entries memory has the sizes, the accounts and, while they
are loaded, the exchanges; a run is a stretch of a block that is still retained, without a hole. Both answer
alike to what is asked of them. Not thread-safe: the buffer's lock guards them, with all they hold.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from captured_exchanges.buffer.accounts import Account
from captured_exchanges.buffer.spool.segments import Segment
from captured_exchanges.exchange import Entry

__all__ = ["Held", "Item", "Part", "Run", "StoredBlock"]


class Part(NamedTuple):
    """One retained exchange, wherever its bytes are."""

    sequence: int
    sync_id: str
    size: int
    account: Account


class Held:
    """An entry in memory, the account it was captured into, and when, in the buffer's time."""

    __slots__ = ("account", "at", "entry")
    count = 1

    def __init__(self, entry: Entry, account: Account, at: float) -> None:
        self.entry = entry
        self.account = account
        self.at = at

    @property
    def first(self) -> int:
        """The entry's sequence."""
        return self.entry.sequence

    @property
    def last(self) -> int:
        """The entry's sequence: whatever lies on a shelf is asked for its last one."""
        return self.entry.sequence

    @property
    def size(self) -> int:
        """Bytes that it counts."""
        return self.entry.size

    def aged(self, horizon: float) -> int:
        """As in Run; asked of one that is."""
        del horizon
        return self.last

    def parts(self) -> Iterator[Part]:
        """The exchange."""
        entry = self.entry
        yield Part(entry.sequence, entry.exchange.sync_id, entry.size, self.account)


class StoredBlock:
    """Entries that were written in one piece, `length` bytes at `offset` of a segment."""

    __slots__ = (
        "_kinds", "_which", "ats", "entries", "length", "live", "offset", "segment", "sequences", "sizes",
        "tries",
    )  # fmt: skip

    def __init__(self, held: Sequence[Held], segment: Segment, offset: int, length: int) -> None:
        self.segment = segment
        self.offset = offset
        self.length = length
        self.sequences = _sequences([item.first for item in held])
        self.sizes = array("I", [item.size for item in held])
        self.ats = array("d", [item.at for item in held]) if any(item.at for item in held) else None
        kinds: dict[tuple[str, Account], int] = {}
        which = [kinds.setdefault((item.entry.exchange.sync_id, item.account), len(kinds)) for item in held]
        self._kinds = list(kinds)
        self._which = array("H", which) if len(kinds) > 1 else None
        self.entries: list[Entry] | None = None
        self.live = 0
        self.tries = 0
        """How often it could not be read."""

    @property
    def size(self) -> int:
        """Bytes that its exchanges count, be they retained or not."""
        return sum(self.sizes)

    def index(self, sequence: int) -> int:
        """Where the first entry at or after a sequence is."""
        return bisect_left(self.sequences, sequence)

    def part(self, index: int) -> Part:
        """One exchange."""
        sync_id, account = self._kinds[self._which[index] if self._which else 0]
        return Part(self.sequences[index], sync_id, self.sizes[index], account)


class Run:
    """Neighbouring entries of a block, from `begin` up to `end`."""

    __slots__ = ("begin", "block", "end")

    def __init__(self, block: StoredBlock, begin: int, end: int) -> None:
        self.block = block
        self.begin = begin
        self.end = end

    @property
    def first(self) -> int:
        """The first entry's sequence."""
        return self.block.sequences[self.begin]

    @property
    def last(self) -> int:
        """The last entry's sequence."""
        return self.block.sequences[self.end - 1]

    @property
    def count(self) -> int:
        """How many entries."""
        return self.end - self.begin

    @property
    def size(self) -> int:
        """Bytes that its exchanges count."""
        return sum(self.block.sizes[self.begin : self.end])

    @property
    def at(self) -> float:
        """When the first one was captured."""
        return self.block.ats[self.begin] if self.block.ats else 0.0

    def parts(self) -> Iterator[Part]:
        """The exchanges."""
        return map(self.block.part, range(self.begin, self.end))

    def entries(self, after: int) -> list[Entry] | None:
        """Those after a sequence; None: they are not loaded."""
        loaded = self.block.entries
        return None if loaded is None else loaded[max(self.begin, self.block.index(after + 1)) : self.end]

    def split(self, through: int) -> Run:
        """Keep what comes after a sequence; what comes up to it is another run."""
        middle = self.block.index(through + 1)
        head = Run(self.block, self.begin, middle)
        self.begin = middle
        return head

    def aged(self, horizon: float) -> int:
        """The last sequence of those that were captured no later than a moment."""
        ats = self.block.ats
        end = bisect_left(ats, True, self.begin, self.end, key=lambda at: at > horizon) if ats else self.end
        return self.block.sequences[end - 1]


Item: TypeAlias = Held | Run


def _sequences(given: list[int]) -> Sequence[int]:
    straight = given[-1] - given[0] + 1 == len(given)
    return range(given[0], given[-1] + 1) if straight else array("Q", given)
