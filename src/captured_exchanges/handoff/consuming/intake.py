"""What may arrive on an owner's stream after `opened`, and in which order.

Sequences ascend; each follows the one before it, or a gap told why not (PROTOCOL rules 3 and 5). Rows that
the store held when the stream opened are dropped here, before any table. What breaks a rule raises
ProtocolViolation, and nothing of that message is taken.
"""

from __future__ import annotations

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import MAX_SEQUENCE, Batch, CapturedExchange, Drained, Gap, Limits

__all__ = ["Intake"]


class Intake:
    """Checks one stream. `position` is the last sequence accounted for, by row or by gap; `acked_through`
    is what `opened` said; `limits` is the allowance this consumer opened with. Not thread-safe.
    """

    def __init__(self, epoch: str, position: int, acked_through: int, limits: Limits) -> None:
        self.epoch = epoch
        self.position = position
        self._resumed_at = position
        self._acked_through = acked_through
        self._seen = 0
        self._limits = limits
        self._unacked = 0
        self._unacked_bytes = 0

    def batch(self, batch: Batch) -> tuple[CapturedExchange, ...]:
        """The rows that are new to the store, in order."""
        self.check_epoch(batch.epoch)
        if not batch.exchanges:
            raise ProtocolViolation("batch.exchanges is empty; a batch holds at least one")
        seen, position = self._seen, self.position
        fresh: list[CapturedExchange] = []
        for captured in batch.exchanges:
            if not seen < captured.sequence <= MAX_SEQUENCE:
                raise ProtocolViolation(f"sequence {captured.sequence} arrived after {seen}: not ascending")
            seen = captured.sequence
            if seen <= self._resumed_at:
                continue
            if seen != position + 1:
                raise ProtocolViolation(f"sequence {seen} arrived after {position} and no gap told why")
            position = seen
            fresh.append(captured)
        self._spend(fresh)
        self._seen, self.position = seen, position
        return tuple(fresh)

    def gap(self, gap: Gap) -> Gap | None:
        """The gap, or None where the resume position covers it."""
        self.check_epoch(gap.epoch)
        first, last = gap.first_sequence, gap.last_sequence
        if not self._seen < first <= last <= MAX_SEQUENCE:
            raise ProtocolViolation(f"gap {first} to {last} arrived after {self._seen}: not ascending")
        if last > self._resumed_at and first != self.position + 1:
            raise ProtocolViolation(f"gap {first} to {last} arrived after {self.position} and leaves a hole")
        if gap.count > last - first + 1 or gap.bytes > MAX_SEQUENCE:
            raise ProtocolViolation(
                f"gap {first} to {last} counts {gap.count} exchanges of {gap.bytes} bytes"
            )
        if any(sync.count > gap.count for sync in gap.syncs):
            raise ProtocolViolation(f"gap {first} to {last} counts more for a sync than in all")
        self._seen = last
        if last <= self._resumed_at:
            return None
        self.position = last
        return gap

    def drained(self, drained: Drained) -> None:
        """An attestation covers what was acked, and nothing that never arrived was."""
        self.check_epoch(drained.epoch)
        through, acked = drained.through_sequence, drained.acked_through
        if not through <= acked <= max(self.position, self._acked_through):
            raise ProtocolViolation(
                f"drained through {through}, acked through {acked}: not what arrived here"
            )

    def check_epoch(self, epoch: str) -> None:
        """Every message of a stream is of the epoch it opened with."""
        if epoch != self.epoch:
            raise ProtocolViolation("a message names another epoch than `opened` did")

    def acked(self, exchanges: int, size: int) -> None:
        """An ack goes out for that many exchanges, of so many bytes together."""
        self._unacked -= exchanges
        self._unacked_bytes -= size

    def _spend(self, fresh: list[CapturedExchange]) -> None:
        count = self._unacked + len(fresh)
        size = self._unacked_bytes + sum(captured.size for captured in fresh)
        limits = self._limits
        if count > 1 and (count > limits.max_outstanding_exchanges or size > limits.max_outstanding_bytes):
            raise ProtocolViolation(f"{count} exchanges of {size} bytes are unacked: above the allowance")
        self._unacked, self._unacked_bytes = count, size
