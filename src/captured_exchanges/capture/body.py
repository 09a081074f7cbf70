"""The copy of one body, taken piece by piece while somebody else reads it, and bounded.

No client library here, and no I/O: `tee` feeds the copy, `attempt` asks what is known of it.
"""

from __future__ import annotations

import threading

from captured_exchanges.capture.guard import harmless
from captured_exchanges.exchange import MAX_BODY_BYTES, Body, BodyState

__all__ = ["BodyCopy"]


class BodyCopy:
    """What has passed so far: the first MAX_BODY_BYTES bytes, and the count of all. Thread-safe.

    `expected` False says that there is no body unless bytes turn up (an answer to HEAD, a 204).
    """

    __slots__ = ("__weakref__", "_ended", "_expected", "_kept", "_lock", "_pieces", "_size")

    def __init__(self, *, expected: bool = True) -> None:
        self._lock = threading.Lock()
        self._expected = expected
        self.restart()

    @classmethod
    def of(cls, data: bytes) -> BodyCopy:
        """The copy of a body that is in memory as a whole."""
        copy = cls()
        copy.add(data)
        copy.end()
        return copy

    def restart(self) -> None:
        """The body is read from its beginning (again: a client may send it on another connection)."""
        with self._lock:
            self._pieces: list[bytes] = []
            self._kept = self._size = 0
            self._ended = False

    def add(self, piece: bytes) -> None:
        """The next piece has passed. Takes whatever a caller passed off as bytes; never raises."""
        with harmless, self._lock:
            kept = bytes(piece[: MAX_BODY_BYTES - self._kept])
            self._size += len(piece)
            if kept:
                self._pieces.append(kept)
                self._kept += len(kept)

    def end(self) -> None:
        """The body has been read to its end."""
        self._ended = True

    def body(self) -> Body | None:
        """The body as far as known, or None where there is none. Not read to its end: `abandoned`, also
        where it is longer than what is kept.
        """
        with self._lock:
            if not self._size and (self._ended or not self._expected):
                return None
            return Body(b"".join(self._pieces), self._size, self._state())

    def _state(self) -> BodyState:
        if not self._ended:
            return "abandoned"
        return "complete" if self._kept == self._size else "truncated"
