"""How much an owner may be sent before it acks (rule 5)."""

from __future__ import annotations

from collections import deque

__all__ = ["Allowance"]


class Allowance:
    """Counts what is sent and not yet acked, in exchanges and bytes.

    A single exchange larger than the whole allowance passes when nothing else is outstanding.
    Not thread-safe.
    """

    def __init__(self, max_exchanges: int, max_bytes: int) -> None:
        self._max_exchanges = max_exchanges
        self._max_bytes = max_bytes
        self._sent: deque[tuple[int, int]] = deque()
        self._bytes = 0

    @property
    def outstanding_exchanges(self) -> int:
        """How many are sent and not acked."""
        return len(self._sent)

    @property
    def outstanding_bytes(self) -> int:
        """How many bytes are sent and not acked."""
        return self._bytes

    @property
    def room_exchanges(self) -> int:
        """How many more may be sent."""
        return self._max_exchanges - len(self._sent)

    @property
    def room_bytes(self) -> int:
        """How many more bytes may be sent; below zero while one larger exchange is outstanding."""
        return self._max_bytes - self._bytes

    def admits(self, size: int) -> bool:
        """Whether an exchange of this size may be sent now."""
        return not self._sent or (self.room_exchanges > 0 and size <= self.room_bytes)

    def sent(self, sequence: int, size: int) -> None:
        """An exchange goes out."""
        self._sent.append((sequence, size))
        self._bytes += size

    def acked(self, through_sequence: int) -> None:
        """Everything up to and including this sequence is committed."""
        while self._sent and self._sent[0][0] <= through_sequence:
            self._bytes -= self._sent.popleft()[1]
