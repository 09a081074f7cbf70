"""How long to wait before the next attempt to reach the connector.

Exponential with full jitter: uniformly random between zero and a bound that doubles from `initial` to
`maximum`, so that consumers cut off together do not come back together.
"""

from __future__ import annotations

import random

__all__ = ["Backoff"]


class Backoff:
    """Draws waiting times in seconds. Not thread-safe."""

    def __init__(self, initial: float, maximum: float, rng: random.Random) -> None:
        self._initial = initial
        self._maximum = maximum
        self._rng = rng
        self._bound = initial

    def reset(self) -> None:
        """The connector answered well: begin again with `initial`."""
        self._bound = self._initial

    def next(self) -> float:
        """The time to wait before this attempt; the next one may wait twice as long."""
        bound, self._bound = self._bound, min(self._bound * 2, self._maximum)
        return self._rng.uniform(0, bound)
