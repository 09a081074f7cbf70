"""Files as this room makes them: what a path holds, private modes, durable replacement.

No SQLite and no compression here. Modes are 0600 and 0700 whatever the umask, because a store holds
people's data.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

from captured_exchanges.errors import StoreError, UnsupportedStore
from captured_exchanges.store.c1z import HEADER, check_header
from captured_exchanges.store.faults import explained

__all__ = [
    "SQLITE_HEADER",
    "Contents",
    "Stamp",
    "contents",
    "create_private",
    "fsync_folder",
    "private_folder",
    "replace",
    "stamp",
]

SQLITE_HEADER = b"SQLite format 3\x00"
_SQLITE_NAMES = {".db", ".sqlite", ".sqlite3"}
_MODE = 0o600
_FOLDER_MODE = 0o700

Contents: TypeAlias = Literal["c1z", "sqlite"]
Stamp: TypeAlias = tuple[int, int]
"""Size in bytes and time of change in nanoseconds: enough to see that a file was replaced."""


def contents(path: Path) -> tuple[Contents, bool]:
    """What a store at this path is or would be, and whether the file exists.

    `.db`, `.sqlite` and `.sqlite3` are SQLite databases; of any other name the first bytes decide, and
    a file that is absent or empty is a `.c1z`. SQLite's own files are not opened to look, because
    closing them would drop the locks that a connection of this process has on them (POSIX).

    Raises:
        UnsupportedStore: The file is neither, is version 3, or is a bare SQLite database named `.c1z`.
        StoreError: It cannot be read, or is no file.
    """
    with explained(str(path)):
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            return _named(path), False
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
            raise StoreError(f"{path} is {what}: give the path of a .c1z or a SQLite database")
        if _named(path) == "sqlite":
            return "sqlite", True
        with path.open("rb") as file:
            head = file.read(len(SQLITE_HEADER))
    return (_told_by(head, path) if head else "c1z"), True


def _named(path: Path) -> Contents:
    return "sqlite" if path.suffix.lower() in _SQLITE_NAMES else "c1z"


def _told_by(head: bytes, path: Path) -> Contents:
    if head == SQLITE_HEADER:
        if path.suffix.lower() == ".c1z":
            raise UnsupportedStore(
                f"{path} is not a .c1z but a bare SQLite database: rename it to end in .db and try again"
            )
        return "sqlite"
    check_header(head[: len(HEADER)], str(path))
    return "c1z"


def private_folder(path: Path) -> None:
    """Make a folder that its owner alone can reach, or make an existing one so.

    Raises:
        StoreError: What is there is no folder, or belongs to another user.
        OSError: From the system.
    """
    path.mkdir(mode=_FOLDER_MODE, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise StoreError(f"{path} is not a folder of your own: look at what it is, and move it away")
    if stat.S_IMODE(found.st_mode) != _FOLDER_MODE:
        path.chmod(_FOLDER_MODE)


def create_private(path: Path) -> BinaryIO:
    """A new file, mode 0600, open for writing; FileExistsError where there is one, even a dangling link."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, _MODE)
    os.fchmod(descriptor, _MODE)  # a umask such as 0777 takes away even the owner's bits
    return os.fdopen(descriptor, "w+b")


def replace(source: Path, target: Path) -> None:
    """Put a complete, synced file in the place of another, at once and for good."""
    source.replace(target)
    fsync_folder(target.parent)


def fsync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def stamp(path: Path) -> Stamp | None:
    """The stamp of a file; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns
