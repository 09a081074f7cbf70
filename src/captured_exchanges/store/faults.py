"""What SQLite and the system say, as the errors of this package: the edge of the room.

Every message is one line: what failed, on which file, what to do. SQLite's own words are kept in
brackets; they name tables and columns, never values.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from captured_exchanges.errors import CorruptStore, StoreError, StoreLocked

__all__ = ["explained", "explained_sqlite", "from_os", "from_sqlite"]

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_PRIMARY_CODE = 0xFF  # an extended result code keeps the primary one in its low byte

_SQLITE: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_FULL: (StoreError, "the disk is full: free some space and try again"),
    sqlite3.SQLITE_IOERR: (StoreError, "the disk refused to read or write (full, over quota, or failing)"),
    sqlite3.SQLITE_BUSY: (StoreLocked, "another program is writing it: try again when it has finished"),
    sqlite3.SQLITE_LOCKED: (StoreLocked, "another program is writing it: try again when it has finished"),
    sqlite3.SQLITE_CORRUPT: (CorruptStore, "the database is damaged: restore it from a copy"),
    sqlite3.SQLITE_NOTADB: (
        CorruptStore,
        "it holds no SQLite database: restore it from a copy, or give a .c1z its name",
    ),
    sqlite3.SQLITE_AUTH: (
        StoreError,
        "a trigger or view in it would act on our behalf, which is refused: drop it if you know whose it is",
    ),
    sqlite3.SQLITE_READONLY: (
        StoreError,
        "it may not be written: check its mode, or open it for writing where a crash left a journal",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        StoreError,
        "the database cannot be opened: check the modes of file and folder",
    ),
    sqlite3.SQLITE_PERM: (StoreError, "the database cannot be opened: check the modes of file and folder"),
    sqlite3.SQLITE_TOOBIG: (
        StoreError,
        "a value in it is larger than 16 MiB, which no exchange and no object is: it is not read",
    ),
    sqlite3.SQLITE_NOMEM: (StoreError, "there is not enough memory"),
}


@contextmanager
def explained_sqlite(name: str) -> Iterator[None]:
    """Translate what `sqlite3` raises in the block into a StoreError about `name`."""
    try:
        yield
    except sqlite3.Error as error:
        raise from_sqlite(error, name) from error


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Translate what `sqlite3` and the system raise in the block; for blocks without a caller's code."""
    try:
        with explained_sqlite(name):
            yield
    except OSError as error:
        raise from_os(error, name) from error


def from_sqlite(error: sqlite3.Error, name: str) -> StoreError:
    """A StoreError, or the subclass that callers act on, for an error of SQLite."""
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
    kind, sentence = _SQLITE.get(code, (StoreError, "the database refused"))
    return kind(f"{name}: {sentence} [{error}]")


def from_os(error: OSError, name: str) -> StoreError:
    """A StoreError for an error of the system."""
    if error.errno in _FULL:
        return StoreError(f"{name}: the disk is full or over quota: free some space and try again")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        place = f" ({error.filename})" if error.filename and str(error.filename) != name else ""
        return StoreError(f"{name}: permission denied{place}: check the modes of file and folder")
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return StoreError(f"{name}: no such file or folder: check the path")
    return StoreError(f"{name}: {error.strerror or type(error).__name__}")
