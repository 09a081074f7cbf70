"""What has arrived and is not committed yet: coalesced into few large commits, one in flight at a time.

One at a time, because each commit assumes the watermark that the one before it leaves behind. Rows wait
`delivery_delay` for company (a commit a row costs a thousand times the row), less where the allowance
runs out. A commit ends at an attestation, so that the watermark stored as drained is the drained one.

Rows are kept in the runs in which they arrived: to look at each of them again for every bound would cost
more than to read them from the wire.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from captured_exchanges.exchange import CapturedExchange, Drained, Gap, Limits
from captured_exchanges.handoff.consuming.actions import ClientSettings, Commit

__all__ = ["Deliveries", "bytes_of"]

_MAX_GAPS = 1024
_MAX_GAP_BYTES = 4 * 1024 * 1024
_GAP_BYTES = 128
_SIZE = operator.attrgetter("size")


def bytes_of(rows: Iterable[CapturedExchange]) -> int:
    """The bytes that rows take together."""
    return sum(map(_SIZE, rows))


class Deliveries:
    """Holds the items of one epoch in order, cuts them into commits. Not thread-safe."""

    def __init__(self, settings: ClientSettings) -> None:
        self._settings = settings
        self._prologue: deque[Commit] = deque()
        self._items: deque[_Item] = deque()
        self._rows = _Heap()
        self._gaps = _Heap()
        self._attestations = 0
        self._since: float | None = None
        self._connector = ""
        self._epoch = ""
        self._after = 0
        self._full = _Heap()
        self.in_flight: Commit | None = None

    def begin(
        self, connector: str, epoch: str, after: int, limits: Limits, prologue: Iterable[Commit]
    ) -> None:
        """A stream has opened: what arrives follows the watermark `after`; `prologue` goes first.

        Nothing may be held or in flight. `limits` are those in force.
        """
        self._connector, self._epoch, self._after = connector, epoch, after
        self._prologue.extend(prologue)
        settings = self._settings
        self._full = _Heap(
            min(settings.delivery_exchanges, max(1, limits.max_outstanding_exchanges // 2)),
            min(settings.delivery_bytes, max(1, limits.max_outstanding_bytes // 2)),
        )

    @property
    def idle(self) -> bool:
        """Whether all that arrived is settled."""
        return not (self.in_flight or self._prologue or self._items)

    @property
    def crowded(self) -> bool:
        """Whether to read no further for now: gaps count against no allowance, but take memory."""
        return self._gaps.count >= _MAX_GAPS or self._gaps.bytes >= _MAX_GAP_BYTES

    def add_rows(self, rows: Sequence[CapturedExchange], now: float) -> None:
        """These follow what is held."""
        for run in self._runs(rows) if rows else ():
            self._add(run, now)

    def add(self, item: Gap | Drained, now: float) -> None:
        """This follows what is held."""
        self._add(item, now)

    def next(self, now: float, *, hurry: bool) -> Commit | None:
        """What to commit now, if anything; it is in flight until `settled` or `discard`."""
        if self.in_flight is not None:
            return None
        if self._prologue:
            self.in_flight = self._prologue.popleft()
        elif self._items and (hurry or self._due(now)):
            self.in_flight = self._cut(now)
        return self.in_flight

    def due_at(self) -> float | None:
        """When to ask `next` again, as far as only time can make it due."""
        if self.in_flight is not None or self._since is None:
            return None
        return self._since + self._settings.delivery_delay

    def settled(self) -> Commit | None:
        """The commit in flight has an outcome; returns it."""
        commit, self.in_flight = self.in_flight, None
        return commit

    def discard(self) -> None:
        """Forget what is held (not what is in flight): the connector holds it too."""
        self._prologue.clear()
        self._items.clear()
        self._rows, self._gaps, self._attestations, self._since = _Heap(), _Heap(), 0, None

    def _due(self, now: float) -> bool:
        waited = self._since is not None and now >= self._since + self._settings.delivery_delay
        full = self._rows.count >= self._full.count or self._rows.bytes >= self._full.bytes
        return waited or full or self.crowded or self._attestations > 0

    def _runs(self, rows: Sequence[CapturedExchange]) -> Iterable[_Run]:
        """The rows as one run, or one by one where they fill more than a commit."""
        run = _Run(rows, bytes_of(rows))
        return (run,) if self._fits(run, _Heap()) else (_Run((row,), row.size) for row in rows)

    def _add(self, item: _Item, now: float) -> None:
        self._items.append(item)
        self._count(item, 1)
        if self._since is None:
            self._since = now

    def _cut(self, now: float) -> Commit:
        rows: list[CapturedExchange] = []
        gaps: list[Gap] = []
        drained: Drained | None = None
        after, cut = self._after, _Heap()
        while self._items and drained is None and (not cut.count or self._fits(self._items[0], cut)):
            item = self._items.popleft()
            self._count(item, -1)
            cut.add(_number(item), _weight(item))
            match item:
                case _Run():
                    rows += item.rows
                    self._after = rows[-1].sequence
                case Gap():
                    gaps.append(item)
                    self._after = item.last_sequence
                case Drained():
                    drained = item
        self._since = now if self._items else None
        return Commit(self._connector, self._epoch, after, self._after, rows, gaps, drained)

    def _fits(self, item: _Item, cut: _Heap) -> bool:
        settings = self._settings
        return (
            cut.count + _number(item) <= settings.delivery_exchanges
            and cut.bytes + _weight(item) <= settings.delivery_bytes
        )

    def _count(self, item: _Item, sign: int) -> None:
        match item:
            case _Run():
                self._rows.add(sign * _number(item), sign * _weight(item))
            case Gap():
                self._gaps.add(sign, sign * _weight(item))
            case Drained():
                self._attestations += sign


@dataclass(frozen=True, slots=True)
class _Run:
    """Rows that follow each other, at least one."""

    rows: Sequence[CapturedExchange]
    bytes: int


_Item: TypeAlias = _Run | Gap | Drained


def _number(item: _Item) -> int:
    return len(item.rows) if isinstance(item, _Run) else 1


def _weight(item: _Item) -> int:
    """Bytes that an item takes in a commit, roughly."""
    match item:
        case _Run():
            return item.bytes
        case Gap():
            return _GAP_BYTES + sum(_GAP_BYTES + len(sync.sync_id) for sync in item.syncs)
        case Drained():
            return 0


class _Heap:
    """So many, of so many bytes."""

    __slots__ = ("bytes", "count")

    def __init__(self, count: int = 0, size: int = 0) -> None:
        self.count = count
        self.bytes = size

    def add(self, count: int, size: int) -> None:
        self.count += count
        self.bytes += size
