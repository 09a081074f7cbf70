"""The part of a stream at the connector's end that depends on its role, and what both roles share.

A side plans what to read, takes what was read, and answers with the messages that carry it. It never holds
exchanges back: what it takes is sent at once, and what does not fit is read again later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from captured_exchanges.exchange import (
    Ack,
    BufferFacts,
    Drain,
    Drained,
    Entry,
    Gap,
    Limits,
    OutgoingBatch,
    Role,
    ServerMessage,
)
from captured_exchanges.handoff.serving.actions import Abandon, Read, Release

__all__ = ["Side", "first_of", "last_of", "messages", "until"]


class Side(Protocol):
    """An owner's or an observer's part of a stream. Not thread-safe."""

    @property
    def role(self) -> Role:
        """What this side is."""
        ...

    @property
    def limits(self) -> Limits:
        """The bounds in force."""
        ...

    @property
    def owes_heartbeats(self) -> bool:
        """Whether silence of the peer means that it is dead."""
        ...

    @property
    def wake_at(self) -> float | None:
        """When `plan` should be asked again though nothing has happened; valid until anything happens."""
        ...

    @property
    def drain_deadline(self) -> float | None:
        """When `free` should be asked again though nothing has happened."""
        ...

    def hear(self, request: Ack | Drain, facts: BufferFacts, now: float) -> None:
        """Take a request, or raise ProtocolViolation."""
        ...

    def half_closed(self, facts: BufferFacts) -> str:
        """The peer will write no more; why the stream ends at once, or empty: it goes on."""
        ...

    def ended(self) -> None:
        """The stream has come to the end that was decided here; a broken one never does."""
        ...

    def free(self, facts: BufferFacts, now: float) -> Release | Abandon | None:
        """What the buffer must be told before anything else happens."""
        ...

    def answer(self, facts: BufferFacts) -> Drained | None:
        """The attestation, once it can be given; asked when all that was taken is sent."""
        ...

    def plan(self, facts: BufferFacts, now: float) -> Read | None:
        """What to read now."""
        ...

    def take(self, read: Read, items: Sequence[Entry | Gap], facts: BufferFacts) -> list[OutgoingBatch | Gap]:
        """What to send of what was read."""
        ...

    def sent(self, message: ServerMessage, facts: BufferFacts) -> None:
        """This message goes out."""
        ...

    def busy(self, facts: BufferFacts) -> bool:
        """Whether there is something that this side may be sent."""
        ...

    def finished(self) -> str:
        """Why the stream has come to its end, or empty: it has not."""
        ...


def first_of(item: Entry | Gap) -> int:
    """The first sequence that an item tells of."""
    return item.first_sequence if isinstance(item, Gap) else item.sequence


def last_of(item: Entry | Gap) -> int:
    """The last sequence that an item tells of."""
    return item.last_sequence if isinstance(item, Gap) else item.sequence


def until(items: Sequence[Entry | Gap], end: int | None) -> Sequence[Entry | Gap]:
    """The items that begin at or before a sequence; None: all."""
    return items if end is None else [item for item in items if first_of(item) <= end]


def messages(items: Sequence[Entry | Gap], facts: BufferFacts) -> list[OutgoingBatch | Gap]:
    """Runs of entries as batches, and the gaps between them."""
    result: list[OutgoingBatch | Gap] = []
    run: list[Entry] = []
    for item in items:
        if isinstance(item, Entry):
            if not run:
                result.append(OutgoingBatch(facts.epoch, run, facts.acked_through))
            run.append(item)
        else:
            result.append(item)
            run = []
    return result
