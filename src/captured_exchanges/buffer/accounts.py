"""The account of each sync: captured = acked + retained + Σ dropped, at every instant.

An entry keeps the Account it was captured into, so that what is released later is counted where it was
captured, whatever happened to the table meanwhile. The table is bounded: a connector that outlives many
syncs forgets the oldest one that is settled (nothing of it retained) by adding its account to that of the
empty sync id, so that the totals over all syncs stay true. Where every account is unsettled, exchanges
of further syncs are counted under the empty sync id. Not thread-safe: the buffer's lock guards it.
"""

from __future__ import annotations

from captured_exchanges.exchange import Dropped, GapReason, SyncCounters

__all__ = ["MAX_SYNCS", "Account", "Accounts"]

MAX_SYNCS = 256
"""Accounts kept at most, besides that of the empty sync id."""


class Account:
    """What happened to the exchanges of one sync."""

    __slots__ = ("abandoned", "acked", "captured", "dropped", "retained")

    def __init__(self) -> None:
        self.captured = 0
        self.acked = 0
        self.retained = 0
        self.abandoned = 0
        self.dropped: dict[GapReason, tuple[int, int]] = {}

    def capture(self, *, abandoned: bool) -> None:
        """One more exchange, whatever becomes of it."""
        self.captured += 1
        self.abandoned += abandoned

    def drop(self, reason: GapReason, size: int, count: int = 1) -> None:
        """`count` captured exchanges of `size` bytes together are lost."""
        lost, lost_bytes = self.dropped.get(reason, (0, 0))
        self.dropped[reason] = (lost + count, lost_bytes + size)

    def absorb(self, other: Account) -> None:
        """Add another account to this one."""
        self.captured += other.captured
        self.acked += other.acked
        self.retained += other.retained
        self.abandoned += other.abandoned
        for reason, (count, size) in other.dropped.items():
            self.drop(reason, size, count)

    def counters(self, sync_id: str) -> SyncCounters:
        """The account as it stands."""
        dropped = tuple(Dropped(reason, count, size) for reason, (count, size) in self.dropped.items())
        return SyncCounters(sync_id, self.captured, self.acked, dropped, self.abandoned)


class Accounts:
    """All accounts of one buffer."""

    def __init__(self, max_syncs: int = MAX_SYNCS) -> None:
        self._max_syncs = max_syncs
        self._nameless = Account()
        self._named: dict[str, Account] = {}

    def of(self, sync_id: str) -> Account:
        """The account that a new exchange of this sync is counted in."""
        if not sync_id:
            return self._nameless
        return self._named.get(sync_id) or self._opened(sync_id)

    def counters(self) -> tuple[SyncCounters, ...]:
        """Every account that was ever used, oldest sync first, the empty sync id last."""
        named = tuple(account.counters(sync_id) for sync_id, account in self._named.items())
        return named + ((self._nameless.counters(""),) if self._nameless.captured else ())

    def _opened(self, sync_id: str) -> Account:
        if len(self._named) >= self._max_syncs and not self._forgot_one():
            return self._nameless
        account = self._named[sync_id] = Account()
        return account

    def _forgot_one(self) -> bool:
        settled = next((name for name, account in self._named.items() if not account.retained), None)
        if settled is None:
            return False
        self._nameless.absorb(self._named.pop(settled))
        return True
