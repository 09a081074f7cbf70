"""A buffer as an earlier process left it: the image of its last flush, and the exchanges in its segments.

An exchange is there where the image counts it as retained and a segment holds it whole. One that the image
counts and no segment holds is lost: `unclean_restart` where it had not been written yet, `spool_failure`
where it had been and the disk has changed it. Which of them was which sync's is not known one by one; their
number and bytes are, per sync. Sequences after the image, up to the end of its lease, may have been used, be
it by exchanges that a syncer has by now: they are told as `unclean_restart` and count nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from captured_exchanges.buffer.accounts import Account, Accounts
from captured_exchanges.buffer.held import Held, Run, StoredBlock
from captured_exchanges.buffer.hole import Hole
from captured_exchanges.buffer.shelf import Shelf
from captured_exchanges.buffer.spool.disk import Disk
from captured_exchanges.buffer.spool.frames import frames
from captured_exchanges.buffer.spool.image import AccountImage, Image, ShelfImage
from captured_exchanges.buffer.spool.records import epoch_of, unpack
from captured_exchanges.buffer.spool.segments import SUFFIX, Segment, Segments
from captured_exchanges.exchange import GapReason

__all__ = ["Recovered", "discard", "recover"]

_MAX_BLOCK_ENTRIES = 1024
_MAX_BLOCK_BYTES = 1024 * 1024


class Recovered(NamedTuple):
    """What there is, and how many exchanges were found and lost."""

    shelves: list[Shelf]
    accounts: Accounts
    found: int
    lost: int


def recover(
    folder: Path, segments: Segments, disk: Disk, image: Image, *, max_syncs: int, at: float
) -> Recovered:
    """What an earlier process left in a folder; `at`: when it counts as captured. A segment that cannot be
    read holds nothing; one of an epoch that the image does not know goes. Raises OSError.
    """
    recovery = _Recovery(image, max_syncs, at)
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        number = int(path.stem) if path.stem.isdigit() else 0
        segments.skip(number)
        descriptor = disk.open(path)
        try:
            data = disk.read(descriptor, disk.size(descriptor), 0)
        except OSError:
            data = b""
        segment = Segment(number, "", descriptor, path, len(data))
        if number and recovery.scan(segment, data):
            segments.adopt(segment)
        else:
            disk.close(descriptor)
            disk.remove(path)
    return recovery.result()


def discard(folder: Path, disk: Disk) -> None:
    """Nothing tells what these files hold: they go. Raises OSError."""
    for path in folder.glob(f"*{SUFFIX}"):
        disk.remove(path)


class _Epoch:
    """What is known of one epoch, and what was found of it."""

    def __init__(self, image: ShelfImage) -> None:
        self.image = image
        self.holes = [Hole.of(hole) for hole in image.holes]
        self.blocks: list[StoredBlock] = []
        self.last_found = image.acked_through
        self._firsts = [hole.first for hole in self.holes]

    def wants(self, sequence: int) -> bool:
        """Whether this exchange is retained and was not found yet."""
        index = bisect_right(self._firsts, sequence) - 1
        dropped = index >= 0 and sequence <= self.holes[index].last
        return self.last_found < sequence < self.image.next_sequence and not dropped

    def pieces(self) -> list[Run | Hole]:
        """What is on its shelf, but for what is missing."""
        runs = [run for block in self.blocks for run in _runs(block)]
        return sorted([*runs, *self.holes], key=lambda piece: piece.first)


class _Recovery:
    """One image, and what the segments have of it."""

    def __init__(self, image: Image, max_syncs: int, at: float) -> None:
        self._image = image
        self._at = at
        self._epochs = {shelf.epoch: _Epoch(shelf) for shelf in image.shelves}
        self._accounts = Accounts(max_syncs)
        for each in image.accounts:
            self._accounts.restore(each.sync_id, _account(each))
        self._by_name = dict(self._accounts.items())
        self._missing = {each.sync_id: (each.retained, each.retained_bytes) for each in image.accounts}
        self._found = self._lost = 0

    def scan(self, segment: Segment, data: bytes) -> bool:
        """Take what the image wants of a segment; whether it is one of ours."""
        head = next(frames(data), (0, b""))
        epoch = self._epochs.get(epoch_of(head[1]) or "")
        if epoch is None:
            return False
        segment.epoch = epoch.image.epoch
        batch: list[Held] = []
        begin = start = head[0]
        for end, content in frames(data, start):
            held = self._wanted(epoch, content)
            batch += [held] if held else []
            if held is None or len(batch) == _MAX_BLOCK_ENTRIES or end - begin >= _MAX_BLOCK_BYTES:
                self._block(epoch, segment, batch, begin, end if held else start)
                batch, begin = [], end
            start = end
        self._block(epoch, segment, batch, begin, start)
        return True

    def result(self) -> Recovered:
        """Everything, with what is missing told."""
        shelves = [self._shelf(epoch) for epoch in self._epochs.values()]
        if not self._image.closed:
            _leap(shelves[-1], self._image.shelves[-1].lease)
        for shelf in shelves:
            shelf.limit = shelf.sent_before = shelf.written_through = shelf.next_sequence - 1
        return Recovered(shelves, self._accounts, self._found, self._lost)

    def _wanted(self, epoch: _Epoch, content: bytes) -> Held | None:
        try:
            entry, nameless = unpack(content)
        except ValueError:
            return None
        name = "" if nameless or entry.exchange.sync_id not in self._by_name else entry.exchange.sync_id
        count, size = self._missing.get(name, (0, 0))
        if not count or not epoch.wants(entry.sequence):
            return None
        self._missing[name] = (count - 1, size - entry.size)
        epoch.last_found = entry.sequence
        return Held(entry, self._by_name[name], self._at)

    def _block(self, epoch: _Epoch, segment: Segment, batch: list[Held], begin: int, end: int) -> None:
        if not batch:
            return
        block = StoredBlock(batch, segment, begin, end - begin)
        block.live = len(batch)
        segment.live += len(batch)
        self._found += len(batch)
        epoch.blocks.append(block)

    def _shelf(self, epoch: _Epoch) -> Shelf:
        image = epoch.image
        shelf = Shelf(image.epoch, image.floor + 1)
        shelf.next_sequence, shelf.acked_through = image.next_sequence, image.acked_through
        expected = image.acked_through + 1
        for piece in epoch.pieces():
            self._tell_missing(shelf, expected, piece.first - 1, image.written_through)
            shelf.lay(piece)
            expected = piece.last + 1
        self._tell_missing(shelf, expected, image.next_sequence - 1, image.written_through)
        return shelf

    def _tell_missing(self, shelf: Shelf, first: int, last: int, written_through: int) -> None:
        for sequence in range(first, last + 1):
            reason: GapReason = "spool_failure" if sequence <= written_through else "unclean_restart"
            hole = Hole()
            self._lose(hole, sequence, reason)
            shelf.lay(hole)

    def _lose(self, hole: Hole, sequence: int, reason: GapReason) -> None:
        """One that is missing, of any sync of which one is."""
        name = next((name for name, (count, _) in self._missing.items() if count), None)
        if name is None:
            hole.leap(sequence, sequence)
            return
        count, size = self._missing[name]
        share = size // count
        self._missing[name] = (count - 1, size - share)
        self._by_name[name].lose(reason, share)
        hole.add(sequence, name, share, reason)
        self._lost += 1


def _leap(shelf: Shelf, lease: int) -> None:
    if lease >= shelf.next_sequence:
        hole = Hole()
        hole.leap(shelf.next_sequence, lease)
        shelf.lay(hole)
        shelf.next_sequence = lease + 1


def _runs(block: StoredBlock) -> Iterator[Run]:
    """Its entries, parted where their sequences are not consecutive."""
    begin = 0
    for index in range(1, len(block.sequences) + 1):
        if index == len(block.sequences) or block.sequences[index] != block.sequences[index - 1] + 1:
            yield Run(block, begin, index)
            begin = index


def _account(image: AccountImage) -> Account:
    account = Account()
    account.captured, account.acked, account.abandoned = image.captured, image.acked, image.abandoned
    account.retained, account.retained_bytes = image.retained, image.retained_bytes
    account.attested = image.attested
    account.dropped = {reason: (count, size) for reason, (count, size) in image.dropped.items()}
    return account
