"""Request ids: unique across processes, sortable by time.

A request id is a UUID version 7 (RFC 9562, section 5.7) in its usual text form, so its first 48 bits are
milliseconds since 1970. The 12 bits after the version count up within a millisecond and carry over into
the next one (section 6.2, method 1), so that ids of one process sort in the order in which they were
made; the other 62 bits are random. Fork-safe: nothing random is kept between calls, and a child that
goes on with its parent's counter draws other random bits.
"""

from __future__ import annotations

import os
import threading
import time
import uuid

__all__ = ["new_request_id"]

_lock = threading.Lock()
_last = 0
os.register_at_fork(after_in_child=_lock._at_fork_reinit)  # type: ignore[attr-defined]  # noqa: SLF001


def new_request_id() -> str:
    """A fresh request id: 36 characters, lower case. Thread-safe."""
    moment = _next_moment(time.time_ns() // 1_000_000 << 12)
    random_bits = int.from_bytes(os.urandom(8), "big") >> 2
    bits = (moment >> 12) << 80 | 0x7 << 76 | (moment & 0xFFF) << 64 | 0b10 << 62 | random_bits
    return str(uuid.UUID(int=bits))


def _next_moment(now: int) -> int:
    global _last  # noqa: PLW0603 - one clock a process
    with _lock:
        _last = max(now, _last + 1)
        return _last
