"""The capture buffer: holds encoded exchanges, in order, until an owner has committed them.

Here is what the connector's threads and its streams meet: one change at a time, and who is woken by it.
What is held, within which bounds, and what becomes of the rest is told in `stock`; what has started and not
ended in `pending`.

No thread waits for exchanges to grow too old. Whoever brings an exchange or takes a look drops what is due
before; an attached stream looks at every heartbeat at least. A buffer that nobody uses keeps what it has.
"""

from __future__ import annotations

import logging
import time
import weakref
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from captured_exchanges.buffer.accounts import MAX_SYNCS
from captured_exchanges.buffer.held import Held, Item
from captured_exchanges.buffer.overflow import Block, Overflow, Room, in_event_loop
from captured_exchanges.buffer.pending import Pending
from captured_exchanges.buffer.spool import SpoolOptions
from captured_exchanges.buffer.spool.opening import open_spool
from captured_exchanges.buffer.spool.thread import SpoolThread
from captured_exchanges.buffer.spool.work import Signals, Work
from captured_exchanges.buffer.stock import WAIT, Stock
from captured_exchanges.buffer.subscriptions import Subscriptions
from captured_exchanges.buffer.turns import Turns
from captured_exchanges.exchange import BufferFacts, EncodedExchange, Entry, Gap, GapReason, SyncCounters

__all__ = ["DEFAULT_MAX_BYTES", "CaptureBuffer"]

DEFAULT_MAX_BYTES = 64 * 1024 * 1024
"""Sizes of the exchanges that a buffer holds in memory at most, in bytes."""

T = TypeVar("T")

log = logging.getLogger(__name__)


class CaptureBuffer:
    """A bounded, thread-safe buffer. Nothing here blocks beyond a short critical section, unless `overflow`
    says so: files are read and written by a thread of the spool's own.

    `max_bytes` bounds the sum of `EncodedExchange.size` held in memory, `max_sync_bytes` what is retained of
    each sync (of all exchanges without one together); `max_age` is for how many seconds an exchange may wait
    to be committed. None: no such bound. With a `spool` what exceeds half of `max_bytes` goes to its files;
    8 MiB of what readers want from there are in memory beside `max_bytes`. `overflow` says what becomes of a
    newcomer when all is full. `max_syncs` bounds the accounts kept apart (see `accounts`). `epoch` names this
    life of the buffer and must never be used again: leave it out. `clock` is monotonic, in seconds.
    `on_fault` is called with a fixed name when somebody else's callback raised (`buffer.wake_failed`,
    `buffer.abandon_failed`), when nobody may wait (`buffer.block_refused`), and when the spool fails
    (`spool.failed`, `spool.unreadable`, `spool.no_thread`, `spool.fault`); it must not raise.

    Raises ValueError for a bound that is not above zero, or a first sequence that none can have; SpoolRefused
    where the folder of a durable spool is in use, or others may enter it.
    """

    def __init__(
        self,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
        max_sync_bytes: int | None = None,
        max_age: float | None = None,
        spool: SpoolOptions | None = None,
        overflow: Overflow = "drop_newest",
        epoch: str | None = None,
        first_sequence: int = 1,
        max_syncs: int = MAX_SYNCS,
        clock: Callable[[], float] = time.monotonic,
        on_fault: Callable[[str], object] = lambda _name: None,
    ) -> None:
        self.max_bytes = max_bytes
        self._ages = max_age is not None
        self._on_fault = on_fault
        self._turns = Turns()
        self._stock = Stock(
            epoch,
            first_sequence,
            max_bytes=max_bytes,
            max_sync_bytes=max_sync_bytes,
            max_age=max_age,
            max_syncs=max_syncs,
            clock=clock,
            drop_oldest=overflow == "drop_oldest",
            spooled=spool is not None,
        )
        self._pending = Pending()
        self._subscriptions = Subscriptions(on_fault)
        self._patience = overflow.seconds if isinstance(overflow, Block) else 0.0
        self._room = Room()
        self._above = max_bytes // 2
        self._work: Work | None = None
        self._thread: SpoolThread | None = None
        self._durable = spool is not None and spool.durable
        if spool is not None:
            self._begin_spool(spool, clock)

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
        follows then.) Never blocks, unless the operator chose `Block`; never raises.
        """
        sequence = self._accept_patiently(exchange, abandoned=abandoned) if self._patience else WAIT
        if sequence == WAIT:
            sequence = self._change(lambda: self._stock.accept(exchange, abandoned=abandoned))
        if self._work and self._stock.memory > self._above and not self._work.resting:
            self._poke()
        return sequence

    def drop(self, sync_id: str, size: int, reason: GapReason, *, abandoned: bool = False) -> None:
        """An exchange was captured and cannot be retained: a hole of one sequence. `size` in bytes, as
        far as known. Never blocks, never raises.
        """
        self._change(lambda: self._stock.drop(sync_id, size, reason, abandoned=abandoned))

    def facts(self) -> BufferFacts:
        """The state at this moment."""
        return self._look(self._facts)

    def counters(self) -> tuple[SyncCounters, ...]:
        """The account of each sync, consistent in itself, oldest sync first."""
        return self._look(self._stock.accounts.counters)

    def attest(self) -> tuple[SyncCounters, ...]:
        """`counters` for an attestation: the settled syncs in them may be forgotten first."""
        return self._look(self._stock.accounts.attest)

    def snapshot(self) -> tuple[BufferFacts, tuple[SyncCounters, ...]]:
        """`facts` and `counters` of one and the same moment."""
        return self._look(lambda: (self._facts(), self._stock.accounts.counters()))

    def read(
        self, after_sequence: int, *, max_exchanges: int, max_bytes: int, hold: bool = False
    ) -> Sequence[Entry | Gap]:
        """Entries and gaps after a sequence of the current epoch, as `ReadableBuffer.read`. Gaps count
        towards neither bound. The cost is that of what is returned.
        """
        items = self._look(lambda: self._stock.read(after_sequence, max_exchanges, max_bytes, hold=hold))
        if self._stock.loads.wished:
            self._poke()
        return items

    def keep(self, seconds: float | None) -> None:
        """For how long what was read with `hold` stays in flight, as `ReadableBuffer.keep`."""
        self._turns.take(lambda: self._stock.flight.keep(seconds))

    def release(self, through_sequence: int) -> None:
        """An owner has committed everything through this sequence of the current epoch: forget it and
        count it as acked, as `ReadableBuffer.release`. Repeats are harmless; what was not given out yet is
        never released.
        """
        freed: list[Item] = []  # outlives the turn: taking down many objects is not done under the lock
        self._change(lambda: freed.extend(self._stock.release(through_sequence)))
        self._room.made()
        if self._work and any(not isinstance(item, Held) for item in freed):
            self._poke()  # files may go

    def abandon(self, before_ticket: int) -> None:
        """Close what started before this ticket and is still pending. The callbacks redact and encode:
        call this off the event loop.
        """
        for ticket, abandon in self._turns.look(lambda: self._pending.before(before_ticket)):
            self._abandon(ticket, abandon)

    def flush(self, timeout: float) -> bool:
        """Wait, `timeout` seconds at most, until all that was accepted before is on the disk of a durable
        spool; whether it is. Without one it never is.
        """
        if self._work is None or not self._durable:
            return False
        done = self._work.ask_flush()
        self._poke()
        return done.wait(timeout)

    def close(self) -> None:
        """The process ends: let the spool finish its work, and let go of its files. A durable one is complete
        then, and loses nothing until it is opened again; what is captured after that is held in memory. The
        end of the interpreter does the same. Repeats are harmless.
        """
        if self._thread:
            self._thread.close()

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` after each change (accepted, dropped, released, ended), in the thread that made
        it, be it by looking, and outside the lock; the returned call ends it. `wake` must be cheap: set a
        flag, and look at the buffer once for many of them.
        """
        return self._subscriptions.subscribe(wake)

    def _begin_spool(self, spool: SpoolOptions, clock: Callable[[], float]) -> None:
        signals = Signals(self._subscriptions.wake_all, self._room, self._on_fault)
        self._work = open_spool(spool, self._turns, self._stock, signals, above=self._above, clock=clock)
        self._thread = SpoolThread(self._work, self._on_fault)
        weakref.finalize(self, self._thread.close)
        if spool.durable:
            self._poke()

    def _poke(self) -> None:
        if self._thread:
            self._thread.poke()

    def _accept_patiently(self, exchange: EncodedExchange, *, abandoned: bool) -> int | None:
        """As `accept`; WAIT: nobody has made room in time, or nobody may wait here."""
        deadline = time.monotonic() + self._patience
        while True:
            moment, patient = self._room.moment, not self._turns.mine
            accept = partial(self._stock.accept, exchange, abandoned=abandoned, patient=patient)
            sequence = self._change(accept)
            if sequence != WAIT:
                return sequence
            if in_event_loop():
                self._on_fault("buffer.block_refused")
                return WAIT
            self._poke()
            left = deadline - time.monotonic()
            if left <= 0:
                return WAIT
            self._room.wait(moment, left)

    def _change(self, action: Callable[[], T]) -> T | None:
        result = self._turns.take(action)
        self._subscriptions.wake_all()
        return result

    def _look(self, question: Callable[[], T]) -> T:
        expired = self._turns.take(self._stock.expire) if self._ages else 0
        if expired:
            self._subscriptions.wake_all()
        return self._turns.look(question)

    def _abandon(self, ticket: int, abandon: Callable[[], None]) -> None:
        try:
            abandon()
        except Exception as fault:  # noqa: BLE001 - one exchange's trouble must not keep a drain from ending
            log.warning("an unfinished exchange could not be closed: %s", type(fault).__name__)
            self._on_fault("buffer.abandon_failed")
            self.end(ticket)

    def _facts(self) -> BufferFacts:
        shelf = self._stock.shelf
        return BufferFacts(
            epoch=shelf.epoch,
            oldest_sequence=shelf.oldest_sequence,
            next_sequence=shelf.next_sequence,
            acked_through=shelf.acked_through,
            retained_exchanges=self._stock.exchanges,
            retained_bytes=self._stock.bytes,
            pending=len(self._pending),
            oldest_ticket=self._pending.oldest_ticket,
            next_ticket=self._pending.next_ticket,
            sent_before=shelf.sent_before,
            loads=self._stock.loads.count,
            spool_failing=self._stock.failing,
        )
