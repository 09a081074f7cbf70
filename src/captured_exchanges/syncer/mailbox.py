"""What comes from a call and what waits to be written on it: the same for both styles of a stream.

The inbox is a short queue of items that each stream keeps for itself, because how to wait for room differs.
The outbox is here: it is bounded by merging, and after `closing` it is empty and stays so, for a write to a
stream whose server has ended would cost us the messages not read yet, and the status.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import grpc

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import Ack, Heartbeat, Request, Response
from captured_exchanges.wire import decode_response

__all__ = [
    "CHANNEL_CLOSED",
    "MAX_INBOX",
    "Ended",
    "Garbage",
    "Item",
    "Message",
    "Outbox",
    "Stream",
    "number_of",
    "understood",
]

CHANNEL_CLOSED = "its host has closed the channel: give one that stays open, or an address"
MAX_INBOX = 4
"""Messages that may wait to be taken: what comes after them stays with the transport."""


@dataclass(frozen=True, slots=True)
class Message:
    """A response arrived; None: of a variant that this version does not know."""

    response: Response | None


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes arrived that are no response."""

    message: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over."""

    code: int
    detail: str


Item: TypeAlias = Message | Garbage | Ended


class Stream(Protocol):
    """One call, of either style. Nothing here raises or waits; the last item is an Ended."""

    def take(self) -> Item | None:
        """The next thing that happened, or None."""
        ...

    def send(self, request: Request) -> None:
        """Write this after what is queued."""
        ...

    def half_close(self, *, flush: bool) -> None:
        """Write no more, after what is queued if `flush`; go on reading."""
        ...

    def cancel(self) -> None:
        """End the call now. Repeats are harmless."""
        ...

    @property
    def closed(self) -> bool:
        """Whether all that worked for the call has run out."""
        ...


class Outbox:
    """Requests that wait to be written. Not thread-safe."""

    def __init__(self) -> None:
        self._queue: deque[Request] = deque()
        self._closing = False

    def put(self, request: Request) -> None:
        """Queue this. A newer ack replaces one that still waits, a heartbeat gives way: bounded by that."""
        queue = self._queue
        if self._closing or (queue and isinstance(request, Heartbeat)):
            return
        if queue and isinstance(request, Ack) and isinstance(queue[-1], Ack):
            queue.pop()
        queue.append(request)

    def close(self, *, flush: bool) -> None:
        """Take nothing more in; throw away what waits unless `flush`."""
        self._closing = True
        if not flush:
            self._queue.clear()

    @property
    def ready(self) -> bool:
        """Whether `take` has an answer: a request, or that there will be none."""
        return bool(self._queue) or self._closing

    def take(self) -> Request | None:
        """The next request; None: there is none."""
        return self._queue.popleft() if self._queue else None


def understood(raw: bytes) -> Message | Garbage:
    """What bytes from the connector say."""
    try:
        return Message(decode_response(raw))
    except ProtocolViolation as violation:
        return Garbage(str(violation))


def number_of(code: grpc.StatusCode) -> int:
    """A status of gRPC's as the protocol writes it."""
    number: int = code.value[0]
    return number
