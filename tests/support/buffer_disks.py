"""Disks that fail when they are told to."""

import errno
import os

from captured_exchanges.buffer.spool.disk import Disk


class FailingDisk(Disk):
    """A real disk: `room` bytes may still be written (None: any number), `broken` calls fail with EIO."""

    def __init__(self) -> None:
        self.room: int | None = None
        self.broken: set[str] = set()
        self.flushes = 0
        self.tears: int | None = None
        """So many bytes more are written, then the process would be dead."""

    def create(self, path):
        self._fail_if_broken("create")
        return super().create(path)

    def scratch(self, folder):
        self._fail_if_broken("create")
        return super().scratch(folder)

    def write(self, descriptor, data, offset):
        self._fail_if_broken("write")
        if self.tears is not None:
            super().write(descriptor, data[: self.tears], offset)
            self.tears -= min(self.tears, len(data))
            if not self.tears:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return
        if self.room is None:
            super().write(descriptor, data, offset)
            return
        growth = max(0, offset + len(data) - os.fstat(descriptor).st_size)  # in place takes no room
        missing = max(0, growth - self.room)
        self.room -= growth - missing
        super().write(descriptor, data[: len(data) - missing], offset)
        if missing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def read(self, descriptor, size, offset):
        self._fail_if_broken("read")
        return super().read(descriptor, size, offset)

    def flush(self, _descriptor):
        self._fail_if_broken("flush")
        self.flushes += 1  # and no more: these tests cut no power

    def flush_folder(self, _folder):
        self._fail_if_broken("flush")

    def remove(self, path):
        self._fail_if_broken("remove")
        super().remove(path)

    def _fail_if_broken(self, call: str) -> None:
        if call in self.broken:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
