"""Exchanges that have started and not ended, by ticket.

Tickets number the starts, so that a drain can wait for all that started before it. Not thread-safe: the
buffer's lock guards it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

__all__ = ["Pending"]


class Pending:
    """The tickets that are out, oldest first."""

    def __init__(self) -> None:
        self.next_ticket = 1
        self._abandons: OrderedDict[int, Callable[[], None]] = OrderedDict()  # a dict's head is slow to find

    def __len__(self) -> int:
        return len(self._abandons)

    @property
    def oldest_ticket(self) -> int:
        """The lowest ticket that is out, or the next one."""
        return next(iter(self._abandons), self.next_ticket)

    def start(self, abandon: Callable[[], None]) -> int:
        """A new ticket."""
        ticket = self.next_ticket
        self.next_ticket += 1
        self._abandons[ticket] = abandon
        return ticket

    def end(self, ticket: int) -> None:
        """Take a ticket back; one that is not out is ignored."""
        self._abandons.pop(ticket, None)

    def before(self, ticket: int) -> list[tuple[int, Callable[[], None]]]:
        """The tickets below one, and how to abandon what they stand for."""
        return [(out, abandon) for out, abandon in self._abandons.items() if out < ticket]
