"""A hole: neighbouring sequences that were given to exchanges which were then dropped.

A hole remembers runs, one for each reason in a row, with the number of exchanges of each sync, and tells
them as gaps. A run that a reader has been told is never grown: a later drop opens a new run, so that a
reader that comes back learns exactly what is new. Bounded: a run names MAX_SYNCS syncs, the next one opens
another; where a hole collects more than MAX_RUNS, its older half is joined into one run for each reason.
Counts and bytes by reason stay exact then, and so do those of the syncs that are named; which sequence had
which reason does not. Sequences of which nobody knows whether they were used (see `leap`) are a run that
counts no exchanges. Only a reader that stands inside a run is told shares of its bytes and syncs: in a
joined part; an observer that saw the beginning before it was dropped; a store that has the beginning of what
another owner was told meanwhile. Not thread-safe: the buffer's lock guards it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from captured_exchanges.buffer.sent_drops import SentDrop
from captured_exchanges.exchange import Gap, GapReason, SyncCount

__all__ = ["MAX_RUNS", "MAX_SYNCS", "Hole", "HoleImage", "RunImage"]

MAX_RUNS = 64
"""Runs that one hole keeps apart."""
MAX_SYNCS = 64
"""Syncs that one run names; a joined run may count exchanges of others that it does not name."""


class RunImage(NamedTuple):
    """A run, as it is kept on disk."""

    first: int
    length: int
    size: int
    reason: GapReason
    proven: bool
    syncs: dict[str, int]


class HoleImage(NamedTuple):
    """A hole, as it is kept on disk: what was told of it, and its runs."""

    told: int
    runs: list[RunImage]

    @classmethod
    def of(cls, raw: Sequence[Any]) -> HoleImage:
        """The image whose parts these are. Raises TypeError or ValueError where they are none."""
        told, runs = raw
        return cls(told, [RunImage(*run) for run in runs])


class Hole:
    """Dropped sequences without an entry between them."""

    __slots__ = ("_runs", "_told")

    def __init__(self) -> None:
        self._runs: list[_Run] = []
        self._told = 0

    @classmethod
    def of(cls, image: HoleImage) -> Hole:
        """The hole of an earlier life."""
        hole = cls()
        hole._told = image.told
        for first, length, size, reason, proven, syncs in image.runs:
            run = _Run(first, reason, proven=proven)
            run.count, run.bytes, run.syncs = length, size, syncs
            hole._runs.append(run)
        return hole

    @property
    def first(self) -> int:
        """The first dropped sequence."""
        return self._runs[0].first

    @property
    def last(self) -> int:
        """The last dropped sequence."""
        return self._runs[-1].last

    def add(self, sequence: int, sync_id: str, size: int, reason: GapReason) -> None:
        """Note a dropped exchange of `size` bytes at the next sequence."""
        tail = self._runs[-1] if self._runs else None
        known = tail is not None and tail.proven and tail.reason == reason and tail.names(sync_id)
        if tail is None or not known or tail.first <= self._told:
            tail = _Run(sequence, reason)
            self._runs.append(tail)
        tail.add(sync_id, size)
        self._join()

    def leap(self, first: int, last: int) -> None:
        """Note sequences that an earlier process may have used and of which nothing is left: they are told
        as `unclean_restart` and count no exchanges.
        """
        run = _Run(first, "unclean_restart", proven=False)
        run.count = last - first + 1
        self._runs.append(run)

    def absorb(self, following: Hole) -> None:
        """What lay between has been dropped: this hole goes on to the end of the following one."""
        tail, (head, *rest) = self._runs[-1], following._runs
        if tail.first > self._told and head.first > following._told and tail.goes_on_with(head):
            tail.absorb(head)
        else:
            rest = following._runs
        self._runs += rest
        self._told = max(self._told, following._told)
        self._join()

    def gaps(self, epoch: str, after: int) -> list[Gap]:
        """Tell a reader what was dropped after a sequence, in order."""
        self._told = self.last
        return [run.after(after).gap(epoch) for run in self._runs if run.last > after]

    def image(self) -> HoleImage:
        """The hole as it stands."""
        runs = [
            RunImage(run.first, run.count, run.bytes, run.reason, run.proven, dict(run.syncs))
            for run in self._runs
        ]
        return HoleImage(self._told, runs)

    def forget(self, through: int, sent: Sequence[SentDrop] = ()) -> None:
        """Drop what lies up to and including a sequence; `sent`: single exchanges there, as far as known."""
        self._runs = [run.after(through, sent) for run in self._runs if run.last > through]

    def _join(self) -> None:
        while len(self._runs) > MAX_RUNS:
            self._join_older_half()

    def _join_older_half(self) -> None:
        half = len(self._runs) // 2
        older, newer = self._runs[:half], self._runs[half:]
        joined: dict[tuple[GapReason, bool], _Run] = {}
        for run in older:
            fresh = _Run(0, run.reason, proven=run.proven)
            joined.setdefault((run.reason, run.proven), fresh).absorb(run)
        first = older[0].first
        for run in joined.values():
            run.first, first = first, first + run.count
        self._runs = [*joined.values(), *newer]


class _Run:
    """Neighbouring sequences dropped for one reason, each an exchange; not `proven`: none that we know of."""

    __slots__ = ("bytes", "count", "first", "proven", "reason", "syncs")

    def __init__(self, first: int, reason: GapReason, *, proven: bool = True) -> None:
        self.first = first
        self.reason = reason
        self.proven = proven
        self.count = 0
        self.bytes = 0
        self.syncs: dict[str, int] = {}

    @property
    def last(self) -> int:
        return self.first + self.count - 1

    def names(self, sync_id: str) -> bool:
        """Whether this sync is named here, or may yet be."""
        return len(self.syncs) < MAX_SYNCS or sync_id in self.syncs

    def goes_on_with(self, other: _Run) -> bool:
        """Whether both are one run, and no sync is left unnamed in it."""
        alike = self.reason == other.reason and self.proven == other.proven
        return alike and len(self.syncs.keys() | other.syncs.keys()) <= MAX_SYNCS

    def add(self, sync_id: str, size: int) -> None:
        self.count += 1
        self.bytes += size
        self._name(sync_id, 1)

    def absorb(self, other: _Run) -> None:
        self.count += other.count
        self.bytes += other.bytes
        for sync_id, count in other.syncs.items():
            self._name(sync_id, count)

    def after(self, sequence: int, sent: Sequence[SentDrop] = ()) -> _Run:
        """The part after a sequence, which is this run itself where it starts later."""
        known = max(0, sequence - self.first + 1)
        if not known:
            return self
        rest = _Run(self.first + known, self.reason, proven=self.proven)
        rest.count = self.count - known
        head = [drop for drop in sent if self.first <= drop.sequence <= sequence]
        if len(head) == known:
            rest.bytes = self.bytes - sum(drop.size for drop in head)
            rest.syncs = dict(Counter(self.syncs) - Counter(drop.sync_id for drop in head))
        else:
            rest.bytes = self.bytes * rest.count // self.count
            rest.syncs = self._syncs_after(known)
        return rest

    def _syncs_after(self, known: int) -> dict[str, int]:
        """As if syncs came one after another: the first ones go first."""
        rest: dict[str, int] = {}
        for sync_id, count in self.syncs.items():
            taken = min(known, count)
            known -= taken
            if count > taken:
                rest[sync_id] = count - taken
        return rest

    def _name(self, sync_id: str, count: int) -> None:
        if self.names(sync_id):
            self.syncs[sync_id] = self.syncs.get(sync_id, 0) + count

    def gap(self, epoch: str) -> Gap:
        syncs = tuple(SyncCount(sync_id, count) for sync_id, count in self.syncs.items())
        count = self.count if self.proven else 0
        return Gap(epoch, self.first, self.last, count, self.bytes, self.reason, syncs)
