"""Who else has a store open, asked from outside: nothing is opened as a database, changed or waited for.

A `.c1z` is written by whoever holds the lock of its working folder. A SQLite database tells only while it
is in WAL mode, as it is from our first write to the close, or while a transaction is open: then SQLite
holds a read lock on the bytes below for as long as the connection lives. An idle connection to a database
in rollback mode leaves no trace.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Literal, TypeAlias

from captured_exchanges.store.files import contents
from captured_exchanges.store.working import CopyLock, folder_of

__all__ = ["Remains", "holder", "remains"]

_SHARED_FIRST = 0x40000002
_SHARED_SIZE = 510
"""Where SQLite's readers lock (its os.h: SHARED_FIRST, SHARED_SIZE)."""

Remains: TypeAlias = Literal["", "unsaved", "outdated", "worthless"]
"""What lies beside a store that nobody holds: nothing; work that the next opening for writing recovers; work
on a file that was replaced since; halves that mean nothing."""


def holder(path: Path) -> str:
    """Who has the store at this path open, in words (`process 12`, `another program`); empty: nobody known.

    This process must not have a SQLite database at `path` open: closing the file after the look would
    drop the locks that it holds (POSIX).

    Raises:
        StoreError: What is there is no store.
        OSError: From the system.
    """
    kind, present = contents(path)
    if kind == "c1z":
        return _writer_of(folder_of(path.resolve()))
    return "another program" if present and _is_locked(path) else ""


def remains(path: Path) -> Remains:
    """What a crashed run has left beside the store at this path, which nobody holds. Raises as `holder`."""
    kind, _ = contents(path)
    real = path.resolve()
    if kind == "sqlite":
        return "unsaved" if any(_has_bytes(Path(f"{real}{end}")) for end in ("-wal", "-journal")) else ""
    folder = folder_of(real)
    with CopyLock(real) as left:
        if left is not None:
            return "unsaved"
    if (folder / "database.db").exists():
        return "outdated"
    return "worthless" if folder.exists() else ""


def _has_bytes(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _writer_of(folder: Path) -> str:
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        lock = os.open(folder / "lock", os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)  # readers share; a writer shares with nobody
        except BlockingIOError:
            process = os.pread(lock, 20, 0).decode("ascii", "replace").strip()
            return f"process {process}" if process.isdigit() else "another process"
        finally:
            os.close(lock)
    return ""


def _is_locked(path: Path) -> bool:
    with suppress(PermissionError):  # who may not write it may not ask
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST, os.SEEK_SET)
        except (BlockingIOError, PermissionError):  # POSIX leaves the error to the system
            return True
        finally:
            os.close(file)
    return False
