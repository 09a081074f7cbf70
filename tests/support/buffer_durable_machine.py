"""A durable buffer that is killed again and again, in the middle of any write, beside what it must not lose.

The owner's store outlives every crash. Nothing of the buffer's memory does: what must be there afterwards is
known from the last flush that was completed, and what happened since.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from captured_exchanges.buffer import SpoolOptions
from captured_exchanges.buffer.spool.disk import Disk
from captured_exchanges.buffer.spool.image import LEASE, Image, dump, load
from captured_exchanges.buffer.spool.slots import Slots
from captured_exchanges.exchange import MAX_SEQUENCE, Entry, Gap
from support.buffer_disks import FailingDisk
from support.buffer_exchanges import encoded
from support.buffer_machine import SIZES
from support.buffer_spooled import by_hand, kill, patient_read

Place = tuple[str, int]
"""Epoch and sequence."""
LOSSES = {"overflow", "oversize", "spool_failure", "unclean_restart", "retention"}


class DurableMachine(RuleBasedStateMachine):
    """One folder, and one life of a buffer after another in it."""

    MAX_BYTES, SPOOL_BYTES, MAX_AGE = 1_500, 12_000, 300.0
    FIRST = MAX_SEQUENCE - 3 * LEASE  # a few crashes from the end of the epoch

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp()) / "spool"
        self.now = 1_000.0
        self.captured: dict[Place, str] = {}
        self.unsent: set[Place] = set()
        self.rows: dict[Place, str] = {}
        self.marks: dict[str, int] = {}
        self.owner: str | None = None
        self.position = self.sent = 0
        self.names = 0
        self.overflow = "drop_newest"
        self.open()

    # One life

    def open(self) -> None:
        """A connector process starts."""
        self.disk = FailingDisk()
        options = SpoolOptions(self.folder, durable=True, max_bytes=self.SPOOL_BYTES, disk=self.disk)
        self.buffer = by_hand(
            max_bytes=self.MAX_BYTES,
            max_age=self.MAX_AGE,
            spool=options,
            overflow=self.overflow,
            first_sequence=self.FIRST,
            clock=lambda: self.now,
        )
        ledger = self.buffer._work._ledger
        kept = ledger.keep

        def keep(image) -> None:
            self.tried = image
            kept(image)
            self.image = image

        ledger.keep = keep
        self.image = self.tried = last_image(self.folder)
        self.owner = None
        self.sent = 0

    @property
    def kept(self) -> dict[Place, tuple[str, int]]:
        """What the buffer retains: sync and size of each."""
        return {
            (shelf.epoch, part.sequence): (part.sync_id, part.size)
            for shelf in self.buffer._stock.shelves
            for item in shelf.kept()
            for part in item.parts()
        }

    @rule(sync_id=st.sampled_from(["", "a", "b"]), size=SIZES)
    def accept(self, sync_id: str, size: int) -> None:
        """An exchange is captured: its place has never been another's."""
        self.names += 1
        name = f"r{self.names}"
        sequence = self.buffer.accept(encoded(size, sync_id, name))
        if sequence is not None:
            place = (self.buffer._stock.shelves[-1].epoch, sequence)
            assert place not in self.captured
            self.captured[place] = name

    @rule()
    def drop(self) -> None:
        """One that never came so far."""
        self.buffer.drop("a", 10, "oversize")

    @rule(seconds=st.sampled_from([0.1, 1.0, 10.0, 200.0]))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds

    @rule()
    def work(self) -> None:
        """The thread does a round, and flushes where that is due."""
        self.buffer._work.round()

    @rule()
    def flush(self) -> None:
        """A flush is due."""
        self.now += 1.0
        self.buffer._work.round()

    @rule(room=st.sampled_from([0, 300, 3_000]))
    def fill(self, room: int) -> None:
        """The disk is full, or soon."""
        self.disk.room = room

    @rule(call=st.sampled_from(["create", "write", "flush", "remove"]))
    def fail(self, call: str) -> None:
        """The disk fails."""
        self.disk.broken = {call}

    @rule()
    def heal(self) -> None:
        """It works again."""
        self.disk.broken, self.disk.room = set(), None

    # The owner

    @precondition(lambda self: self.owner is None)
    @rule()
    def attach(self) -> None:
        """An owner opens with what its store has; no position of its is one that cannot be."""
        facts = self.buffer.facts()
        self.owner = facts.epoch
        self.buffer.keep(None)
        self.position = self.marks.get(facts.epoch, facts.acked_through)
        assert self.position <= max(self.sent, facts.acked_through, facts.sent_before)
        self.marks[facts.epoch] = self.position
        self.buffer.release(self.position)

    @precondition(lambda self: self.owner is not None)
    @rule(count=st.integers(1, 9), acks=st.booleans())
    def consume(self, count: int, acks: bool) -> None:
        """It reads, commits, and acks; or the ack is lost on its way."""
        if self.buffer.facts().epoch != self.owner:
            self.leave()
            return
        items = patient_read(self.buffer, self.position, max_exchanges=count, max_bytes=10**9, hold=True)
        for each in items:
            self._take(each)
        self.sent = max(self.sent, self.position)
        self.marks[self.owner] = self.position
        if acks:
            self.buffer.release(self.position)

    @precondition(lambda self: self.owner is not None)
    @rule()
    def leave(self) -> None:
        """Its stream ends."""
        self.owner = None
        self.buffer.keep(0.0)
        self.sent = 0 if self.buffer.facts().epoch not in self.marks else self.sent

    def _take(self, each: Entry | Gap) -> None:
        """Every sequence once; each row what was captured at its place."""
        if isinstance(each, Entry):
            assert each.sequence == self.position + 1
            place = (self.owner, each.sequence)
            assert self.captured[place] == each.exchange.request_id
            assert place not in self.rows
            self.rows[place] = each.exchange.request_id
            self.position = each.sequence
        else:
            assert each.first_sequence == self.position + 1
            assert each.reason in LOSSES
            assert each.count in (0, each.last_sequence - each.first_sequence + 1)
            assert each.count or each.reason == "unclean_restart"
            self.position = each.last_sequence

    # The ends of a life

    @rule(tears=st.none() | st.integers(0, 3_000), overflow=st.sampled_from(["drop_newest", "drop_oldest"]))
    def crash(self, tears: int | None, overflow: str) -> None:
        """The process is killed, be it within a write; another starts in the same folder."""
        if tears is not None:
            self.now += 10.0
            self.disk.tears = tears
            self.buffer._work.round()
        before = self.kept
        image = self._kill()
        self.overflow = overflow
        self.open()
        self._check(image, before)

    def _kill(self) -> Image:
        """The end of a process; what it has left is its last flush, or the one that it was at."""
        kill(self.buffer)
        image = last_image(self.folder)
        assert dump(image) in (dump(self.image), dump(self.tried))
        return image

    def _check(self, image: Image, before: dict) -> None:
        """What was flushed and still wanted is there, nothing else came up; the account is the image's."""
        flushed = {(shelf.epoch, sequence) for shelf in image.shelves for sequence in self._written(shelf)}
        there = self.kept
        assert flushed & before.keys() <= there.keys()
        assert there.keys() <= self.captured.keys()
        assert {shelf.epoch for shelf in image.shelves} >= {e for e, _ in there}
        told = {each.sync_id: each.captured for each in self.buffer.counters()}
        assert told == {each.sync_id: each.captured for each in image.accounts if each.captured}

    def _written(self, shelf) -> set[int]:
        places = {s for e, s in self.captured if e == shelf.epoch}
        return {s for s in places if shelf.acked_through < s <= shelf.written_through}

    @rule()
    def stop(self) -> None:
        """The process ends as it should: nothing is lost, and no sequence is left out."""
        self.heal()
        self.now += 10.0
        self.buffer._work.round()
        if self.buffer._work.resting:  # a spool that is full keeps the rest in memory
            return
        before, facts, counters = self.kept, self.buffer.facts(), self.buffer.counters()
        self.buffer.close()
        assert not self.buffer.facts().spool_failing
        self.open()
        after = self.buffer.facts()
        assert self.kept == before
        assert (after.epoch, after.next_sequence) == (facts.epoch, facts.next_sequence)
        assert self.buffer.counters() == counters

    @rule(data=st.data())
    def rot(self, data: st.DataObject) -> None:
        """A byte of a segment has changed when the next process looks: that is told, no more."""
        self.flush()
        image = self._kill()
        files = [path for path in sorted(self.folder.glob("*.segment")) if path.stat().st_size]
        if files:
            path = data.draw(st.sampled_from(files))
            content = bytearray(path.read_bytes())
            content[data.draw(st.integers(0, len(content) - 1))] ^= 0xFF
            path.write_bytes(content)
        self.open()
        assert self.kept.keys() <= self.captured.keys()
        told = {each.sync_id: each.captured for each in self.buffer.counters()}
        assert told == {each.sync_id: each.captured for each in image.accounts if each.captured}

    @invariant()
    def the_account_is_balanced(self) -> None:
        """Per sync, at every moment: captured = acked + retained + Σ dropped."""
        facts, counters = self.buffer.snapshot()
        retained: Counter[str] = Counter(sync_id for sync_id, _ in self.kept.values())
        for each in counters:
            lost = sum(dropped.count for dropped in each.dropped)
            assert each.captured == each.acked + retained[each.sync_id] + lost
            assert all(dropped.count > 0 and dropped.bytes >= 0 for dropped in each.dropped)
        assert facts.retained_exchanges == retained.total()
        assert facts.retained_bytes == sum(size for _, size in self.kept.values())

    @invariant()
    def it_is_within_its_bounds(self) -> None:
        """Memory and files."""
        assert self.buffer._stock.memory <= self.MAX_BYTES
        assert self.buffer._work._segments.bytes <= self.SPOOL_BYTES

    @invariant()
    def no_sequence_is_used_that_is_not_leased(self) -> None:
        """What is given out lies within the lease of either slot."""
        leases = {shelf.epoch: shelf.lease for shelf in self.image.shelves}
        for shelf in self.buffer._stock.shelves:
            assert shelf.next_sequence - 1 <= leases.get(shelf.epoch, MAX_SEQUENCE)

    def teardown(self) -> None:
        """The folder goes."""
        kill(self.buffer)
        shutil.rmtree(self.folder.parent)


def last_image(folder: Path) -> Image:
    """The last image that is in a folder."""
    slots = Slots(Disk(), folder)
    image = load(slots.contents()[0])
    slots.close()
    return image
