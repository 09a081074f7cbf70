"""A disk below SQLite that fails when told to, and knows what a power cut would leave of it: an apsw VFS.

Each file has what was last synced, and what was written since. `after_power_cut` gives back the former, with
any part of the latter: blocks may have reached the disk in any order, and the last one in half.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import apsw

FULL = (apsw.FullError, apsw.SQLITE_FULL)
FAILING = (apsw.IOError, apsw.SQLITE_IOERR)
READ_ONLY = (apsw.ReadOnlyError, apsw.SQLITE_READONLY)
LOCKED = (apsw.BusyError, apsw.SQLITE_BUSY)


@dataclass
class Fault:
    """So many times (`times`), after `after` calls that go well, `call` on a file named so raises `error`."""

    call: str
    suffix: str
    error: tuple
    after: int = 0
    times: int = 1

    def strikes(self, call, path):
        """Whether it is this call's turn to fail."""
        if call != self.call or not path.endswith(self.suffix) or not self.times:
            return False
        if self.after:
            self.after -= 1
            return False
        self.times -= 1
        return True


class Disk(apsw.VFS):
    """The system's disk. Thread-safe. `struck` counts the faults that have struck."""

    def __init__(self, name):
        self.name = name
        self.struck = 0
        self._faults = []
        self._lock = threading.Lock()
        self._synced = {}
        self._since = {}
        super().__init__(name, base="")

    def fail(self, *faults):
        """From now on; none at all heals the disk."""
        with self._lock:
            self._faults = list(faults)

    def after_power_cut(self, folder, dice):
        """Put into a folder what the disk would hold if the power failed now."""
        with self._lock:
            for path, content in self._synced.items():
                self._survivor(Path(folder, Path(path).name), content, self._since.get(path, ()), dice)

    def _survivor(self, target, content, since, dice):
        image = bytearray(content)
        for offset, data in since:
            part = data[: dice.choice((0, len(data) // 2, len(data)))]
            image.extend(bytes(max(0, offset + len(part) - len(image))))
            image[offset : offset + len(part)] = part
        target.write_bytes(image)

    # what files tell

    def strike(self, call, path):
        """Raise the fault that is due."""
        with self._lock:
            fault = next((fault for fault in self._faults if fault.strikes(call, path)), None)
            self.struck += fault is not None
        if fault:
            kind, code = fault.error
            error = kind(f"injected at {call}")
            error.result, error.extendedresult = code, code
            raise error

    def wrote(self, path, offset, data):
        with self._lock:
            self._since.setdefault(path, []).append((offset, data))

    def synced(self, path):
        with self._lock:
            self._since.pop(path, None)
            self._synced[path] = Path(path).read_bytes()

    # what SQLite calls

    def xOpen(self, name, flags):  # noqa: N802 - SQLite's name
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self.strike("open", path or "")
        return _File(self, path, name, flags)

    def xDelete(self, path, sync):  # noqa: N802
        self.strike("delete", path)
        super().xDelete(path, sync)
        with self._lock:
            self._since.pop(path, None)
            self._synced.pop(path, None)


class _File(apsw.VFSFile):
    def __init__(self, disk, path, name, flags):
        self._disk = disk
        self._path = path or ""
        super().__init__("", name, flags)

    def xRead(self, amount, offset):  # noqa: N802
        self._disk.strike("read", self._path)
        return super().xRead(amount, offset)

    def xWrite(self, data, offset):  # noqa: N802
        self._disk.strike("write", self._path)
        super().xWrite(data, offset)
        self._disk.wrote(self._path, offset, bytes(data))

    def xTruncate(self, size):  # noqa: N802
        self._disk.strike("truncate", self._path)
        super().xTruncate(size)

    def xSync(self, flags):  # noqa: N802
        self._disk.strike("sync", self._path)
        super().xSync(flags)
        self._disk.synced(self._path)

    def xLock(self, level):  # noqa: N802
        self._disk.strike("lock", self._path)
        super().xLock(level)
