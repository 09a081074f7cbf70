"""What a peer said, between the call and `handoff.ServerStream`: the same under both kinds of gRPC server."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from typing import TypeAlias

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import (
    BufferFacts,
    Drained,
    ReadableBuffer,
    Request,
    ServerHeartbeat,
    ServerMessage,
)
from captured_exchanges.handoff.serving import Send, ServerStream
from captured_exchanges.wire import decode_request

__all__ = ["Heard", "Sign", "completed", "tell", "understood"]

_MAX_REQUEST_BYTES = 128 * 1024
"""More than the longest open takes with all its lists full."""


class Sign(Enum):
    """What may be heard beside requests."""

    NO_VARIANT = auto()
    HALF_CLOSE = auto()


Heard: TypeAlias = Request | ProtocolViolation | Sign
"""One input of a stream."""


def understood(raw: bytes) -> Heard:
    """At once, so that no peer makes us hold more than a few small records."""
    if len(raw) > _MAX_REQUEST_BYTES:
        return ProtocolViolation(
            f"the request is {len(raw)} bytes long; at most {_MAX_REQUEST_BYTES} are allowed"
        )
    try:
        return decode_request(raw) or Sign.NO_VARIANT
    except ProtocolViolation as violation:
        return violation


def tell(stream: ServerStream, heard: Heard, facts: BufferFacts, now: float) -> None:
    """Hand an input to its stream."""
    if isinstance(heard, ProtocolViolation):
        stream.violated(heard)
    elif heard is Sign.HALF_CLOSE:
        stream.half_closed(facts, now)
    else:
        stream.receive(None if isinstance(heard, Sign) else heard, facts, now)


def completed(send: Send, buffer: ReadableBuffer) -> ServerMessage:
    """What a Send asks to write, with the buffer's counters where it asks for them."""
    message = send.message
    if send.with_counters and isinstance(message, Drained):
        return replace(message, counters=buffer.attest())
    if send.with_counters and isinstance(message, ServerHeartbeat):
        return replace(message, counters=buffer.counters())
    return message
