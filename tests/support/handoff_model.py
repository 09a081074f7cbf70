"""The independent model of the handoff: what was captured, and what stores may hold of it.

It knows nothing of positions, allowances or drains. It remembers every exchange that was captured and what
became of it, and checks each commit against that: rows and gaps together must be exactly what lies between
the stored watermark and the new one, once, in order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from captured_exchanges.exchange import (
    CapturedExchange,
    Drained,
    Dropped,
    Gap,
    ResumePosition,
    SyncCount,
    SyncCounters,
    Watermark,
)
from captured_exchanges.handoff.consuming import Commit


@dataclass(frozen=True, slots=True)
class Capture:
    """One exchange, as the model saw it being captured; `dropped` is the reason, or empty. `sent`: an owner
    was given it; `told`: one was told that it is lost.
    """

    name: str
    sync_id: str
    size: int
    dropped: str = ""
    abandoned: bool = False
    at: float = 0.0
    sent: bool = False
    told: bool = False


@dataclass
class Model:
    """All that was ever captured, by epoch and sequence."""

    epochs: dict[str, dict[int, Capture]] = field(default_factory=dict)
    current: str = ""
    stores: dict[str, ModelStore] = field(default_factory=dict)

    def begin_epoch(self, epoch: str) -> None:
        """A connector process starts with an empty buffer."""
        self.current = epoch
        self.epochs[epoch] = {}

    def captured(self, sequence: int, capture: Capture) -> None:
        """An exchange got this sequence in the current epoch: always the next one."""
        captures = self.epochs[self.current]
        assert sequence == len(captures) + 1
        captures[sequence] = capture

    def expire(self, sequences: Iterable[int]) -> None:
        """Retention has taken these of the current epoch."""
        for sequence in sequences:
            self._change(sequence, dropped="retention")

    def handed(self, after: int, through: int) -> None:
        """An owner is given, or told of, everything in between."""
        for sequence in range(after + 1, through + 1):
            dropped = bool(self.epochs[self.current][sequence].dropped)
            self._change(sequence, told=True) if dropped else self._change(sequence, sent=True)

    def recall(self, after: int, through: int) -> set[int]:
        """A store was given these before they were dropped: those that it has not lost."""
        captures = self.epochs[self.current]
        there = {
            sequence
            for sequence in range(after + 1, through + 1)
            if captures[sequence].dropped == "retention"
            and captures[sequence].sent
            and not captures[sequence].told
        }
        for sequence in there:
            self._change(sequence, dropped="")
        return there

    def _change(self, sequence: int, **fields) -> None:
        captures = self.epochs[self.current]
        captures[sequence] = replace(captures[sequence], **fields)

    def store(self, consumer_id: str) -> ModelStore:
        """The store of a consumer."""
        return self.stores.setdefault(consumer_id, ModelStore(self))

    def counters(self, acked_through: int) -> dict[str, SyncCounters]:
        """The account of each sync as it must be."""
        accounts = {}
        captures = self.epochs[self.current]
        for sync_id in {capture.sync_id for capture in captures.values()}:
            mine = {s: c for s, c in captures.items() if c.sync_id == sync_id}
            kept = [s for s, c in mine.items() if not c.dropped]
            accounts[sync_id] = SyncCounters(
                sync_id,
                captured=len(mine),
                acked=sum(s <= acked_through for s in kept),
                dropped=_dropped(mine),
                abandoned=sum(c.abandoned for c in mine.values()),
            )
        return accounts

    def retained(self, acked_through: int) -> Counter[str]:
        """How many exchanges of each sync the buffer must still hold."""
        kept = {s: c for s, c in self.epochs[self.current].items() if not c.dropped}
        return Counter(c.sync_id for s, c in kept.items() if s > acked_through)

    def check_row(self, epoch: str, sequence: int, name: str) -> None:
        """A row is what was captured under its sequence, and was not dropped before it was sent."""
        capture = self.epochs[epoch][sequence]
        assert capture.name == name
        assert not capture.dropped or (capture.dropped == "retention" and capture.sent)

    def check_seen(self, epoch: str, item: Gap | CapturedExchange) -> None:
        """What an observer hears was so when it was sent: meanwhile an exchange may have grown too old, or
        one that had turned out to be in a store. Of a gap it stands inside of it is told shares.
        """
        if isinstance(item, CapturedExchange):
            capture = self.epochs[epoch][item.sequence]
            assert capture.name == item.exchange.request_id
            assert capture.dropped in {"", "retention"}
        elif item.reason == "retention":
            missing = range(item.first_sequence, item.last_sequence + 1)
            assert item.count == len(missing)
            assert {self.epochs[epoch][sequence].dropped for sequence in missing} <= {"", "retention"}
        else:
            self.check_gap(item)

    def check_gap(self, gap: Gap) -> None:
        """A gap tells exactly what is missing; but to a store that has some of what another owner was told
        as one gap, and resumes inside of it, its share.
        """
        assert gap.count == gap.last_sequence - gap.first_sequence + 1
        if gap.reason in ("released_elsewhere", "observer_lag"):
            return
        missing = [self.epochs[gap.epoch][s] for s in range(gap.first_sequence, gap.last_sequence + 1)]
        assert {capture.dropped for capture in missing} == {gap.reason}
        before = self.epochs[gap.epoch].get(gap.first_sequence - 1)
        if before and before.dropped == gap.reason and before.sent and before.told:
            return
        assert gap.bytes == sum(capture.size for capture in missing)
        told = {sync.sync_id: sync.count for sync in gap.syncs}
        assert told == Counter(capture.sync_id for capture in missing)
        assert all(isinstance(sync, SyncCount) for sync in gap.syncs)


class ModelStore:
    """A store that accepts only what continues it exactly."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.marks: dict[str, Watermark] = {}
        self.rows: dict[str, list[int]] = {}
        self.gaps: list[Gap] = []
        self.attestations: list[Drained] = []

    def watermarks(self) -> list[Watermark]:
        """Newest first."""
        return list(reversed(self.marks.values()))

    def losses(self) -> list[tuple[str, int]]:
        """The `unknown_loss` that the ledger holds: epoch and first sequence of each."""
        return [(gap.epoch, gap.first_sequence) for gap in self.gaps if gap.reason == "unknown_loss"]

    def through(self, epoch: str) -> int:
        """The watermark of an epoch."""
        return self.marks[epoch].through_sequence if epoch in self.marks else 0

    def resume(self) -> tuple[ResumePosition, ...]:
        """The watermarks as an open tells them."""
        return tuple(ResumePosition(mark.epoch, mark.through_sequence) for mark in self.watermarks())

    def commit(self, commit: Commit) -> bool:
        """Take rows, gaps and watermark, or refuse all of it because the watermark is another."""
        if commit.after_sequence != self.through(commit.epoch):
            return False
        self._check(commit)
        drained = commit.drained is not None
        self.marks.pop(commit.epoch, None)
        self.marks[commit.epoch] = Watermark(
            commit.epoch, commit.through_sequence, commit.connector, drained=drained
        )
        self.rows.setdefault(commit.epoch, []).extend(row.sequence for row in commit.exchanges)
        self.gaps.extend(commit.gaps)
        if commit.drained:
            self.attestations.append(commit.drained)
        return True

    def _check(self, commit: Commit) -> None:
        pieces = [(row.sequence, row.sequence) for row in commit.exchanges]
        for row in commit.exchanges:
            self._model.check_row(commit.epoch, row.sequence, row.exchange.request_id)
        for gap in commit.gaps:
            assert gap.epoch == commit.epoch
            if gap.reason == "unknown_loss":
                assert gap.epoch != self._model.current
                assert gap.first_sequence == self.through(gap.epoch) + 1
                continue
            self._model.check_gap(gap)
            pieces.append((gap.first_sequence, gap.last_sequence))
        position = commit.after_sequence
        for first, last in sorted(pieces):  # each sequence once: none twice, none untold
            assert first == position + 1
            position = last
        assert position == commit.through_sequence
        assert [row.sequence for row in commit.exchanges] == sorted(row.sequence for row in commit.exchanges)


def _dropped(captures: dict[int, Capture]) -> tuple[Dropped, ...]:
    reasons = sorted({capture.dropped for capture in captures.values() if capture.dropped})
    lost = {r: [c.size for c in captures.values() if c.dropped == r] for r in reasons}
    return tuple(Dropped(reason, len(sizes), sum(sizes)) for reason, sizes in lost.items())
