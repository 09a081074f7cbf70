"""Waiting for what a buffer has on its disk: a read that brings nothing is repeated when more can be read."""

from __future__ import annotations

from captured_exchanges.exchange import BufferFacts

__all__ = ["Loading"]


class Loading:
    """One reader's. The count of loads is that of before the read, so none in between is missed."""

    def __init__(self) -> None:
        self._asked_at = 0
        self._in_vain_at: int | None = None

    def waits(self, facts: BufferFacts) -> bool:
        """Whether reading again would bring nothing, as it did before."""
        return self._in_vain_at == facts.loads

    def asks(self, facts: BufferFacts) -> None:
        """A read is planned at these facts."""
        self._asked_at = facts.loads

    def answered(self, *, anything: bool) -> None:
        """What the read has brought."""
        self._in_vain_at = None if anything else self._asked_at
