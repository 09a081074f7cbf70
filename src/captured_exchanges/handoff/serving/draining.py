"""A drain in progress on an owner's stream (rule 10)."""

from __future__ import annotations

from captured_exchanges.exchange import BufferFacts

__all__ = ["Draining"]


class Draining:
    """Waits for all that started before the drain, then for the acks of all that was issued by then.

    `ticket` is the buffer's `next_ticket` when the drain arrived; `deadline` when waiting for unfinished
    exchanges ends. Not thread-safe.
    """

    def __init__(self, ticket: int, deadline: float) -> None:
        self._ticket = ticket
        self._deadline = deadline
        self._through: int | None = None
        self._gave_up = False

    def extend(self, ticket: int, deadline: float) -> None:
        """A second drain came before the answer: one answer, later, serves both."""
        self._ticket = ticket
        self._deadline = max(self._deadline, deadline)
        self._through = None
        self._gave_up = False

    @property
    def wake_at(self) -> float | None:
        """When waiting for unfinished exchanges ends; None: it has ended."""
        return self._deadline if self._through is None and not self._gave_up else None

    def gives_up(self, facts: BufferFacts, now: float) -> int | None:
        """The ticket before which the buffer shall abandon what is pending; once, at the deadline."""
        self._observe(facts)
        if self._through is not None or self._gave_up or now < self._deadline:
            return None
        self._gave_up = True
        return self._ticket

    def through(self, facts: BufferFacts) -> int | None:
        """The sequence that the answer attests to, as soon as it is acked; None: not yet."""
        self._observe(facts)
        return self._through if self._through is not None and facts.acked_through >= self._through else None

    def _observe(self, facts: BufferFacts) -> None:
        if self._through is None and facts.oldest_ticket >= self._ticket:
            self._through = facts.next_sequence - 1
