"""What a buffer holds: the shelves of its epochs, the accounts of its syncs, and the bounds on both.

`max_bytes` bounds what is in memory. With a spool, its thread writes the beginning of what is held to the
disk (`unwritten`, `settle`), within the spool's own bound; where that is reached, or the disk fails, memory
fills up. A bound that is reached drops the newcomer, or what is oldest (see `overflow`). What is dropped
keeps its sequence: the hole is told in-band as a gap.

Retention is about time alone: where `max_age` is given, what nobody has committed for so long is dropped
from the old end, all but what is in flight, and told as `retention`. An entry is dropped once, at the price
of a bisection, and asking whether any is due costs one more.

A sync that reaches `max_sync_bytes` loses its newcomer, under `overflow` and not `retention`: like
`max_bytes` it bounds what is held at once, an owner that keeps up never meets it, and the remedy is the
same (consume faster, or allow more), where `retention` says that nobody came in time.

Roll-over: an epoch ends at MAX_SEQUENCE, or where the disk is gone for so long that no more sequences can be
leased. What is captured after that goes to a new epoch, which readers see once the last exchange of the old
one is released: nothing is renumbered, so no exchange ever has two places and no place two exchanges. Not
thread-safe: the buffer's lock guards it.
"""

from __future__ import annotations

import math
import secrets
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from captured_exchanges.buffer.accounts import Account, Accounts
from captured_exchanges.buffer.flight import Flight
from captured_exchanges.buffer.held import Held, Item, Run, StoredBlock
from captured_exchanges.buffer.loads import Loads
from captured_exchanges.buffer.sent_drops import SentDrop, SentDrops
from captured_exchanges.buffer.shelf import Shelf
from captured_exchanges.exchange import MAX_SEQUENCE, EncodedExchange, Entry, Gap, GapReason

__all__ = ["WAIT", "Stock"]

WAIT = 0
"""No sequence: there is no room, and whoever may wait for some shall."""
_MAX_BLOCK_ENTRIES = 1024


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
        drop_oldest: bool = False,
        spooled: bool = False,
    ) -> None:
        if not 1 <= first_sequence <= MAX_SEQUENCE:
            raise ValueError(f"first_sequence is {first_sequence}; it must be 1 to {MAX_SEQUENCE}")
        _check_bound("max_sync_bytes", max_sync_bytes, "bytes")
        _check_bound("max_age", max_age, "seconds")
        self._max_bytes = max_bytes
        self._max_sync_bytes = math.inf if max_sync_bytes is None else max_sync_bytes
        self._max_age = max_age
        self._clock = clock
        self.drop_oldest = drop_oldest
        self._spooled = spooled
        self.shelves = deque([Shelf(epoch or _new_epoch(), first_sequence)])
        self.sent_drops = SentDrops()
        self.accounts = Accounts(max_syncs)
        self.flight = Flight(clock)
        self.loads = Loads(max_bytes)
        self.exchanges = 0
        self.bytes = 0
        self.memory = 0
        """Bytes of what is in memory alone."""
        self.failing = False
        """Whether the disk behind this fails."""
        self.version = 0
        """Changes with everything that a durable spool has to remember."""

    @property
    def shelf(self) -> Shelf:
        """The epoch that readers see."""
        return self.shelves[0]

    def accept(self, exchange: EncodedExchange, *, abandoned: bool, patient: bool = False) -> int | None:
        """Retain an exchange at the next sequence; None: it was dropped there. With `patient` WAIT, where
        room may yet be made for it, and nothing has happened.
        """
        self.expire()
        account = self.accounts.of(exchange.sync_id)
        reason = self._refusal(exchange.size, account)
        if patient and reason is not None and reason != "oversize":
            return WAIT
        account.capture(abandoned=abandoned)
        if reason is not None:
            self._skip(exchange.sync_id, account, exchange.size, reason)
            return None
        sequence = self._writable().put(exchange, account, 0.0 if self._max_age is None else self._clock())
        account.retain(exchange.size)
        self.exchanges += 1
        self.bytes += exchange.size
        self.memory += exchange.size
        self.version += 1
        return sequence

    def drop(self, sync_id: str, size: int, reason: GapReason, *, abandoned: bool) -> None:
        """An exchange that never came this far is lost at the next sequence."""
        account = self.accounts.of(sync_id)
        account.capture(abandoned=abandoned)
        self._skip(sync_id, account, size, reason)

    def read(self, after: int, max_exchanges: int, max_bytes: int, *, hold: bool) -> Sequence[Entry | Gap]:
        """As `ReadableBuffer.read`."""
        items = self.shelf.read(after, max_exchanges, max_bytes)
        if items:
            last = items[-1]
            after = last.sequence if isinstance(last, Entry) else last.last_sequence
            if hold:
                self.flight.hand_out(after)
                self.sent_drops.settle(after)
                self.version += 1
        if self._spooled and (block := self.shelf.unloaded(after)):
            self.loads.want(block, urgent=hold)
        return items

    def release(self, through: int) -> list[Item]:
        """As `ReadableBuffer.release`; what was held until now."""
        freed = self.shelf.release(through, self.sent_drops.recall(through))
        for item in freed:
            self._let_go(item)
            for part in item.parts():
                part.account.ack(part.size)
        self.version += 1
        self._leave_settled_epoch()
        return freed

    def expire(self) -> int:
        """Drop what has waited as long as `max_age` and is not in flight; how many."""
        if self._max_age is None:
            return 0
        before, horizon = self.exchanges, self._clock() - self._max_age
        for shelf, item in self._droppable():
            if item.at > horizon:
                break
            through = item.aged(horizon)
            aged = shelf.cut(item, through) if isinstance(item, Run) and through < item.last else item
            self._lose(shelf, aged, "retention")
        return before - self.exchanges

    # What the spooler asks

    def adopt(self, shelves: Sequence[Shelf], accounts: Accounts) -> None:
        """Go on with what an earlier process has left."""
        self.shelves = deque(shelves)
        self.accounts = accounts
        runs = [item for shelf in shelves for item in shelf.kept()]
        self.exchanges = sum(item.count for item in runs)
        self.bytes = sum(item.size for item in runs)
        self._leave_settled_epoch()

    def unwritten(self, max_bytes: int) -> tuple[Shelf, list[Held]] | None:
        """What is to be written next: the oldest that is in memory alone; None: nothing is. One that is
        larger than `max_bytes` comes alone.
        """
        for shelf in self.shelves:
            batch: list[Held] = []
            size = 0
            for held in islice(shelf.held(0), _MAX_BLOCK_ENTRIES):
                size += held.size
                if batch and size > max_bytes:
                    break
                batch.append(held)
            if batch:
                return shelf, batch
        return None

    def settle(self, shelf: Shelf, block: StoredBlock, entries: Sequence[Entry]) -> None:
        """These entries of a shelf, as far as they are retained, lie in a block on the disk."""
        written = shelf.settle(block)
        self.memory -= sum(held.size for held in written)
        block.live += len(written)
        block.segment.live += len(written)
        if written:
            self.loads.offer(block, entries)

    def lose_oldest_block(self) -> bool:
        """Lose the oldest on the disk that is not in flight; whether there was any."""
        for shelf, item in self._droppable():
            if isinstance(item, Run):
                self._lose(shelf, item, "overflow")
                return True
            break
        return False

    def lose_block(self, block: StoredBlock) -> None:
        """What is left of a block cannot be read."""
        for shelf in self.shelves:
            if shelf.epoch == block.segment.epoch:
                for run in shelf.runs(block):
                    self._lose(shelf, run, "spool_failure")

    def _refusal(self, size: int, account: Account) -> GapReason | None:
        """Why an exchange of this size cannot be retained; None: it can."""
        if size > min(self._max_bytes, self._max_sync_bytes):
            return "oversize"
        if account.retained_bytes + size > self._max_sync_bytes:
            return "overflow"
        missing = self.memory + size - self._max_bytes
        if missing > 0 and not (self.drop_oldest and self._make_room(missing)):
            return self._full
        return None

    @property
    def _full(self) -> GapReason:
        return "spool_failure" if self.failing else "overflow"

    def _make_room(self, missing: int) -> bool:
        """Lose the oldest in memory that are not in flight; nothing at all, where they are too few."""
        chosen: list[tuple[Shelf, Held]] = []
        for shelf, held in self._in_memory():
            chosen.append((shelf, held))
            missing -= held.size
            if missing <= 0:
                break
        else:
            return False
        for shelf, held in chosen:
            self._lose(shelf, held, self._full)
        return True

    def _in_memory(self) -> Iterator[tuple[Shelf, Held]]:
        after = self.flight.through
        for shelf in self.shelves:
            yield from ((shelf, held) for held in shelf.held(after))
            after = 0

    def _skip(self, sync_id: str, account: Account, size: int, reason: GapReason) -> None:
        self._writable().skip(sync_id, size, reason)
        account.drop(reason, size)
        self.version += 1

    def _droppable(self) -> Iterator[tuple[Shelf, Item]]:
        """The oldest that is not in flight; once that is dropped, the next."""
        after = self.flight.through
        for shelf in self.shelves:
            while item := shelf.oldest(after):
                if isinstance(item, Run) and item.first <= after:
                    shelf.cut(item, after)
                yield shelf, item
            after = 0

    def _lose(self, shelf: Shelf, item: Item, reason: GapReason) -> None:
        sent_through = self.flight.handed_through if shelf is self.shelf else 0
        shelf.drop(item, reason)
        self._let_go(item)
        for part in item.parts():
            part.account.lose(reason, part.size)
            if part.sequence <= sent_through:
                self.sent_drops.add(SentDrop(part.sequence, part.sync_id, part.size, reason, part.account))
        self.version += 1

    def _let_go(self, item: Item) -> None:
        self.exchanges -= item.count
        self.bytes -= item.size
        if isinstance(item, Held):
            self.memory -= item.size
            return
        item.block.segment.live -= item.count
        item.block.live -= item.count
        if not item.block.live:
            self.loads.forget(item.block)

    def _writable(self) -> Shelf:
        if self.shelves[-1].full:
            self.shelves.append(Shelf(_new_epoch()))
            self._leave_settled_epoch()
        return self.shelves[-1]

    def _leave_settled_epoch(self) -> None:
        if len(self.shelves) > 1 and self.shelf.settled:
            self.shelves.popleft()
            self.flight.begin_epoch()


def _check_bound(name: str, value: float | None, unit: str) -> None:
    if value is not None and not value > 0:
        raise ValueError(f"{name} is {value} {unit}; it must be above zero, or left out for no bound")


def _new_epoch() -> str:
    return secrets.token_hex(16)
