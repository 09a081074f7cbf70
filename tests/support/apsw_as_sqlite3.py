"""SQLite by way of apsw, held as the standard library's `sqlite3` is: the store over a VFS of ours.

`sqlite3` cannot be given a VFS that is written in Python; apsw can, with an SQLite of its own. Only what the
store uses is here. Errors come as those of `sqlite3`, with their codes.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from types import SimpleNamespace

import apsw

_KINDS = {
    apsw.SQLITE_CORRUPT: sqlite3.DatabaseError,
    apsw.SQLITE_NOTADB: sqlite3.DatabaseError,
    apsw.SQLITE_CONSTRAINT: sqlite3.IntegrityError,
    apsw.SQLITE_MISMATCH: sqlite3.IntegrityError,
    apsw.SQLITE_TOOBIG: sqlite3.DataError,
}
"""As in CPython's Modules/_sqlite/util.c; all others are OperationalError."""


def beneath(vfs_name):
    """The module `sqlite3`, but that its connections go through this VFS."""

    def connect(place, *, uri, timeout, isolation_level, check_same_thread):
        assert uri
        assert isolation_level is None
        assert not check_same_thread
        return _Connection(place, vfs_name, timeout)

    return SimpleNamespace(**{**vars(sqlite3), "connect": connect})


@contextmanager
def _translated():
    try:
        yield
    except apsw.Error as error:
        code = error.extendedresult if hasattr(error, "extendedresult") else apsw.SQLITE_ERROR
        raised = _KINDS.get(code & 0xFF, sqlite3.OperationalError)(str(error))
        raised.sqlite_errorcode = code
        raise raised from error


class _Connection:
    def __init__(self, place, vfs_name, timeout):
        flags = apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READWRITE
        with _translated():
            self._inner = apsw.Connection(place, flags=flags, vfs=vfs_name)
        self._inner.set_busy_timeout(int(timeout * 1000))

    @property
    def total_changes(self):
        return self._inner.total_changes()

    @property
    def in_transaction(self):
        return self._inner.in_transaction

    def execute(self, statement, parameters=()):
        with _translated():
            return _Cursor(self._inner.execute(statement, parameters))

    def executemany(self, statement, rows):
        for row in rows:
            self.execute(statement, row)

    def setlimit(self, category, value):
        self._inner.limit(category, value)

    def set_authorizer(self, decide):
        self._inner.authorizer = decide

    def setconfig(self, option, value):
        self._inner.config(option, int(value))

    def close(self):
        with _translated():
            self._inner.close()


class _Cursor:
    def __init__(self, inner):
        self._inner = inner

    def __iter__(self):
        while (row := self.fetchone()) is not None:
            yield row

    def fetchone(self):
        with _translated():
            return self._inner.fetchone()

    def fetchall(self):
        with _translated():
            return self._inner.fetchall()
