"""The doors between rooms that may not import each other, as small Protocols.

`capture` speaks to an ExchangeSink (the Recorder of `connector` is one). The gRPC ends move data between
a buffer and the decisions of `handoff` through BufferFacts and ReadableBuffer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from captured_exchanges.exchange.messages import Gap, SyncCounters
from captured_exchanges.exchange.operations import UpstreamRequest, UpstreamResponse
from captured_exchanges.exchange.records import Entry

__all__ = ["BufferFacts", "ExchangeSink", "PendingExchange", "ReadableBuffer", "Snapshot"]

Snapshot: TypeAlias = Callable[[], tuple[UpstreamRequest, UpstreamResponse | None]]
"""What is known of an exchange at this moment. May be called from any thread, more than once."""


class PendingExchange(Protocol):
    """An exchange that has started and not ended. Thread-safe; nothing here raises or blocks."""

    @property
    def request_id(self) -> str:
        """The exchange's identity, fixed at its start."""
        ...

    def finish(self) -> None:
        """The exchange is over: take the snapshot and record it. Repeats, and a call after the
        recorder has abandoned the exchange, do nothing.
        """
        ...


class ExchangeSink(Protocol):
    """Where capture adapters send what they see. Thread-safe; nothing here raises or blocks."""

    def begin(self, transport_kind: str, snapshot: Snapshot) -> PendingExchange:
        """An exchange starts now, in the caller's scope. `snapshot` is asked at `finish`, or when a
        drain gives up waiting and records what is known.
        """
        ...


@dataclass(frozen=True, slots=True)
class BufferFacts:
    """A buffer at one moment.

    `oldest_sequence` is the oldest retained one and equals `next_sequence` where nothing is retained.
    `next_ticket` numbers the next exchange to start and `oldest_ticket` is the lowest one still pending
    (equal to `next_ticket` where none is): all that started before a moment has ended once
    `oldest_ticket` has reached that moment's `next_ticket`.

    `sent_before` is the highest sequence of the epoch that an earlier process may have sent. `loads` counts
    how often something that was on disk alone became readable. `spool_failing`: what is captured has memory
    alone to be in, for the disk behind it fails.
    """

    epoch: str
    oldest_sequence: int
    next_sequence: int
    acked_through: int
    retained_exchanges: int = 0
    retained_bytes: int = 0
    pending: int = 0
    oldest_ticket: int = 0
    next_ticket: int = 0
    sent_before: int = 0
    loads: int = 0
    spool_failing: bool = False


class ReadableBuffer(Protocol):
    """What the serving end needs of a buffer. Thread-safe."""

    def facts(self) -> BufferFacts:
        """The state at this moment."""
        ...

    def counters(self) -> tuple[SyncCounters, ...]:
        """The account of each sync, consistent in itself."""
        ...

    def attest(self) -> tuple[SyncCounters, ...]:
        """As `counters`, for an attestation: of syncs that it shows as settled nobody need be told again."""
        ...

    def read(
        self, after_sequence: int, *, max_exchanges: int, max_bytes: int, hold: bool = False
    ) -> Sequence[Entry | Gap]:
        """Entries and gaps after a sequence, in order and without holes, within the bounds (one larger
        entry passes alone); sequences that were released come as a `released_elsewhere` gap. Empty at
        the end of the buffer, and where what follows is on a disk: to ask has it brought, and
        `BufferFacts.loads` changes when it is there. `hold`: an owner is given this; the entries are in
        flight from now on, and what is in flight is never dropped.
        """
        ...

    def keep(self, seconds: float | None) -> None:
        """What is in flight stays so for so many seconds from now, 0 for no longer; None: for as long as
        somebody owns, until this is called again. Repeats are harmless.
        """
        ...

    def release(self, through_sequence: int) -> None:
        """An owner has committed everything through this sequence: forget it, count it as acked, even what
        was dropped after an owner had been given it, unless one has been told the gap since.
        """
        ...

    def abandon(self, before_ticket: int) -> None:
        """Close what started before this ticket and is still pending; each is recorded as it stands."""
        ...

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` (cheap, any thread) after each change that a stream may wait for; returns the
        call that ends the subscription.
        """
        ...
