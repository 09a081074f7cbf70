"""The account of each sync: captured = acked + retained + Σ dropped, at every instant.

An entry keeps the Account it was captured into, so that what is released later is counted where it was
captured, whatever happened to the table meanwhile. The table is bounded, for a connector outlives many
syncs: beyond the bound one that is settled (nothing of it retained or in dispute) is forgotten by adding
its account to that of the empty sync id, so that the totals over all syncs stay true. First goes the oldest
that an attestation has told of, then the oldest. Where every account is unsettled, exchanges of further
syncs are counted under the empty sync id. Not thread-safe: the buffer's lock guards it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from captured_exchanges.exchange import Dropped, GapReason, SyncCounters

__all__ = ["MAX_SYNCS", "Account", "Accounts"]

MAX_SYNCS = 256
"""Accounts kept at most, besides that of the empty sync id: with the longest ids and every reason there is,
the counters of all of them are a message of under 256 KiB (PROTOCOL rule 6)."""


class Account:
    """What happened to the exchanges of one sync. `disputed`: how many of the dropped may yet turn out to
    be acked (see `sent_drops`); `attested`: an attestation has told of all of it.
    """

    __slots__ = (
        "abandoned", "acked", "attested", "captured", "disputed", "dropped", "retained", "retained_bytes",
    )  # fmt: skip

    def __init__(self) -> None:
        self.captured = 0
        self.acked = 0
        self.retained = 0
        self.retained_bytes = 0
        self.abandoned = 0
        self.disputed = 0
        self.attested = False
        self.dropped: dict[GapReason, tuple[int, int]] = {}

    @property
    def settled(self) -> bool:
        """Whether nothing that was captured so far can change this account any more."""
        return not self.retained and not self.disputed

    def capture(self, *, abandoned: bool) -> None:
        """One more exchange, whatever becomes of it."""
        self.captured += 1
        self.abandoned += abandoned
        self.attested = False

    def retain(self, size: int) -> None:
        """A captured exchange of `size` bytes is held."""
        self.retained += 1
        self.retained_bytes += size

    def ack(self, size: int) -> None:
        """An exchange that was held is committed by an owner."""
        self._let_go(size)
        self.acked += 1

    def lose(self, reason: GapReason, size: int) -> None:
        """An exchange that was held is lost."""
        self._let_go(size)
        self.drop(reason, size)

    def drop(self, reason: GapReason, size: int, count: int = 1) -> None:
        """`count` captured exchanges of `size` bytes together are lost."""
        lost, lost_bytes = self.dropped.get(reason, (0, 0))
        self.dropped[reason] = (lost + count, lost_bytes + size)

    def recall(self, reason: GapReason, size: int) -> None:
        """An exchange that counted as lost turns out to be committed by an owner."""
        self.drop(reason, -size, -1)
        if self.dropped[reason] == (0, 0):
            del self.dropped[reason]
        self.acked += 1

    def absorb(self, other: Account) -> None:
        """Add another account, which is settled, to this one."""
        self.captured += other.captured
        self.acked += other.acked
        self.abandoned += other.abandoned
        for reason, (count, size) in other.dropped.items():
            self.drop(reason, size, count)

    def counters(self, sync_id: str) -> SyncCounters:
        """The account as it stands."""
        dropped = tuple(Dropped(reason, count, size) for reason, (count, size) in self.dropped.items())
        return SyncCounters(sync_id, self.captured, self.acked, dropped, self.abandoned)

    def _let_go(self, size: int) -> None:
        self.retained -= 1
        self.retained_bytes -= size


class Accounts:
    """All accounts of one buffer."""

    def __init__(self, max_syncs: int = MAX_SYNCS) -> None:
        self.max_syncs = max_syncs
        self._nameless = Account()
        self._named: dict[str, Account] = {}

    def of(self, sync_id: str) -> Account:
        """The account that a new exchange of this sync is counted in."""
        if not sync_id:
            return self._nameless
        return self._named.get(sync_id) or self._opened(sync_id)

    def items(self) -> Iterator[tuple[str, Account]]:
        """Every account by its sync id, oldest sync first, that of the empty id last."""
        yield from self._named.items()
        yield "", self._nameless

    def restore(self, sync_id: str, account: Account) -> None:
        """An account of an earlier life, in the order of `items`."""
        if sync_id:
            self._named[sync_id] = account
        else:
            self._nameless = account

    def is_nameless(self, account: Account) -> bool:
        """Whether this is the account of the empty sync id."""
        return account is self._nameless

    def counters(self) -> tuple[SyncCounters, ...]:
        """Every account that was ever used, oldest sync first, the empty sync id last."""
        named = tuple(account.counters(sync_id) for sync_id, account in self._named.items())
        return named + ((self._nameless.counters(""),) if self._nameless.captured else ())

    def attest(self) -> tuple[SyncCounters, ...]:
        """As `counters`, for an attestation: who reads it knows what there is to know of settled syncs."""
        for account in self._named.values():
            account.attested = account.settled
        return self.counters()

    def _opened(self, sync_id: str) -> Account:
        if len(self._named) >= self.max_syncs and not self._forgot_one():
            return self._nameless
        account = self._named[sync_id] = Account()
        return account

    def _forgot_one(self) -> bool:
        settled = self._oldest(lambda account: account.attested) or self._oldest(
            lambda account: account.settled
        )
        if settled is None:
            return False
        self._nameless.absorb(self._named.pop(settled))
        return True

    def _oldest(self, fits: Callable[[Account], bool]) -> str | None:
        return next((name for name, account in self._named.items() if fits(account)), None)
