"""Who owns a connector's exchanges (rule 7).

One consumer at a time. When its stream ends, ownership is kept for it for a while; another consumer is
refused meanwhile, unless it takes over.
"""

from __future__ import annotations

from typing import Protocol

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import BufferFacts, Open
from captured_exchanges.handoff.status import Status

__all__ = ["Member", "Ownership"]


class Member(Protocol):
    """A stream as the others of its connector know it."""

    def supersede(self, reason: str) -> None:
        """Another stream owns now: end, ABORTED, saying why."""
        ...

    def make_way(self, reason: str) -> None:
        """Another stream gets this one's place: end, RESOURCE_EXHAUSTED, saying why."""
        ...

    def busy(self, facts: BufferFacts) -> bool:
        """Whether there is something that this stream may be sent."""
        ...


class Ownership:
    """The one owner of a connector, its stream if it has one, and how long it is waited for.

    `reservation` is in seconds. Not thread-safe.
    """

    def __init__(self, reservation: float) -> None:
        self._reservation = reservation
        self._consumer_id = ""
        self._stream: Member | None = None
        self._kept_until = 0.0

    @property
    def stream(self) -> Member | None:
        """The owner's stream; None between streams, and without an owner."""
        return self._stream

    def owner(self, now: float) -> str:
        """The owner's consumer id; empty: nobody owns."""
        return self._consumer_id if self._stream is not None or now < self._kept_until else ""

    def kept_for(self, now: float) -> float | None:
        """For how many seconds its owner may still come back; None: it has a stream."""
        return None if self._stream is not None else max(0.0, self._kept_until - now)

    def check(self, open_: Open, now: float) -> None:
        """Raise ProtocolViolation (FAILED_PRECONDITION) where another consumer owns and is not to be
        taken over.
        """
        owner = self.owner(now)
        if owner and owner != open_.consumer_id and not open_.take_over:
            raise ProtocolViolation(
                f"consumer {owner!r} owns this connector: stop it and retry, or set open.take_over",
                code=Status.FAILED_PRECONDITION,
            )

    def claim(self, open_: Open, stream: Member) -> bool:
        """Make this stream the owner's, and end the one it supersedes; whether there was one."""
        former, self._stream = self._stream, stream
        former_owner, self._consumer_id = self._consumer_id, open_.consumer_id
        if former is None:
            return False
        former.supersede(_reason(former_owner, open_.consumer_id))
        return True

    def ended(self, stream: Member, now: float) -> None:
        """A stream has ended: keep ownership for its consumer, if it had it."""
        if self._stream is stream:
            self._stream = None
            self._kept_until = now + self._reservation

    def give_up(self, stream: Member) -> None:
        """The owner has drained and half-closed: nobody owns from now on."""
        if self._stream is stream:
            self._stream, self._consumer_id, self._kept_until = None, "", 0.0


def _reason(former: str, consumer_id: str) -> str:
    if former == consumer_id:
        return "REPLACED: this consumer opened another stream"
    return f"TAKEN_OVER: consumer {consumer_id!r} took ownership over"
