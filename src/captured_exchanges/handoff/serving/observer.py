"""An observer's side of a stream: it looks and changes nothing (rule 8).

It does not ack, so its allowance is one write in the air; where the owner's acks were faster, it is told a
gap. Its turns come after the owner's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import (
    Ack,
    BufferFacts,
    Drain,
    Drained,
    Entry,
    Filter,
    Gap,
    Limits,
    Open,
    OutgoingBatch,
    Role,
    ServerMessage,
)
from captured_exchanges.handoff.serving.actions import Abandon, Read, Release
from captured_exchanges.handoff.serving.loading import Loading
from captured_exchanges.handoff.serving.pace import Pace
from captured_exchanges.handoff.serving.registry import Handoff
from captured_exchanges.handoff.serving.side import last_of, messages, until

__all__ = ["ObserverSide"]


class ObserverSide:
    """What an observer asked to see. Without `follow` it ends where the buffer ended at its open.

    Not thread-safe.
    """

    role: Role = "observer"
    owes_heartbeats = False
    drain_deadline: float | None = None

    def __init__(self, handoff: Handoff, open_: Open, facts: BufferFacts, limits: Limits) -> None:
        self.limits = limits
        self.wake_at: float | None = None
        self._handoff = handoff
        self._filter = open_.filter
        self._position = (open_.from_sequence or facts.oldest_sequence) - 1
        self._oldest_at_open = facts.oldest_sequence
        self._end = None if open_.follow else facts.next_sequence - 1
        self._exchanges = min(limits.max_batch_exchanges, limits.max_outstanding_exchanges)
        self._bytes = min(limits.max_batch_bytes, limits.max_outstanding_bytes)
        self._pace = Pace(self._exchanges, limits.max_batch_delay)
        self._loading = Loading()

    def hear(self, request: Ack | Drain, facts: BufferFacts, now: float) -> None:
        """As in Side: an observer may ask for nothing."""
        del facts, now
        name = type(request).__name__.lower()
        raise ProtocolViolation(
            f"{name} is for owners; this stream observes: open it with an open.consumer_id"
        )

    def half_closed(self, facts: BufferFacts) -> str:
        """As in Side: nothing changes."""
        del facts
        return ""

    def ended(self) -> None:
        """As in Side: nobody waits for an observer."""

    def free(self, facts: BufferFacts, now: float) -> Release | Abandon | None:
        """As in Side: nothing, ever."""
        del facts, now
        return None

    def answer(self, facts: BufferFacts) -> Drained | None:
        """As in Side: an observer cannot drain."""
        del facts
        return None

    def plan(self, facts: BufferFacts, now: float) -> Read | None:
        """As in Side."""
        self.wake_at = None
        if self.finished() or self._loading.waits(facts):
            return None
        there, urgent = facts.next_sequence - 1, self._end is not None
        if not self._pace.due(self._position, there, self._exchanges, now, urgent=urgent):
            self.wake_at = self._pace.wake_at
            return None
        if not self._handoff.observer_may_read(facts, now):
            self.wake_at = now + self._handoff.observer_retry
            return None
        self._loading.asks(facts)
        return Read(self._position, self._exchanges, self._bytes)

    def take(self, read: Read, items: Sequence[Entry | Gap], facts: BufferFacts) -> list[OutgoingBatch | Gap]:
        """As in Side."""
        del read  # nothing but this moves the position
        self._loading.answered(anything=bool(items))
        within = until(items, self._end)
        if within:
            self._position = last_of(within[-1])
        return messages([self._told(item) for item in within if _matches(self._filter, item)], facts)

    def sent(self, message: ServerMessage, facts: BufferFacts) -> None:
        """As in Side: what an observer is sent counts nowhere."""

    def busy(self, facts: BufferFacts) -> bool:
        """As in Side: an observer keeps nobody waiting."""
        del facts
        return False

    def finished(self) -> str:
        """As in Side."""
        return (
            "" if self._end is None or self._position < self._end else "all that was retained at open is sent"
        )

    def _told(self, item: Entry | Gap) -> Entry | Gap:
        """What an owner released before this observer came was released elsewhere; later, it lags."""
        if isinstance(item, Entry) or item.reason != "released_elsewhere":
            return item
        return item if item.first_sequence < self._oldest_at_open else replace(item, reason="observer_lag")


def _matches(wanted: Filter, item: Entry | Gap) -> bool:
    if isinstance(item, Gap):
        return True
    exchange = item.exchange
    return (
        (not wanted.transport_kinds or exchange.transport_kind in wanted.transport_kinds)
        and (not wanted.surfaces or exchange.surface in wanted.surfaces)
        and (not wanted.sync_ids or exchange.sync_id in wanted.sync_ids)
    )
