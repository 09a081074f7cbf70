"""What readers want from the disk, and what of it is in memory.

A reader that comes to a block on the disk leaves word here and goes away; the spooler's thread brings it,
and `count` tells readers that it is worth looking again. Few blocks stay in memory: the first that came goes
first, for readers go forward. The owner's wishes come before those of observers. Not thread-safe: the
buffer's lock guards it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from captured_exchanges.buffer.held import StoredBlock
from captured_exchanges.exchange import Entry

__all__ = ["MAX_LOADED_BYTES", "Loads"]

MAX_LOADED_BYTES = 8 * 1024 * 1024
"""Bytes of exchanges that are in memory for readers at most, beside the buffer's own bound; a larger block
passes alone."""
_SHARE = 4


class Loads:
    """Wishes and loaded blocks. `max_bytes` is the buffer's bound on memory: a small one loads less."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = min(MAX_LOADED_BYTES, max_bytes // _SHARE)
        self._urgent: StoredBlock | None = None
        self._wanted: OrderedDict[StoredBlock, None] = OrderedDict()
        self._loaded: OrderedDict[StoredBlock, int] = OrderedDict()
        self.bytes = 0
        self.count = 0
        """How many blocks were brought so far."""

    @property
    def wished(self) -> bool:
        """Whether there is any wish."""
        return self._urgent is not None or bool(self._wanted)

    def want(self, block: StoredBlock, *, urgent: bool) -> None:
        """A reader wants this block; `urgent`: an owner does."""
        if urgent:
            self._urgent = block
        else:
            self._wanted[block] = None

    def next(self) -> StoredBlock | None:
        """The block to bring now, which is wished for no longer."""
        while self._urgent or self._wanted:
            block, self._urgent = self._urgent or self._wanted.popitem(last=False)[0], None
            if block.entries is None and block.live:
                return block
        return None

    def bring(self, block: StoredBlock, entries: Sequence[Entry]) -> None:
        """A block is loaded: what came before it makes room."""
        self.count += 1
        while self._loaded and self.bytes + block.size > self._max_bytes:
            self.forget(next(iter(self._loaded)))
        self._keep(block, entries)

    def offer(self, block: StoredBlock, entries: Sequence[Entry]) -> None:
        """A block that was just written may stay in memory, where there is room."""
        if self.bytes + block.size <= self._max_bytes:
            self._keep(block, entries)

    def forget(self, block: StoredBlock) -> None:
        """A block is needed no longer."""
        block.entries = None
        self.bytes -= self._loaded.pop(block, 0)

    def _keep(self, block: StoredBlock, entries: Sequence[Entry]) -> None:
        block.entries = list(entries)
        self._loaded[block] = block.size
        self.bytes += block.size
