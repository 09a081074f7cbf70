"""When to send: an incomplete batch waits for company (max_batch_delay), observers wait for the owner.

Both are decided on facts alone, before anything is read: a buffer is never asked for exchanges that are
not sent at once.
"""

from __future__ import annotations

__all__ = ["ObserverShare", "Pace"]

_OWNER_SENDS_PER_TURN = 4
_TURNS_PER_SECOND = 10.0
_SAVED_TURNS = 4.0
_RETRY = 0.02


class Pace:
    """Lets a stream go when a batch is full, or when the oldest sequence has waited for `delay` seconds.

    Once the delay is over, all that was there at that moment goes without further waiting, so none waits
    longer. Not thread-safe.
    """

    def __init__(self, full: int, delay: float) -> None:
        self._full = full
        self._delay = delay
        self._since: float | None = None
        self._flush_through = 0

    @property
    def wake_at(self) -> float | None:
        """When waiting ends at the latest; None: nothing waits."""
        return None if self._since is None else self._since + self._delay

    def due(self, position: int, end: int, room: int, now: float, *, urgent: bool) -> bool:
        """Whether to send now: sequences through `end` exist, through `position` are sent, and `room`
        exchanges may go.
        """
        available = min(end - position, room)
        if available <= 0:
            self._since = None
            return False
        if urgent or available >= self._full or position < self._flush_through:
            self._since = None
            return True
        if self._since is None:
            self._since = now
        if now < self._since + self._delay:
            return False
        self._since, self._flush_through = None, end
        return True


class ObserverShare:
    """The turns of all observers of a connector together, while its owner has something to be sent.

    Four sends to the owner earn the observers one turn; beside that they get ten a second, so that a slow
    owner does not stop them altogether. Where the owner is idle, or waits for its own acks, they are free.
    Not thread-safe.
    """

    retry = _RETRY
    """Seconds after which a refused observer should ask again."""

    def __init__(self) -> None:
        self._turns = _SAVED_TURNS
        self._asked_at: float | None = None

    def owner_sent(self) -> None:
        """A batch went to the owner."""
        self._earn(1 / _OWNER_SENDS_PER_TURN)

    def take(self, now: float, *, owner_busy: bool) -> bool:
        """Whether an observer may read and send one batch now; takes a turn if so."""
        self._earn(0.0 if self._asked_at is None else (now - self._asked_at) * _TURNS_PER_SECOND)
        self._asked_at = now
        if not owner_busy:
            return True
        if self._turns < 1:
            return False
        self._turns -= 1
        return True

    def _earn(self, turns: float) -> None:
        self._turns = min(_SAVED_TURNS, self._turns + turns)
