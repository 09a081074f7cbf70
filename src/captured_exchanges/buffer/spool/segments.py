"""The files that exchanges are spooled to: each holds a stretch of one epoch and goes as a whole.

A file that has reached its size is never written again. One goes when nothing in it is retained any more;
who says so is the spooler. Used by one thread, but for `live`, which the buffer's lock guards.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from captured_exchanges.buffer.spool.disk import Disk
from captured_exchanges.buffer.spool.frames import FRAME_OVERHEAD, frame
from captured_exchanges.buffer.spool.records import heading

__all__ = ["SUFFIX", "Segment", "Segments"]

SUFFIX = ".segment"
_MAX_BYTES = 16 * 1024 * 1024
_MIN_BYTES = 4 * 1024
_IN_A_SPOOL = 16
_MAX_HEADING = 64


class Segment:
    """One file. `path` is None for one without a name; `live` counts the entries in it that are retained."""

    __slots__ = ("descriptor", "epoch", "live", "number", "path", "size")

    def __init__(self, number: int, epoch: str, descriptor: int, path: Path | None, size: int) -> None:
        self.number = number
        self.epoch = epoch
        self.descriptor = descriptor
        self.path = path
        self.size = size
        self.live = 0


class Segments:
    """All files of a spool. With `named` they lie in `folder` under their numbers. Raises OSError."""

    def __init__(self, disk: Disk, folder: Path | None, max_bytes: int, *, named: bool) -> None:
        self._disk = disk
        self._folder = folder
        self._named = named
        self._max_bytes = max_bytes
        self.segment_bytes = min(_MAX_BYTES, max(_MIN_BYTES, max_bytes // _IN_A_SPOOL))
        """After which size of a file another begins."""
        self._all: dict[int, Segment] = {}
        self._current: Segment | None = None
        self._next_number = 1
        self._unflushed: dict[int, Segment] = {}
        self._unflushed_names = False
        self.bytes = 0
        """The size of all files together."""

    def __iter__(self) -> Iterator[Segment]:
        return iter(list(self._all.values()))

    def fits(self, size: int, epoch: str) -> bool:
        """Whether so many bytes more stay within the bound."""
        begun = 0 if self._continues(size, epoch) else len(frame(heading(epoch)))
        return self.bytes + begun + size <= self._max_bytes

    def ever_fits(self, size: int) -> bool:
        """Whether so many bytes would fit, were nothing else there."""
        return size + FRAME_OVERHEAD + _MAX_HEADING <= self._max_bytes

    def append(self, epoch: str, data: bytes) -> tuple[Segment, int]:
        """Write frames of an epoch, all into one file: which, and where."""
        segment = self._current
        if segment is None or not self._continues(len(data), epoch):
            segment = self._begin(epoch)
        offset = segment.size
        self._disk.write(segment.descriptor, data, offset)
        segment.size += len(data)
        self.bytes += len(data)
        self._unflushed[segment.number] = segment
        return segment, offset

    def read(self, segment: Segment, offset: int, size: int) -> bytes:
        """What was written there."""
        return self._disk.read(segment.descriptor, size, offset)

    def flush(self) -> None:
        """Return when all that was written is safe against a power cut."""
        for segment in list(self._unflushed.values()):
            self._disk.flush(segment.descriptor)
            del self._unflushed[segment.number]
        if self._unflushed_names and self._folder:
            self._disk.flush_folder(self._folder)
            self._unflushed_names = False

    def adopt(self, segment: Segment) -> None:
        """A file of an earlier life is kept; nothing is added to it."""
        self._all[segment.number] = segment
        self.bytes += segment.size
        self.skip(segment.number)

    def skip(self, number: int) -> None:
        """This number is taken."""
        self._next_number = max(self._next_number, number + 1)

    def remove(self, segment: Segment) -> None:
        """The file goes. Where its name cannot be taken away, it stays for the next life to remove."""
        del self._all[segment.number]
        self._unflushed.pop(segment.number, None)
        if self._current is segment:
            self._current = None
        self.bytes -= segment.size
        self._disk.close(segment.descriptor)
        if segment.path:
            self._disk.remove(segment.path)

    def close(self) -> None:
        """Let go of every file; those with a name stay."""
        for segment in self:
            self._disk.close(segment.descriptor)
        self._all.clear()
        self._current = None

    def _continues(self, size: int, epoch: str) -> bool:
        current = self._current
        if current is None or current.epoch != epoch:
            return False
        return current.size + size <= self.segment_bytes

    def _begin(self, epoch: str) -> Segment:
        number, path, descriptor = self._create()
        first = frame(heading(epoch))
        try:
            self._disk.write(descriptor, first, 0)
        except OSError:
            self._disk.close(descriptor)
            if path:
                self._disk.remove(path)
            raise
        self._current = segment = Segment(number, epoch, descriptor, path, len(first))
        self._all[number] = segment
        self.bytes += segment.size
        self._unflushed_names = self._unflushed_names or path is not None
        return segment

    def _create(self) -> tuple[int, Path | None, int]:
        """A file under the next number that is free, or without a name."""
        while True:
            number, self._next_number = self._next_number, self._next_number + 1
            if not (self._named and self._folder):
                return number, None, self._disk.scratch(self._folder)
            path = self._folder / f"{number:012}{SUFFIX}"
            try:
                return number, path, self._disk.create(path)
            except FileExistsError:
                continue
