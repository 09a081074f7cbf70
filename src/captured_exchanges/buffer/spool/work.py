"""What the spool does, round by round: bring what readers want, write what memory has no room for, let files
go that nobody needs. All reading and writing is here; nothing of it is done under the buffer's lock.

A write that fails changes nothing: what was to be written stays in memory, and is tried again after a while
that grows (0.1 to 5 s). A block that cannot be read is tried three times, or is lost at once where its bytes
have changed; what it held is told as `spool_failure`.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from captured_exchanges.buffer.held import Held, StoredBlock
from captured_exchanges.buffer.overflow import Room
from captured_exchanges.buffer.shelf import Shelf
from captured_exchanges.buffer.spool.frames import frame, frames
from captured_exchanges.buffer.spool.ledger import Ledger
from captured_exchanges.buffer.spool.records import pack, unpack
from captured_exchanges.buffer.spool.segments import Segment, Segments
from captured_exchanges.buffer.stock import Stock
from captured_exchanges.buffer.turns import Turns
from captured_exchanges.exchange import Entry

__all__ = ["MAX_BLOCK_BYTES", "Signals", "Work"]

MAX_BLOCK_BYTES = 1024 * 1024
"""Exchanges that are written in one piece, and read again so."""
_FIRST_DELAY, _MAX_DELAY = 0.1, 5.0
_TRIES = 3
_FULL_DELAY = 1.0
_MAX_ASKED = 64

log = logging.getLogger(__name__)


class Signals(NamedTuple):
    """Whom the spool tells: `wake` readers, those who wait for `room`, `fault` by a fixed name."""

    wake: Callable[[], None]
    room: Room
    fault: Callable[[str], object]


class Work:
    """One spool's. `above`: bytes in memory beyond which they are written. `clock` is monotonic, in seconds.

    Used by one thread, but for `resting`, which any may look at.
    """

    def __init__(
        self,
        turns: Turns,
        stock: Stock,
        segments: Segments,
        signals: Signals,
        *,
        above: int,
        clock: Callable[[], float],
        ledger: Ledger | None = None,
        flush_interval: float = 0.0,
    ) -> None:
        self._turns = turns
        self._stock = stock
        self._segments = segments
        self._signals = signals
        self._above = above
        self._clock = clock
        self._ledger = ledger
        self._flush_interval = flush_interval
        self._flush_at = 0.0
        self._flushed = -1
        self._asked: deque[threading.Event] = deque(maxlen=_MAX_ASKED)  # who asked and went is still in it
        self._block_bytes = min(MAX_BLOCK_BYTES, segments.segment_bytes)
        self._delay = 0.0
        self._retry_at = 0.0
        self._load_at = 0.0
        self.resting = False
        """Whether nothing can be written for now, so that nobody need ask for it."""

    def begin(self) -> None:
        """The first rounds of a durable spool, before anything is captured: the first lease."""
        for _ in range(2):  # in force is what the older of two slots leases
            self._guarded(self._flush)

    def round(self) -> float | None:
        """Do what is due; seconds after which to come again though nobody asked, None: no need."""
        self.resting = False
        self._guarded(self._load)
        if not self._ledger:
            self._guarded(self._collect)
        if self._clock() >= self._retry_at:
            self._guarded(self._write)
            if self._ledger and self._flush_due:
                self._guarded(self._flush)
        waits = list(self._waits(self._clock()))
        self.resting = self.resting or self._stock.failing
        return max(0.0, min(waits)) if waits else None

    def ask_flush(self) -> threading.Event:
        """Is set once all that was accepted before is safe. May be called from any thread."""
        done = threading.Event()
        self._asked.append(done)
        return done

    def close(self) -> None:
        """The last round: what a durable spool holds is safe and told to be complete, every file let go."""
        if self._ledger:
            self._guarded(lambda: self._flush(closed=True))
            self._ledger.close()
        self._segments.close()

    def _waits(self, now: float) -> Iterator[float]:
        if self._stock.failing:
            yield self._retry_at - now
        elif self._ledger:
            yield self._flush_at - now if self._changed else self._flush_interval
        if self._stock.loads.wished:
            yield self._load_at - now
        if self.resting:
            yield _FULL_DELAY

    # What is brought

    def _load(self) -> None:
        if self._clock() < self._load_at:
            return
        while block := self._turns.take(self._stock.loads.next):
            self._bring(block)

    def _bring(self, block: StoredBlock) -> None:
        try:
            entries = self._read(block)
        except OSError:
            block.tries += 1
            if block.tries < _TRIES:
                self._load_at = self._clock() + _FIRST_DELAY
                self._turns.take(lambda: self._stock.loads.want(block, urgent=False))
                raise
            entries = None
        if entries is None:
            log.warning("a block of the spool cannot be read: what it held is told as spool_failure")
            self._signals.fault("spool.unreadable")
            self._turns.take(lambda: self._stock.lose_block(block))
        else:
            self._turns.take(lambda: self._stock.loads.bring(block, entries))
        self._signals.wake()

    def _read(self, block: StoredBlock) -> list[Entry] | None:
        """The entries of a block; None: it is not what was written."""
        data = self._segments.read(block.segment, block.offset, block.length)
        entries = [unpack(content)[0] for _, content in frames(data)]
        return entries if [entry.sequence for entry in entries] == list(block.sequences) else None

    # What is written

    def _write(self) -> None:
        while self._pressed and self._write_block():
            self._load()
        if self._stock.failing and not self._pressed and not self._ledger:
            self._healed()  # nothing is wanted of the disk: it may be tried again

    @property
    def _changed(self) -> bool:
        return self._stock.version != self._flushed

    @property
    def _flush_due(self) -> bool:
        asked = bool(self._asked) or self._stock.failing
        return asked or (self._changed and self._clock() >= self._flush_at)

    @property
    def _pressed(self) -> bool:
        return self._stock.memory > (0 if self._stock.failing else self._above)

    def _write_block(self) -> bool:
        """Write the oldest that is in memory alone; whether there was any, and room for it."""
        found = self._turns.look(lambda: self._stock.unwritten(self._block_bytes))
        if found is None:
            return False
        shelf, batch = found
        if not self._make_room(sum(held.size for held in batch), shelf):
            return False
        data = b"".join([self._framed(held) for held in batch])
        if not self._make_room(len(data), shelf):
            return False
        block = StoredBlock(batch, *self._segments.append(shelf.epoch, data), len(data))
        entries = [held.entry for held in batch]
        self._turns.take(lambda: self._stock.settle(shelf, block, entries))
        if not self._ledger:
            self._healed()
        self._signals.room.made()
        return True

    def _framed(self, held: Held) -> bytes:
        nameless = self._stock.accounts.is_nameless(held.account) and held.entry.exchange.sync_id != ""
        return frame(pack(held.entry, nameless=nameless))

    def _make_room(self, size: int, shelf: Shelf) -> bool:
        """Whether so many bytes may be written; where the policy says so the oldest on the disk go for it."""
        while not self._segments.fits(size, shelf.epoch):
            droppable = self._stock.drop_oldest and self._pressed and self._segments.ever_fits(size)
            if not (droppable and self._turns.take(self._stock.lose_oldest_block)):
                self.resting = True
                return False
            self._signals.wake()
            self._collect()
        return True

    def _collect(self) -> None:
        """Let go of files in which nothing is retained; where the spool is durable, once that is safe."""
        dead = self._turns.look(self._dead)
        if dead and self._ledger:
            self._keep(self._ledger, closed=False)
        else:
            self._remove(dead)

    def _dead(self) -> list[Segment]:
        return [segment for segment in self._segments if not segment.live]

    def _remove(self, segments: list[Segment]) -> None:
        for segment in segments:
            self._segments.remove(segment)

    # What is made safe

    def _flush(self, *, closed: bool = False) -> None:
        """Write all that is there by now, and then the state that counts it. The state is kept although the
        exchanges find no room: it needs none, and lets files go.
        """
        asked = [self._asked.popleft() for _ in range(len(self._asked))]
        try:
            try:
                self._write_all()
            finally:
                if self._ledger:
                    self._keep(self._ledger, closed=closed)
            self._healed()
        except OSError:
            self._asked.extendleft(reversed(asked))
            raise
        if self.resting:  # the spool is full: not all is written
            self._asked.extendleft(reversed(asked))
            return
        for each in asked:
            each.set()

    def _write_all(self) -> None:
        shelf, through = self._turns.look(self._end)
        while shelf.written_through < through and self._write_block():
            self._load()

    def _end(self) -> tuple[Shelf, int]:
        shelf = self._stock.shelves[-1]
        return shelf, shelf.next_sequence - 1

    def _keep(self, ledger: Ledger, *, closed: bool) -> None:
        stock = self._stock
        self._segments.flush()
        image, version, dead = self._turns.look(
            lambda: (ledger.take(stock, closed=closed), stock.version, self._dead())
        )
        ledger.keep(image)
        self._turns.look(lambda: ledger.grant(stock, image))
        self._flushed, self._flush_at = version, self._clock() + self._flush_interval
        self._remove(dead)

    # What fails

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except OSError as failure:
            self.failed(failure)

    def failed(self, failure: OSError) -> None:
        """The disk has failed: it is left alone for a while."""
        if not self._stock.failing:
            log.warning("the spool fails (%s): what is captured stays in memory", failure.strerror)
        self._signals.fault("spool.failed")
        self._stock.failing = True
        self._delay = min(_MAX_DELAY, max(_FIRST_DELAY, 2 * self._delay))
        self._retry_at = self._clock() + self._delay

    def _healed(self) -> None:
        if self._stock.failing:
            log.warning("the spool works again")
        self._stock.failing = False
        self._delay = self._retry_at = 0.0
