"""When to try again after a stream has ended, and when to stop trying.

Backoff grows while streams bring nothing and begins anew after one that did. Two patiences are measured:
with another owner (`ownership_timeout`) and with a connector that does not answer (`reconnect_timeout`).
"""

from __future__ import annotations

import random

from captured_exchanges.handoff.consuming.actions import ClientSettings, Stopped
from captured_exchanges.handoff.consuming.backoff import Backoff
from captured_exchanges.handoff.consuming.verdicts import stop_for, told, verdict

__all__ = ["Reconnection"]


class Reconnection:
    """The waiting between two streams. `at` is when the next attempt is due (None: not started);
    `trouble` tells why the last stream ended. Not thread-safe.
    """

    def __init__(self, settings: ClientSettings, rng: random.Random) -> None:
        self._settings = settings
        self._backoff = Backoff(settings.backoff_initial, settings.backoff_max, rng)
        self._lost_at = 0.0
        self._refused_at: float | None = None
        self.at: float | None = None
        self.trouble = ""

    def start(self, now: float) -> None:
        """The first attempt is due at once."""
        self.at = self._lost_at = now

    def opened(self) -> None:
        """A stream opened."""
        self._refused_at = None

    def ended(self, code: int, detail: str, now: float, *, fruitful: bool) -> Stopped | None:
        """A stream ended with a status; the answer is the end of all trying, or None.

        `fruitful`: the stream carried something, or lived long.
        """
        decision = verdict(code)
        if decision == "stop":
            return stop_for(code, detail)
        if decision == "retry":
            self._refused_at = None
        elif self._refused_at is None:
            self._refused_at = now
        elif now >= self._patience_ends(self._refused_at):
            return stop_for(code, detail)
        return self.lost(told(code, detail), now, fruitful=fruitful)

    def lost(self, trouble: str, now: float, *, fruitful: bool) -> Stopped | None:
        """A stream is no more, for a reason of our own or for one that may heal."""
        self.trouble = trouble
        if fruitful:
            self._backoff.reset()
            self._lost_at = now
        patience = self._settings.reconnect_timeout
        if patience is not None and now >= self._lost_at + patience:
            return Stopped("gave_up", f"no stream lasted for {patience:g} s; the last one ended: {trouble}")
        self.at = now + self._backoff.next()
        if self._refused_at is not None:  # one last attempt when the time is over, not long after
            self.at = min(self.at, max(now, self._patience_ends(self._refused_at)))
        return None

    def _patience_ends(self, refused_at: float) -> float:
        return refused_at + self._settings.ownership_timeout
