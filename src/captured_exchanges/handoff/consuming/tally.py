"""What a consumer has counted, and whether the connector's account agrees with it.

Two spans: the whole life of the consumer (`Tally`, over all streams), and one epoch (`EpochAccount`),
against which an attestation can be checked sync by sync, if this consumer saw the epoch from its start.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import get_args

from captured_exchanges.exchange import (
    Drained,
    Gap,
    GapReason,
    ServerHeartbeat,
    SyncCounters,
)
from captured_exchanges.handoff.consuming.actions import Commit

__all__ = ["EpochAccount", "Tally"]

_MAX_SYNCS = 256
"""Syncs of which rows are counted apart; of more only the sum can be compared."""
_REASONS = frozenset(get_args(GapReason))
_COUNTED_AS_DROPPED = frozenset({"overflow", "oversize", "spool_failure", "retention"})
_OTHER = "other"


@dataclass(slots=True)
class EpochAccount:
    """What the store has of an epoch by this consumer's doing. `complete`: it took the epoch from its
    first sequence, no other store has any part of it, and its connector never died in it.
    """

    epoch: str
    through: int
    complete: bool
    stored: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    gaps: Counter[str] = field(default_factory=Counter)

    def add(self, commit: Commit, rows: Counter[str]) -> None:
        """A commit of this epoch has landed; `rows`: how many of them are of which sync."""
        self.through = commit.through_sequence
        self.stored += len(commit.exchanges)
        if len(self.rows) <= _MAX_SYNCS:  # once above it, the counts apart are of no use any more
            self.rows.update(rows)
        _count_gaps(self.gaps, commit)
        restarted = any(gap.reason == "unclean_restart" for gap in commit.gaps)
        self.complete = self.complete and not restarted and not self.gaps["released_elsewhere"]

    def findings(self, drained: Drained) -> tuple[str, ...]:
        """What in an attestation contradicts itself or this account; empty: both sides agree."""
        found = list(filter(None, map(_contradiction, drained.counters)))
        if drained.through_sequence > self.through:
            found.append(
                f"the attestation reaches sequence {drained.through_sequence}, the store {self.through} only"
            )
        if self.complete:
            found += self._differences(drained) + self._untold_drops(drained)
        return tuple(found)

    def _differences(self, drained: Drained) -> list[str]:
        """Of a sync, or of all: a connector counts syncs that it has forgotten under the empty id. Where that
        has more than our rows without a sync, others have less there, and only the sum is exact.
        """
        told = {counters.sync_id: counters.acked for counters in drained.counters}
        current = drained.acked_through == self.through
        summed = _difference("all syncs", sum(told.values()), self.stored, current=current)
        if len(self.rows) > _MAX_SYNCS:
            return summed
        exact = current and told.get("", 0) <= self.rows[""]
        names = (told.keys() | self.rows.keys()) - (set() if exact else {""})
        return [
            finding
            for sync_id in sorted(names)
            for finding in _difference(
                f"sync {sync_id!r}", told.get(sync_id, 0), self.rows[sync_id], current=exact
            )
        ] or summed

    def _untold_drops(self, drained: Drained) -> list[str]:
        dropped: Counter[str] = Counter()
        for counters in drained.counters:
            for entry in counters.dropped:
                dropped[entry.reason] += entry.count
        return [
            f"gaps tell {count} lost to {reason}, the counters {dropped[reason]}"
            for reason, count in self.gaps.items()
            if reason in _COUNTED_AS_DROPPED and count > dropped[reason]
        ]


class Tally:
    """Counts over the life of a consumer. Not thread-safe."""

    def __init__(self, sync_id: str) -> None:
        self._sync_id = sync_id
        self.received = 0
        self.duplicates = 0
        self.committed = 0
        self.quarantined = 0
        self.commits = 0
        self.foreign = 0
        self.streams = 0
        self.violations = 0
        self.unknown_losses = 0
        self.gaps: Counter[str] = Counter()
        self.account: EpochAccount | None = None
        self.attestation: Drained | None = None
        self.findings: tuple[str, ...] = ()
        self.heartbeat: ServerHeartbeat | None = None

    def opened(self, epoch: str, through: int) -> None:
        """A stream opened at this position; an epoch that goes on keeps its account."""
        self.streams += 1
        if self.account is None or self.account.epoch != epoch or self.account.through != through:
            self.account = EpochAccount(epoch, through, complete=through == 0)

    def landed(self, commit: Commit) -> None:
        """A commit is in the store."""
        rows = Counter(captured.exchange.sync_id for captured in commit.exchanges)
        self.commits += 1
        self.committed += len(commit.exchanges)
        self.foreign += sum(count for sync_id, count in rows.items() if sync_id not in ("", self._sync_id))
        self.unknown_losses += sum(gap.reason == "unknown_loss" for gap in commit.gaps)
        _count_gaps(self.gaps, commit)
        if self.account is not None and self.account.epoch == commit.epoch:
            self.account.add(commit, rows)
            self._attest(self.account, commit.drained)

    def _attest(self, account: EpochAccount, drained: Drained | None) -> None:
        if drained is not None:
            self.attestation = drained
            self.findings = account.findings(drained)


def _contradiction(counters: SyncCounters) -> str:
    dropped = sum(entry.count for entry in counters.dropped)
    if counters.captured >= counters.acked + dropped:
        return ""
    return (
        f"sync {counters.sync_id!r}: {counters.captured} captured are fewer than"
        f" {counters.acked} acked and {dropped} dropped"
    )


def _difference(whose: str, acked: int, stored: int, *, current: bool) -> list[str]:
    """`current`: the attestation counts our last commit too; else that one may still be on its way."""
    agrees = acked == stored if current else acked <= stored
    return [] if agrees else [f"{whose}: the connector counts {acked} acked, {stored} were stored"]


def _count_gaps(counts: Counter[str], commit: Commit) -> None:
    for gap in commit.gaps:
        counts[_known(gap)] += gap.count


def _known(gap: Gap) -> str:
    return gap.reason if gap.reason in _REASONS else _OTHER
