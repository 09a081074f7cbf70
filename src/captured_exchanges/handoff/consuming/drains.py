"""The drains that the host asked for, numbered, and how far they are answered.

One is outstanding on a stream at a time: were a second sent before the answer to the first, nobody could
tell which of the two an attestation covers. A drain dies with its stream and is asked for again on the
next; it is done once the commit that holds its attestation is.
"""

from __future__ import annotations

from collections import deque

__all__ = ["Drains"]


class Drains:
    """Drain number n is answered once `done` is n or more. Not thread-safe."""

    def __init__(self) -> None:
        self.wanted = 0
        self.done = 0
        self._settle = 0.0
        self._asked: int | None = None
        self._attested: deque[int] = deque()

    def want(self, settle: float) -> None:
        """The host wants an attestation; `settle` seconds are given to unfinished exchanges."""
        self.wanted += 1
        self._settle = settle

    @property
    def pending(self) -> bool:
        """Whether the host still waits for one."""
        return self.wanted > self.done

    def ask(self) -> float | None:
        """The timeout of a drain to send on the current stream, or None where none is due."""
        covered = self._attested[-1] if self._attested else self.done
        if self._asked is not None or self.wanted <= covered:
            return None
        self._asked = self.wanted
        return self._settle

    def attested(self) -> bool:
        """An answer arrived; False where nothing was asked."""
        if self._asked is None:
            return False
        self._attested.append(self._asked)
        self._asked = None
        return True

    def committed(self) -> None:
        """The commit that holds the oldest attestation landed."""
        self.done = max(self.done, self._attested.popleft())

    def stream_over(self) -> None:
        """What was asked on this stream will not be answered."""
        self._asked = None

    def discarded(self) -> None:
        """Attestations that were not committed are forgotten."""
        self._attested.clear()
