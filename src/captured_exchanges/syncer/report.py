"""What a consumer can say of itself at a moment: how far it is, what was lost, whether both sides agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

from captured_exchanges.errors import CapturedExchangesError, ConsumerStopped
from captured_exchanges.exchange import Drained, ServerHeartbeat
from captured_exchanges.handoff.consuming import ConsumerEnd, Stopped

__all__ = ["ConsumerReport", "ConsumerState", "report_on"]

ConsumerState: TypeAlias = Literal[
    "idle",  # not started
    "connecting",  # no stream is open; it is being tried
    "connected",
    "stopped",  # over: see `error`, which is None after a good end
    "unsupported",  # over: the connector does not hand over exchanges
    "skipped",  # the store cannot hold exchanges: nothing is done
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerReport:
    """A consumer at one moment. Counts are of exchanges, since the consumer was started.

    Attributes:
        state: What it is doing.
        error: Why it ended, where that was not as intended.
        attestation: The connector's last statement: epoch, `through_sequence`, counters per sync. Committed
            with the watermark before it shows here. None: no drain was answered.
        timed_out: This is the answer to a drain that was not attested in time.
        findings: What in the attestation contradicts itself or this store, in sentences.
        received: Arrived, without duplicates of what the store had; more than once after reconnects.
        committed: In the store by a transaction that has landed, the quarantined included.
        quarantined: Refused by the store one by one, kept aside there.
        duplicates: Arrived again although the store had them; dropped before the table.
        foreign: Stored under another sync id than this consumer's.
        gaps: Told as gaps and in the ledger, by reason.
        unknown_losses: Earlier epochs that ended undrained; what they lost is unknown.
        streams, violations: How often a stream opened; how often the connector broke the protocol.
        retained, pending: At the connector, by its last heartbeat: not yet acked; started and unfinished.
        trouble: Why the last stream ended; empty: none has.
        store_trouble: What the store said when it last refused; empty: it takes what comes.
    """

    state: ConsumerState
    error: CapturedExchangesError | None = None
    attestation: Drained | None = None
    timed_out: bool = False
    findings: tuple[str, ...] = ()
    received: int = 0
    committed: int = 0
    quarantined: int = 0
    duplicates: int = 0
    foreign: int = 0
    gaps: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    unknown_losses: int = 0
    streams: int = 0
    violations: int = 0
    retained: int = 0
    pending: int = 0
    trouble: str = ""
    store_trouble: str = ""

    @property
    def released_elsewhere(self) -> int:
        """Not here because another store committed them: no loss."""
        return self.gaps.get("released_elsewhere", 0)

    @property
    def lost(self) -> int:
        """Known to be lost, for whatever reason; `unknown_losses` come on top."""
        return sum(self.gaps.values()) - self.released_elsewhere

    @property
    def consistent(self) -> bool:
        """The connector attested, and its account agrees with this store as far as both can tell."""
        return self.attestation is not None and not self.findings and not self.timed_out


def report_on(
    end: ConsumerEnd, *, state: ConsumerState, stopped: Stopped | None, store_trouble: str = ""
) -> ConsumerReport:
    """The report of a consumer's end."""
    tally = end.tally
    heartbeat = tally.heartbeat or ServerHeartbeat("", 0)
    return ConsumerReport(
        state=state,
        error=ConsumerStopped(stopped.message, code=stopped.code) if stopped and stopped.failed else None,
        attestation=tally.attestation,
        findings=tally.findings,
        received=tally.received,
        committed=tally.committed,
        quarantined=tally.quarantined,
        duplicates=tally.duplicates,
        foreign=tally.foreign,
        gaps=MappingProxyType(dict(tally.gaps)),
        unknown_losses=tally.unknown_losses,
        streams=tally.streams,
        violations=tally.violations,
        retained=heartbeat.retained_exchanges,
        pending=heartbeat.pending,
        trouble=end.trouble,
        store_trouble=store_trouble,
    )
