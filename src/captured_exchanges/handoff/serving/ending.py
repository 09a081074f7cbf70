"""How the server ends a stream (rule 14): announce, let the peer half-close, then the status."""

from __future__ import annotations

from captured_exchanges.exchange import Closing
from captured_exchanges.handoff.serving.actions import End, Send
from captured_exchanges.handoff.serving.liveness import Liveness

__all__ = ["Ending"]


class Ending:
    """The end of one stream, decided. Not thread-safe.

    `announced`: whether a `closing` is due; before `opened` a refusal is a bare status. `wait` is how many
    seconds the peer has for its half-close: a client that writes after the server has ended loses what it
    has not read yet.
    """

    def __init__(self, closing: Closing, *, announced: bool, wait: float) -> None:
        self._closing = closing
        self._announce = announced
        self._wait = wait
        self._ends_at: float | None = None

    def next_action(self, live: Liveness, now: float, *, half_closed: bool) -> Send | End | None:
        """What is to be done for the end; None: wait."""
        if self._announce:
            return self._announcement(live, now)
        heard_out = self._ends_at is None or (half_closed and not live.writing)
        return self._end() if heard_out or now >= (self._ends_at or 0) else None

    def wake_at(self, live: Liveness) -> float | None:
        """When `next_action` should be asked again though nothing has happened."""
        return live.stuck_at if self._announce else self._ends_at

    def _announcement(self, live: Liveness, now: float) -> Send | End | None:
        if live.stuck_at is not None:
            return self._end() if now >= live.stuck_at else None
        self._announce = False
        self._ends_at = now + self._wait
        return Send(self._closing)

    def _end(self) -> End:
        return End(self._closing.code, self._closing.reason)
