"""What `accept` costs with the spool engaged, beside the same buffer in memory; and how fast it is read back.

Told twice: in the time of the thread that captures, which pays for a list and an account, be there a disk or
not; and in time that passes, of which the spool's own thread takes its share of the interpreter.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.interleave import medians
from captured_exchanges.buffer import CaptureBuffer, SpoolOptions
from captured_exchanges.exchange import EncodedExchange, Entry

__all__ = ["report"]

BYTES = 2_000_000
"""Captured in a round: less than the room that the spool's thread has to keep."""
BOUND = 64 * 1024 * 1024
MEMORY = 1024 * 1024 * 1024


def report() -> None:
    """Print accepts a second, and the ratios to memory, for each kind of spool; then reads a second."""
    for size in (1_000, 8_000):
        exchange = EncodedExchange("0" * 36, "sync", "http", "sync", bytes(size))
        count = BYTES // size
        own, passed = (_taken(exchange, clock) for clock in (time.thread_time, time.perf_counter))
        for name in own:
            print(
                f"accept {size:>5} B {name:<8} {count / own[name]:>9.0f}/s in the captor's time "
                f"{own[name] / own['memory']:>6.2f} x memory {passed[name] / passed['memory']:>6.2f} x in all"
            )
        print(f"read   {size:>5} B from disk {_reading(exchange):>6.0f}/s")


def _taken(exchange: EncodedExchange, clock: Callable[[], float]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        durable = SpoolOptions(Path(folder, "spool"), durable=True)
        buffers = {
            "memory": CaptureBuffer(max_bytes=MEMORY),
            "spilled": CaptureBuffer(max_bytes=BOUND, spool=SpoolOptions()),
            "durable": CaptureBuffer(max_bytes=BOUND, spool=durable),
        }
        for buffer in buffers.values():
            while buffer.facts().retained_bytes <= BOUND // 2:
                buffer.accept(exchange)
        taken = medians({name: _accepting(buffer, exchange) for name, buffer in buffers.items()}, clock=clock)
        for buffer in buffers.values():
            buffer.close()
    return taken


def _accepting(buffer: CaptureBuffer, exchange: EncodedExchange) -> Callable[[], None]:
    def accept() -> None:
        for _ in range(BYTES // len(exchange.data)):
            assert buffer.accept(exchange)

    return accept


def _reading(exchange: EncodedExchange) -> float:
    """Exchanges a second, as an owner takes them from the disk."""
    buffer = CaptureBuffer(max_bytes=BOUND, spool=SpoolOptions())
    woken, count = threading.Event(), 0
    buffer.subscribe(woken.set)
    while buffer.facts().retained_bytes < 4 * BOUND:
        buffer.accept(exchange)
    begun, after = time.perf_counter(), 0
    while after < buffer.facts().next_sequence - 1:
        woken.clear()
        items = buffer.read(after, max_exchanges=512, max_bytes=1024 * 1024, hold=True)
        for item in items:
            after = item.sequence if isinstance(item, Entry) else item.last_sequence
        count += len(items)
        buffer.release(after)
        if not items:
            woken.wait(1.0)
    buffer.close()
    return count / (time.perf_counter() - begun)
