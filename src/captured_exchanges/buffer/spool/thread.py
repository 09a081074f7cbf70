"""The thread that does a spool's work. It starts when there is any, and ends when it is told to.

It holds nothing of the buffer but what its work needs: a buffer that is forgotten ends it, and so does the
end of the interpreter.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

__all__ = ["SpoolThread"]

_PATIENCE = 5.0
_AFTER_FAULT = 1.0

log = logging.getLogger(__name__)


class Rounds(Protocol):
    """What is to be done, in one thread."""

    def round(self) -> float | None:
        """Do what is due; when to come again."""
        ...

    def close(self) -> None:
        """Nothing comes after this."""
        ...


class SpoolThread:
    """One daemon thread at most. `poke` may be called from any thread, destructors included, and is cheap."""

    def __init__(self, work: Rounds, fault: Callable[[str], object]) -> None:
        self._work = work
        self._fault = fault
        self._asked = threading.Event()
        self._starting = threading.Lock()  # taken for good by whoever starts the thread, or ends it unstarted
        self._thread: threading.Thread | None = None
        self._closing = False

    def poke(self) -> None:
        """There is work."""
        if not self._asked.is_set():
            self._asked.set()
        if self._thread is None:
            self._start()

    def close(self) -> None:
        """Finish, let go of all files, and wait for it, 5 s at most. Repeats are harmless."""
        self._closing = True
        if self._starting.acquire(blocking=False):
            self._end()
        elif self._thread is not None and self._thread is not threading.current_thread():
            self._asked.set()
            self._thread.join(_PATIENCE)

    def _start(self) -> None:
        if self._closing or not self._starting.acquire(blocking=False):
            return
        thread = threading.Thread(target=self._run, name="exchange-spool", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no thread is to be had: what was captured stays in memory
            self._fault("spool.no_thread")
            self._starting.release()
        else:
            self._thread = thread

    def _run(self) -> None:
        while not self._closing:
            self._asked.clear()
            self._asked.wait(self._round())
        self._end()

    def _round(self) -> float | None:
        try:
            return self._work.round()
        except Exception as fault:  # noqa: BLE001 - the next round may go well; there is nobody to raise it to
            log.error("the spool's work failed: %s", type(fault).__name__)  # noqa: TRY400 - no traceback: it may quote data
            self._fault("spool.fault")
            return _AFTER_FAULT

    def _end(self) -> None:
        try:
            self._work.close()
        except Exception as fault:  # noqa: BLE001 - as above
            log.error("the spool could not be closed: %s", type(fault).__name__)  # noqa: TRY400 - as above
            self._fault("spool.fault")
