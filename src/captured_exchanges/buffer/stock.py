"""What a buffer holds: the shelves of its epochs, the accounts of its syncs, and the bounds on both.

A bound that is reached drops the newcomer, which keeps its sequence: the hole is told in-band as a gap.

Retention is about time alone: where `max_age` is given, what nobody has committed for so long is dropped
from the old end, all but what is in flight, and told as `retention`. An entry is dropped once, at the price
of a bisection, and asking whether any is due costs one more.

A sync that reaches `max_sync_bytes` loses its newcomer, under `overflow` and not `retention`: like
`max_bytes` it bounds what is held at once, an owner that keeps up never meets it, and the remedy is the
same (consume faster, or allow more), where `retention` says that nobody came in time. And a newcomer is
never in flight.

Roll-over: an epoch ends at MAX_SEQUENCE. What is captured after that goes to a new epoch, which readers
see once the last exchange of the old one is released: nothing is renumbered, so no exchange ever has two
places and no place two exchanges. Not thread-safe: the buffer's lock guards it.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from captured_exchanges.buffer.accounts import Account, Accounts
from captured_exchanges.buffer.flight import Flight
from captured_exchanges.buffer.sent_drops import SentDrop, SentDrops
from captured_exchanges.buffer.shelf import Held, Shelf
from captured_exchanges.exchange import MAX_SEQUENCE, EncodedExchange, Entry, Gap, GapReason

__all__ = ["Stock"]


class Stock:
    """Entries and holes in order, and what became of each exchange. For the arguments see CaptureBuffer."""

    def __init__(
        self,
        epoch: str | None,
        first_sequence: int,
        *,
        max_bytes: int,
        max_sync_bytes: int | None,
        max_age: float | None,
        max_syncs: int,
        clock: Callable[[], float],
    ) -> None:
        if not 1 <= first_sequence <= MAX_SEQUENCE:
            raise ValueError(f"first_sequence is {first_sequence}; it must be 1 to {MAX_SEQUENCE}")
        _check_bound("max_sync_bytes", max_sync_bytes, "bytes")
        _check_bound("max_age", max_age, "seconds")
        self._max_bytes = max_bytes
        self._max_sync_bytes = max_bytes if max_sync_bytes is None else min(max_bytes, max_sync_bytes)
        self._max_age = max_age
        self._clock = clock
        self._shelves = deque([Shelf(epoch or _new_epoch(), first_sequence)])
        self._sent_drops = SentDrops()
        self.accounts = Accounts(max_syncs)
        self.flight = Flight(clock)
        self.exchanges = 0
        self.bytes = 0

    @property
    def shelf(self) -> Shelf:
        """The epoch that readers see."""
        return self._shelves[0]

    def accept(self, exchange: EncodedExchange, *, abandoned: bool) -> int | None:
        """Retain an exchange at the next sequence; None: it was dropped there."""
        self.expire()
        account = self.accounts.of(exchange.sync_id)
        account.capture(abandoned=abandoned)
        reason = self._refusal(exchange.size, account)
        if reason is not None:
            self._skip(exchange.sync_id, account, exchange.size, reason)
            return None
        sequence = self._writable().put(exchange, account, 0.0 if self._max_age is None else self._clock())
        account.retain(exchange.size)
        self.exchanges += 1
        self.bytes += exchange.size
        return sequence

    def drop(self, sync_id: str, size: int, reason: GapReason, *, abandoned: bool) -> None:
        """An exchange that never came this far is lost at the next sequence."""
        account = self.accounts.of(sync_id)
        account.capture(abandoned=abandoned)
        self._skip(sync_id, account, size, reason)

    def read(self, after: int, max_exchanges: int, max_bytes: int, *, hold: bool) -> Sequence[Entry | Gap]:
        """As `ReadableBuffer.read`."""
        items = self.shelf.read(after, max_exchanges, max_bytes)
        if hold and items:
            last = items[-1]
            through = last.sequence if isinstance(last, Entry) else last.last_sequence
            self.flight.hand_out(through)
            self._sent_drops.settle(through)
        return items

    def release(self, through: int) -> list[Held]:
        """As `ReadableBuffer.release`; what was held until now."""
        freed = self.shelf.release(through, self._sent_drops.recall(through))
        for held in freed:
            held.account.ack(held.entry.size)
            self.bytes -= held.entry.size
        self.exchanges -= len(freed)
        self._leave_settled_epoch()
        return freed

    def expire(self) -> int:
        """Drop what has waited as long as `max_age` and is not in flight; how many."""
        if self._max_age is None:
            return 0
        before, horizon = self.exchanges, self._clock() - self._max_age
        for shelf, held in self._droppable():
            if held.at > horizon:
                break
            self._lose(shelf, held, "retention")
        return before - self.exchanges

    def _refusal(self, size: int, account: Account) -> GapReason | None:
        """Why an exchange of this size cannot be retained; None: it can."""
        if size > self._max_sync_bytes:
            return "oversize"
        full = self.bytes + size > self._max_bytes
        return "overflow" if full or account.retained_bytes + size > self._max_sync_bytes else None

    def _skip(self, sync_id: str, account: Account, size: int, reason: GapReason) -> None:
        self._writable().skip(sync_id, size, reason)
        account.drop(reason, size)

    def _droppable(self) -> Iterator[tuple[Shelf, Held]]:
        """The oldest entry that is not in flight; once that is dropped, the next one."""
        after = self.flight.through
        for shelf in self._shelves:
            while held := shelf.oldest(after):
                yield shelf, held
            after = 0

    def _lose(self, shelf: Shelf, held: Held, reason: GapReason) -> None:
        size, sync_id = held.entry.size, held.entry.exchange.sync_id
        shelf.drop(held, reason)
        held.account.lose(reason, size)
        self.exchanges -= 1
        self.bytes -= size
        if shelf is self.shelf and held.last <= self.flight.handed_through:
            self._sent_drops.add(SentDrop(held.last, sync_id, size, reason, held.account))

    def _writable(self) -> Shelf:
        if self._shelves[-1].full:
            self._shelves.append(Shelf(_new_epoch()))
            self._leave_settled_epoch()
        return self._shelves[-1]

    def _leave_settled_epoch(self) -> None:
        if len(self._shelves) > 1 and self.shelf.settled:
            self._shelves.popleft()
            self.flight.begin_epoch()


def _check_bound(name: str, value: float | None, unit: str) -> None:
    if value is not None and not value > 0:
        raise ValueError(f"{name} is {value} {unit}; it must be above zero, or left out for no bound")


def _new_epoch() -> str:
    return secrets.token_hex(16)
