"""Buffers with a spool, whose work a test does by hand: no thread is ever started."""

from __future__ import annotations

import os
from collections.abc import Sequence

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.buffer.spool.thread import SpoolThread
from captured_exchanges.exchange import Entry, Gap

ROUNDS = 10_000


def by_hand(**how) -> CaptureBuffer:
    """A buffer, made with these arguments. Whoever pokes its thread finds nobody there."""
    start, SpoolThread._start = SpoolThread._start, lambda _self: None
    try:
        buffer = CaptureBuffer(**how)
    finally:
        SpoolThread._start = start
    buffer._thread.poke = lambda: None
    return buffer


def patient_read(buffer: CaptureBuffer, after: int, **how) -> Sequence[Entry | Gap]:
    """What a reader gets that comes back each time something was loaded."""
    told: list[Entry | Gap] = []
    count = how.pop("max_exchanges")
    for _ in range(ROUNDS):
        loads = buffer.facts().loads
        more = buffer.read(after, max_exchanges=count, **how)
        told += more
        count -= sum(isinstance(each, Entry) for each in more)
        if more:
            after = more[-1].sequence if isinstance(more[-1], Entry) else more[-1].last_sequence
        if not count or (not more and after >= buffer.facts().next_sequence - 1):
            return told
        buffer._work.round()
        if not more and buffer.facts().loads == loads and not buffer.read(after, max_exchanges=1, **how):
            return told
    raise AssertionError("the reader never came to an end")


def kill(buffer: CaptureBuffer) -> None:
    """End a durable buffer that works by hand as SIGKILL does: nothing more is written, and the system lets
    go of its files and its lock.
    """
    assert buffer._thread._starting.acquire(blocking=False)  # so that nothing closes it later
    buffer._thread._closing = True
    work = buffer._work
    work._segments.close()
    work._ledger._slots.close()
    os.close(work._ledger._lock)
