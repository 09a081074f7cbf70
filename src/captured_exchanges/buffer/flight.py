"""What is in flight: handed to an owner, and not yet acked.

It is the beginning of what is retained, up to a sequence of the epoch that readers see, and nothing of it
may be dropped (PROTOCOL rule 13): not while an owner has the connector, nor for as long as its ownership is
kept after its stream has ended. Who owns, and for how long, is told by the handoff (`keep`); the end of
that time is looked up here, so that nobody need wait for it. Not thread-safe: the buffer's lock guards it.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Flight"]


class Flight:
    """How far an owner was given exchanges, and whether it may still ack them. `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._through = 0
        self._lapses_at: float | None = 0.0
        self.handed_through = 0
        """Everything through this sequence was handed to an owner, in flight or not any more."""

    @property
    def through(self) -> int:
        """The last sequence in flight; 0: nothing is."""
        if self._through and self._lapses_at is not None and self._clock() >= self._lapses_at:
            self._through = 0
        return self._through

    def hand_out(self, through: int) -> None:
        """An owner is given everything through this sequence."""
        self._through = max(self.through, through)
        self._lapses_at = None
        self.handed_through = max(self.handed_through, through)

    def keep(self, seconds: float | None) -> None:
        """What is in flight stays so for so many seconds; None: until this is called again."""
        self._through = self.through
        self._lapses_at = None if seconds is None else self._clock() + seconds

    def begin_epoch(self) -> None:
        """Readers see another epoch: nothing of it was handed out."""
        self._through = self.handed_through = 0
