"""Where the state of a durable spool is kept: two files, written in turn, each over what it held before.

A write that a crash tears leaves the other file. Nothing is made or renamed, and what is written over needs
no room of its own: a full disk still takes it. Each content has its number; the highest that is whole counts.
"""

from __future__ import annotations

import struct
from pathlib import Path

from captured_exchanges.buffer.spool.disk import Disk
from captured_exchanges.buffer.spool.frames import frame, frames

__all__ = ["SLOT_BYTES", "Slots"]

SLOT_BYTES = 64 * 1024
"""What each file takes from the beginning."""
_NAMES = ("state.0", "state.1")
_NUMBER = struct.Struct("<Q")


class Slots:
    """Both files of one folder. Raises OSError. Used by one thread."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk = disk
        self._folder = folder
        self._descriptors: list[int] = []
        self._number: int | None = None

    def contents(self) -> list[bytes]:
        """What is whole, newest first. The files are made where they are missing."""
        self._open()
        found: list[tuple[int, bytes]] = []
        for descriptor in self._descriptors:
            data = self._disk.read(descriptor, self._disk.size(descriptor), 0)
            found += [(_NUMBER.unpack_from(content)[0], content) for _, content in list(frames(data))[:1]]
        found.sort(reverse=True)
        self._number = found[0][0] if found else 0
        return [content[_NUMBER.size :] for _, content in found]

    def write(self, content: bytes) -> None:
        """Keep this content, safe against a power cut. One that fails is tried again at the same place."""
        if self._number is None:
            self.contents()
        number = (self._number or 0) + 1
        descriptor = self._descriptors[number % len(_NAMES)]
        self._disk.write(descriptor, frame(_NUMBER.pack(number) + content), 0)
        self._disk.flush(descriptor)
        self._number = number

    def close(self) -> None:
        """Let go of the files."""
        while self._descriptors:
            self._disk.close(self._descriptors.pop())

    def _open(self) -> None:
        while len(self._descriptors) < len(_NAMES):
            path = self._folder / _NAMES[len(self._descriptors)]
            try:
                descriptor = self._disk.open(path)
            except FileNotFoundError:
                descriptor = self._disk.create(path)
            self._descriptors.append(descriptor)
        for descriptor in self._descriptors:
            self._fill(descriptor)

    def _fill(self, descriptor: int) -> None:
        missing = SLOT_BYTES - self._disk.size(descriptor)
        if missing > 0:
            self._disk.write(descriptor, bytes(missing), SLOT_BYTES - missing)
            self._disk.flush(descriptor)
            self._disk.flush_folder(self._folder)
