"""Reports an event loop that is blocked: by a synchronous call in a coroutine, most often.

While a loop stands still no heartbeat leaves it, and its peers take it for dead. A thread asks the loop for a
sign of life; where none comes within the limit it logs where the loop stands: files, lines and functions,
never a value. What it costs is two wake-ups of the loop for each limit.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
import traceback
from types import TracebackType
from typing import Self

from captured_exchanges.telemetry.counters import count

__all__ = ["LoopWatchdog"]

_FRAMES = 12
_log = logging.getLogger(__name__)


class LoopWatchdog:
    """Watches the running loop for the length of a `with` block. `limit`: seconds that it may stand still.

    Each block is one warning, when the limit has passed, and one count of `telemetry.loop_blocked`; its end
    is told with how long it was. Time in which this whole process stood still is no block: then the thread
    did too. So did it where one call held the GIL throughout: such a block goes unseen.
    """

    def __init__(self, limit: float = 1.0) -> None:
        if not limit > 0:
            raise ValueError(f"limit is {limit} s; it must be above zero")
        self._limit = limit
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="exchange-watchdog", daemon=True)
        self._alive_at = 0.0
        self._told = False

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._watched = threading.get_ident()
        self._alive_at = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        pause = self._limit / 2
        asked_at = time.monotonic()
        while not self._over.wait(pause):
            now = time.monotonic()
            if now - asked_at > 2 * pause:  # we stood still ourselves, and the loop no less
                self._alive_at = now
            asked_at = now
            if not self._ask():
                return
            self._judge(now)

    def _ask(self) -> bool:
        try:
            self._loop.call_soon_threadsafe(self._sign)
        except RuntimeError:  # the loop is closed
            return False
        return True

    def _sign(self) -> None:
        now = time.monotonic()
        if self._told:
            _log.warning("the event loop goes on; it stood still for %.1f s", now - self._alive_at)
            self._told = False
        self._alive_at = now

    def _judge(self, now: float) -> None:
        if self._told or now - self._alive_at < self._limit:
            return
        self._told = True
        count("telemetry.loop_blocked")
        _log.warning(
            "the event loop has stood still for %.1f s, in %s", now - self._alive_at, _place(self._watched)
        )


def _place(thread: int) -> str:
    """Where a thread is, innermost first: names of code alone."""
    frame = sys._current_frames().get(thread)  # noqa: SLF001 - there is no other way to ask
    if frame is None:
        return "a thread that has ended"
    stack = traceback.StackSummary.extract(traceback.walk_stack(frame), limit=_FRAMES, lookup_lines=False)
    return " < ".join(f"{entry.name} ({entry.filename}:{entry.lineno})" for entry in stack)
