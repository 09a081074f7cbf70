"""Who is silent, and since when (rule 12).

Measured is the peer's silence, not our own: where the shell asks later than it was told to, because its
event loop or its machine stood still, `excuse` takes that time off; what the peer sent meanwhile may not
have been read yet.
"""

from __future__ import annotations

__all__ = ["Liveness"]


class Liveness:
    """The clocks of one stream; `interval` and `patience` in seconds. Not thread-safe."""

    def __init__(self, interval: float, patience: float, now: float) -> None:
        self._interval = interval
        self._patience = patience
        self._heard_at = now
        self._sent_at = now
        self._writing_since: float | None = None

    @property
    def writing(self) -> bool:
        """Whether a write is pending."""
        return self._writing_since is not None

    def heard(self, now: float) -> None:
        """The peer said something."""
        self._heard_at = now

    def write_begins(self, now: float) -> None:
        """A write begins; one at a time."""
        self._writing_since = now

    def write_ends(self, now: float) -> None:
        """The pending write is done."""
        self._writing_since, self._sent_at = None, now

    def excuse(self, stall: float) -> None:
        """We were not there for this many seconds."""
        self._heard_at += stall
        if self._writing_since is not None:
            self._writing_since += stall

    @property
    def heartbeat_at(self) -> float:
        """When we owe a heartbeat, nothing else being sent before."""
        return self._sent_at + self._interval

    @property
    def silent_at(self) -> float:
        """When a peer that owes heartbeats is dead."""
        return self._heard_at + self._patience

    @property
    def stuck_at(self) -> float | None:
        """When a peer is dead whose pending write does not move; None: no write is pending."""
        return None if self._writing_since is None else self._writing_since + self._patience
