"""The machine of `buffer_machine` over a buffer with a spool: what is on disk is retained like the rest."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from captured_exchanges.buffer import CaptureBuffer, SpoolOptions
from captured_exchanges.exchange import Entry, Gap
from support.buffer_disks import FailingDisk
from support.buffer_machine import StockMachine
from support.buffer_spooled import by_hand, patient_read


class SpooledMachine(StockMachine):
    """Where memory and disk are full at once depends on when the thread works; the model asks the buffer how
    much is in memory, and for nothing else.
    """

    MAX_BYTES, SYNC_BYTES = 1_500, 6_000
    SPOOL_BYTES = 9_000
    make = staticmethod(by_hand)

    def begin(self, **how) -> CaptureBuffer:
        """A buffer whose disk a rule may break."""
        self.disk = FailingDisk()
        options = SpoolOptions(max_bytes=self.SPOOL_BYTES, disk=self.disk)
        return super().begin(spool=options, **how)

    def fetch(self, after: int, **how) -> Sequence[Entry | Gap]:
        """Blocks are brought as they are wanted."""
        return patient_read(self.buffer, after, **how)

    def fate(self, sync_id: str, size: int) -> str:
        """Memory is what refuses."""
        if size > min(self.MAX_BYTES, self.SYNC_BYTES):
            return "oversize"
        if self.bytes_held(sync_id) + size > self.SYNC_BYTES:
            return "overflow"
        if self.buffer._stock.memory + size <= self.MAX_BYTES:
            return "retained"
        return "spool_failure" if self.buffer.facts().spool_failing else "overflow"

    @rule()
    def work(self) -> None:
        """The spool's thread does a round."""
        self.age()
        self.buffer._work.round()

    @rule(room=st.sampled_from([0, 200, 2_000]))
    def fill(self, room: int) -> None:
        """The disk is full, or soon."""
        self.disk.room = room

    @rule()
    def empty(self) -> None:
        """There is room on the disk again."""
        self.disk.room = None

    @rule(call=st.sampled_from(["create", "write"]))
    def fail(self, call: str) -> None:
        """The disk fails, but for what is on it."""
        self.disk.broken = {call}

    @rule()
    def heal(self) -> None:
        """It works again."""
        self.disk.broken = set()

    @invariant()
    def everything_is_within_its_bounds(self) -> None:
        """Memory, files, and what is loaded beside them: one block at least."""
        assert self.buffer._stock.memory <= self.MAX_BYTES
        assert self.buffer._work._segments.bytes <= self.SPOOL_BYTES
        assert self.buffer._stock.loads.bytes <= max(self.MAX_BYTES // 4, 4_096)

    @invariant()
    def files_hold_what_is_retained(self) -> None:
        """Each file knows how much of it is needed."""
        live = sum(segment.live for segment in self.buffer._work._segments)
        assert live <= len(self.held())

    def teardown(self) -> None:
        """Files go with the buffer."""
        self.buffer.close()
