"""A hole: neighbouring sequences that were given to exchanges which were then dropped.

A hole remembers runs, one for each reason in a row, with the number of exchanges of each sync, and tells
them as gaps. A run that a reader has been told is never grown: a later drop opens a new run, so that a
reader that comes back learns exactly what is new. Bounded: where a hole collects more than MAX_RUNS, its
older half is joined into one run for each reason. Counts and bytes by reason and sync stay exact then;
which sequence had which reason does not, and only a reader that stands inside the joined part is told
shares instead of counts. Not thread-safe: the buffer's lock guards it.
"""

from __future__ import annotations

from captured_exchanges.exchange import Gap, GapReason, SyncCount

__all__ = ["MAX_RUNS", "Hole"]

MAX_RUNS = 64
"""Runs that one hole keeps apart."""


class Hole:
    """Dropped sequences without an entry between them."""

    __slots__ = ("_runs",)

    def __init__(self) -> None:
        self._runs: list[_Run] = []

    @property
    def last(self) -> int:
        """The last dropped sequence."""
        return self._runs[-1].last

    def add(self, sequence: int, sync_id: str, size: int, reason: GapReason, *, told: int) -> None:
        """Note a dropped exchange of `size` bytes at the next sequence; readers know of all up to `told`."""
        tail = self._runs[-1] if self._runs else None
        if tail is None or tail.reason != reason or tail.first <= told:
            tail = _Run(sequence, reason)
            self._runs.append(tail)
        tail.add(sync_id, size)
        if len(self._runs) > MAX_RUNS:
            self._join_older_half()

    def gaps(self, epoch: str, after: int) -> list[Gap]:
        """What was dropped after a sequence, in order."""
        return [run.after(after).gap(epoch) for run in self._runs if run.last > after]

    def forget(self, through: int) -> None:
        """Drop what lies up to and including a sequence."""
        self._runs = [run.after(through) for run in self._runs if run.last > through]

    def _join_older_half(self) -> None:
        half = len(self._runs) // 2
        older, newer = self._runs[:half], self._runs[half:]
        joined: dict[GapReason, _Run] = {}
        for run in older:
            joined.setdefault(run.reason, _Run(0, run.reason)).absorb(run)
        first = older[0].first
        for run in joined.values():
            run.first, first = first, first + run.count
        self._runs = [*joined.values(), *newer]


class _Run:
    """Neighbouring sequences dropped for one reason."""

    __slots__ = ("bytes", "count", "first", "reason", "syncs")

    def __init__(self, first: int, reason: GapReason) -> None:
        self.first = first
        self.reason = reason
        self.count = 0
        self.bytes = 0
        self.syncs: dict[str, int] = {}

    @property
    def last(self) -> int:
        return self.first + self.count - 1

    def add(self, sync_id: str, size: int, count: int = 1) -> None:
        self.count += count
        self.bytes += size
        self.syncs[sync_id] = self.syncs.get(sync_id, 0) + count

    def absorb(self, other: _Run) -> None:
        for sync_id, count in other.syncs.items():
            self.add(sync_id, 0, count)
        self.bytes += other.bytes

    def after(self, sequence: int) -> _Run:
        """The part after a sequence, which is this run itself where it starts later."""
        known = max(0, sequence - self.first + 1)
        return self._without(known) if known else self

    def _without(self, known: int) -> _Run:
        rest = _Run(self.first + known, self.reason)
        size = self.bytes * (self.count - known) // self.count
        for sync_id, count in self.syncs.items():  # syncs come one after another: the first ones go first
            taken = min(known, count)
            known -= taken
            if count > taken:
                rest.add(sync_id, 0, count - taken)
        rest.bytes = size
        return rest

    def gap(self, epoch: str) -> Gap:
        syncs = tuple(SyncCount(sync_id, count) for sync_id, count in self.syncs.items())
        return Gap(epoch, self.first, self.last, self.count, self.bytes, self.reason, syncs)
