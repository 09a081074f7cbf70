"""What was found harmless is remembered, so that what every page repeats is judged once.

Short texts only, and only harmless ones: what may be a secret is not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["Harmless"]

T = TypeVar("T", str, bytes)
_MOST = 16_384
_LONGEST, _LONGEST_JUDGED = 128, 4_096


class Harmless(Generic[T]):
    """Asks `judge` whether a text is harmless, and remembers those that are. Thread-safe where it is."""

    def __init__(self, judge: Callable[[T], bool]) -> None:
        self._judge: Callable[[T], bool] = judge
        self._known: set[Hashable] = set()

    def __contains__(self, text: T) -> bool:
        """Whether a text is remembered to be harmless."""
        return text in self._known

    def __call__(self, text: T) -> bool:
        """Whether a text is harmless. One that is long is not judged: whoever gets no will go through it."""
        if text in self._known:
            return True
        if len(text) > _LONGEST_JUDGED:
            return False
        harmless: bool = self._judge(text)
        if harmless and len(text) <= _LONGEST:
            if len(self._known) >= _MOST:
                self._known = set()
            self._known.add(text)
        return harmless
