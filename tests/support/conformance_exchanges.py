"""What the conformance suite captures, opens with, and finds in stores."""

from __future__ import annotations

from typing import Any

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.exchange import EncodedExchange, Open, RedactedExchange
from captured_exchanges.store import Store
from captured_exchanges.wire import encode_exchange

__all__ = ["BEATS", "LOOK", "OWNER", "exchange", "filled", "rows", "sequences"]

OWNER = Open(consumer_id="c1", sync_id="s")
LOOK = Open(follow=True)
BEATS = {"heartbeat_interval": 0.05, "dead_after": 1000.0}
"""Terms of a connector whose heartbeats come soon, and which takes nobody for dead."""


def exchange(
    name: str = "r", *, body: int = 100, sync_id: str = "s", kind: str = "http", surface: str = "sync"
) -> EncodedExchange:
    """An exchange as capture makes it, of about `body` bytes."""
    request = b'{"method":"GET","body":"%s"}' % (b"b" * body)
    intent = b'{"surface":"%s"}' % surface.encode()
    return encode_exchange(RedactedExchange(name, sync_id, kind, request, b'{"status":200}', intent, 1))


def filled(count: int, *, body: int = 100, sync_id: str = "s", **bounds: Any) -> CaptureBuffer:
    """A buffer to which exchanges r1, r2, … were offered."""
    buffer = CaptureBuffer(**bounds)
    for number in range(1, count + 1):
        buffer.accept(exchange(f"r{number}", body=body, sync_id=sync_id))
    return buffer


def rows(store: Store) -> list[str]:
    """Request ids in the order of their rows."""
    return [row.request_id for row in store.exchanges().iterate(limit=100_000)]


def sequences(batch: Any) -> list[int]:
    """Those of a batch."""
    return [captured.sequence for captured in batch.exchanges]
