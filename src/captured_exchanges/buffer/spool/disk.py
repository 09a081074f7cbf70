"""The calls that a spool makes of the system, and nothing else: what tests put faults below.

Files are 0600 from their first moment and never reached through a link. Positions are the caller's: a write
that failed half way is made good by writing the same place again.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["Disk"]

_PRIVATE = 0o600
_NEVER_A_LINK = os.O_CLOEXEC | os.O_NOFOLLOW


class Disk:
    """Everything here blocks and raises OSError. Thread-safe, as far as the system is."""

    def create(self, path: Path) -> int:
        """A new file, for reading and writing; one that is there already is an error."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _NEVER_A_LINK, _PRIVATE)

    def open(self, path: Path) -> int:
        """A file that is there, for reading and writing."""
        return os.open(path, os.O_RDWR | _NEVER_A_LINK)

    def scratch(self, folder: Path | None) -> int:
        """A new file without a name, in a folder or where the system keeps temporary ones: it is gone when
        it is closed, or the process ends.
        """
        with tempfile.TemporaryFile(buffering=0, dir=folder) as file:
            return os.dup(file.fileno())

    def write(self, descriptor: int, data: bytes, offset: int) -> None:
        """Write all of the data at a place."""
        rest = memoryview(data)
        while rest:
            written = os.pwrite(descriptor, rest, offset)
            rest, offset = rest[written:], offset + written

    def read(self, descriptor: int, size: int, offset: int) -> bytes:
        """What is at a place: less than `size` where the file ends."""
        pieces: list[bytes] = []
        while size and (piece := os.pread(descriptor, size, offset)):
            pieces.append(piece)
            size, offset = size - len(piece), offset + len(piece)
        return b"".join(pieces)

    def size(self, descriptor: int) -> int:
        """How long a file is, in bytes."""
        return os.fstat(descriptor).st_size

    def flush(self, descriptor: int) -> None:
        """Return when what was written is safe against a power cut."""
        os.fsync(descriptor)

    def flush_folder(self, folder: Path) -> None:
        """As `flush`, for the names in a folder."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | _NEVER_A_LINK)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def close(self, descriptor: int) -> None:
        """Let go of a file."""
        os.close(descriptor)

    def remove(self, path: Path) -> None:
        """Take a file away; one that is gone is no error."""
        path.unlink(missing_ok=True)
