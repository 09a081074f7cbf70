"""A lock whose holder may come by again without harm.

A destructor can run in the middle of any bytecode: where the garbage collector finds a forgotten response
while this very thread is inside the buffer, the end of that exchange is recorded from there. A plain lock
would deadlock and a reentrant one would let it in half way through a change. Here it is put off until the
change in progress is complete. (`queue.SimpleQueue.put` is reentrant for the same reason.)
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import TypeVar

__all__ = ["Turns"]

T = TypeVar("T")


class Turns:
    """One action at a time, over all threads. Actions must not raise where they may be put off."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._inside = False
        self._holder = 0
        self._put_off: deque[Callable[[], object]] = deque()

    @property
    def mine(self) -> bool:
        """Whether this thread is within an action: whatever it asks for now is put off."""
        return self._inside and self._holder == threading.get_ident()

    def take(self, action: Callable[[], T]) -> T | None:
        """Run the action alone, at once; or right after the one in progress, when called from within
        it, and then None is all that can be answered.
        """
        with self._lock:
            if self._inside:
                self._put_off.append(action)
                return None
            return self._run(action)

    def look(self, question: Callable[[], T]) -> T:
        """Run a question that changes nothing, alone; from within an action, at once."""
        with self._lock:
            return question() if self._inside else self._run(question)

    def _run(self, action: Callable[[], T]) -> T:
        self._inside, self._holder = True, threading.get_ident()
        try:
            self._catch_up()  # what was put off at the very end of the turn before
            result = action()
            self._catch_up()
        finally:
            self._inside = False
        return result

    def _catch_up(self) -> None:
        while self._put_off:
            self._put_off.popleft()()
