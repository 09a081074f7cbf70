"""Process-wide counters: a failure that may not be raised is counted here and logged by its finder.

Names are dotted and fixed (`capture.hook_failed`), never made from data, so the table cannot grow with
what peers send.
"""

from __future__ import annotations

import threading
from collections import Counter

__all__ = ["count", "counters"]

_lock = threading.Lock()
_counts: Counter[str] = Counter()


def count(name: str, amount: int = 1) -> None:
    """Add to a counter. Thread-safe."""
    with _lock:
        _counts[name] += amount


def counters() -> dict[str, int]:
    """All counters of this process at this moment. Thread-safe."""
    with _lock:
        return dict(_counts)
