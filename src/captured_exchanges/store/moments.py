"""Times as the table holds them: `YYYY-MM-DD HH:MM:SS.nnnnnnnnn`, UTC, as Go's SQLite driver writes them."""

from __future__ import annotations

import time

__all__ = ["now", "text"]

_SECOND = 1_000_000_000


def now() -> str:
    """This moment as text."""
    return text(time.time_ns())


def text(nanoseconds: int) -> str:
    """Nanoseconds since 1970 as text; trailing zeros of the fraction are dropped, and a bare point."""
    seconds, fraction = divmod(nanoseconds, _SECOND)
    whole = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{fraction:09d}".rstrip("0").rstrip(".") if fraction else whole
