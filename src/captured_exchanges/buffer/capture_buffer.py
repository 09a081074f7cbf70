"""The capture buffer: holds encoded exchanges, in memory and in order, until an owner has committed them.

Composition and bounds live here; the sequences of an epoch in `shelf`, what was dropped in `hole`, the
account of each sync in `accounts`, what has started and not ended in `pending`. A bound that is reached
drops the newcomer, which keeps its sequence: the hole is told in-band as a gap.

Roll-over: an epoch ends at MAX_SEQUENCE. What is captured after that goes to a new epoch, which readers
see once the last exchange of the old one is released: nothing is renumbered, so no exchange ever has two
places and no place two exchanges.
"""

from __future__ import annotations

import logging
import secrets
from collections import deque
from collections.abc import Callable, Sequence

from captured_exchanges.buffer.accounts import MAX_SYNCS, Accounts
from captured_exchanges.buffer.pending import Pending
from captured_exchanges.buffer.shelf import Held, Shelf
from captured_exchanges.buffer.subscriptions import Subscriptions
from captured_exchanges.buffer.turns import Turns
from captured_exchanges.exchange import (
    MAX_SEQUENCE,
    BufferFacts,
    EncodedExchange,
    Entry,
    Gap,
    GapReason,
    SyncCounters,
)

__all__ = ["DEFAULT_MAX_BYTES", "CaptureBuffer"]

DEFAULT_MAX_BYTES = 64 * 1024 * 1024
"""Sizes of the exchanges that a buffer retains at most, in bytes."""

log = logging.getLogger(__name__)


class CaptureBuffer:
    """A bounded, thread-safe buffer in memory. Nothing here blocks beyond a short critical section.

    `max_bytes` bounds the sum of `EncodedExchange.size` retained; `max_syncs` the accounts kept apart
    (see `accounts`). `epoch` names this life of the buffer and must never be used again: leave it out.
    `on_fault` is called with a fixed name (`buffer.wake_failed`, `buffer.abandon_failed`) when somebody
    else's callback raised; it must not raise.
    """

    def __init__(
        self,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
        epoch: str | None = None,
        first_sequence: int = 1,
        max_syncs: int = MAX_SYNCS,
        on_fault: Callable[[str], object] = lambda _name: None,
    ) -> None:
        if not 1 <= first_sequence <= MAX_SEQUENCE:
            raise ValueError(f"first_sequence is {first_sequence}; it must be 1 to {MAX_SEQUENCE}")
        self.max_bytes = max_bytes
        self._on_fault = on_fault
        self._turns = Turns()
        self._shelves = deque([Shelf(epoch or _new_epoch(), first_sequence)])
        self._accounts = Accounts(max_syncs)
        self._pending = Pending()
        self._retained = 0
        self._retained_bytes = 0
        self._subscriptions = Subscriptions(on_fault)

    def start(self, abandon: Callable[[], None]) -> int:
        """An exchange starts: its ticket. `abandon` is called, in whatever thread a drain gives up in,
        when it is to be recorded as it stands; it ends with `end(ticket)`, as every exchange does.
        """
        return self._turns.look(lambda: self._pending.start(abandon))

    def end(self, ticket: int) -> None:
        """The exchange of this ticket has been accepted or dropped. Repeats are harmless."""
        self._change(lambda: self._pending.end(ticket))

    def accept(self, exchange: EncodedExchange, *, abandoned: bool = False) -> int | None:
        """Retain an exchange and give it its sequence; or, where it does not fit, drop it, tell the
        hole, and answer None. (None too when called by a destructor from within another change: it
        follows then.) Never blocks, never raises.
        """
        return self._change(lambda: self._accept(exchange, abandoned=abandoned))

    def drop(self, sync_id: str, size: int, reason: GapReason, *, abandoned: bool = False) -> None:
        """An exchange was captured and cannot be retained: a hole of one sequence. `size` in bytes, as
        far as known. Never blocks, never raises.
        """
        self._change(lambda: self._drop(sync_id, size, reason, abandoned=abandoned))

    def facts(self) -> BufferFacts:
        """The state at this moment."""
        return self._turns.look(self._facts)

    def counters(self) -> tuple[SyncCounters, ...]:
        """The account of each sync, consistent in itself, oldest sync first."""
        return self._turns.look(self._accounts.counters)

    def snapshot(self) -> tuple[BufferFacts, tuple[SyncCounters, ...]]:
        """`facts` and `counters` of one and the same moment."""
        return self._turns.look(lambda: (self._facts(), self._accounts.counters()))

    def read(self, after_sequence: int, *, max_exchanges: int, max_bytes: int) -> Sequence[Entry | Gap]:
        """Entries and gaps after a sequence of the current epoch, as `ReadableBuffer.read`. Gaps count
        towards neither bound. The cost is that of what is returned.
        """
        return self._turns.look(lambda: self._shelves[0].read(after_sequence, max_exchanges, max_bytes))

    def release(self, through_sequence: int) -> None:
        """An owner has committed everything through this sequence of the current epoch: forget it and
        count it as acked. Repeats are harmless; what was not given out yet is never released.
        """
        freed: list[Held] = []  # outlives the turn: taking down many objects is not done under the lock
        self._change(lambda: self._release(through_sequence, freed))

    def abandon(self, before_ticket: int) -> None:
        """Close what started before this ticket and is still pending. The callbacks redact and encode:
        call this off the event loop.
        """
        for ticket, abandon in self._turns.look(lambda: self._pending.before(before_ticket)):
            self._abandon(ticket, abandon)

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` after each change (accepted, dropped, released, ended), in the thread that made
        it and outside the lock; the returned call ends it. `wake` must be cheap: set a flag, and look
        at the buffer once for many of them.
        """
        return self._subscriptions.subscribe(wake)

    def _change(self, action: Callable[[], int | None]) -> int | None:
        result = self._turns.take(action)
        self._subscriptions.wake_all()
        return result

    def _accept(self, exchange: EncodedExchange, *, abandoned: bool) -> int | None:
        if self._retained_bytes + exchange.size > self.max_bytes:
            reason: GapReason = "oversize" if exchange.size > self.max_bytes else "overflow"
            self._drop(exchange.sync_id, exchange.size, reason, abandoned=abandoned)
            return None
        account = self._accounts.of(exchange.sync_id)
        sequence = self._writable().put(exchange, account)
        account.capture(abandoned=abandoned)
        account.retained += 1
        self._retained += 1
        self._retained_bytes += exchange.size
        return sequence

    def _drop(self, sync_id: str, size: int, reason: GapReason, *, abandoned: bool) -> None:
        account = self._accounts.of(sync_id)
        self._writable().skip(sync_id, size, reason)
        account.capture(abandoned=abandoned)
        account.drop(reason, size)

    def _release(self, through: int, freed: list[Held]) -> None:
        freed += self._shelves[0].release(through)
        for held in freed:
            held.account.acked += 1
            held.account.retained -= 1
            self._retained_bytes -= held.entry.size
        self._retained -= len(freed)
        self._leave_settled_epoch()

    def _writable(self) -> Shelf:
        if self._shelves[-1].full:
            self._shelves.append(Shelf(_new_epoch()))
            self._leave_settled_epoch()
        return self._shelves[-1]

    def _leave_settled_epoch(self) -> None:
        if len(self._shelves) > 1 and self._shelves[0].settled:
            self._shelves.popleft()

    def _abandon(self, ticket: int, abandon: Callable[[], None]) -> None:
        try:
            abandon()
        except Exception as fault:  # noqa: BLE001 - one exchange's trouble must not keep a drain from ending
            log.warning("an unfinished exchange could not be closed: %s", type(fault).__name__)
            self._on_fault("buffer.abandon_failed")
            self.end(ticket)

    def _facts(self) -> BufferFacts:
        shelf = self._shelves[0]
        return BufferFacts(
            epoch=shelf.epoch,
            oldest_sequence=shelf.oldest_sequence,
            next_sequence=shelf.next_sequence,
            acked_through=shelf.acked_through,
            retained_exchanges=self._retained,
            retained_bytes=self._retained_bytes,
            pending=len(self._pending),
            oldest_ticket=self._pending.oldest_ticket,
            next_ticket=self._pending.next_ticket,
        )


def _new_epoch() -> str:
    return secrets.token_hex(16)
