"""One SQLite connection, guarded: the only way of this room to a database.

Databases come from strangers too. Every connection runs with `trusted_schema` and `foreign_keys` off and
an authorizer that refuses any action made by a trigger or a view: it is told their name as its fifth
argument. It is told the names of common table expressions the same way, so no statement of ours uses
WITH. It is asked when a statement is compiled, never per row.

Durability: WAL with `synchronous=FULL`. An ack follows the commit and frees the connector's copy, so a
commit must outlive a power cut, not just a kill. The price is one fsync a commit, about a tenth of the
throughput at 512 rows a commit; with NORMAL a power cut could lose exchanges that were acked.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from captured_exchanges.errors import CorruptStore, ReadOnlyStore, StoreError
from captured_exchanges.store.faults import explained_sqlite

__all__ = ["Database"]

_PAGE_SIZE = 64 * 1024  # an exchange of some KB overflows SQLite's 4 KiB pages: half the throughput
_CACHE_KIB = 8 * 1024
_WAL_BYTES = 16 * 1024 * 1024
_BUSY_SECONDS = 5.0
_MAX_VALUE = 16 * 1024 * 1024
"""Bytes of a value, and of a row. Ours are below 4 MiB, a quarantine's three times that; of a stranger's
file, which may be small and hold a gigabyte of zeros, nothing larger is taken into memory."""
_ALWAYS = (
    "PRAGMA trusted_schema=OFF",
    "PRAGMA foreign_keys=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA mmap_size=0",
    f"PRAGMA cache_size=-{_CACHE_KIB}",
)
"""`cache_size` in KiB becomes a number of pages at once: it is set again where the page size changes."""


class Database:
    """A guarded connection. Thread-safe: `reading` and `writing` hold one lock each for their block.

    `dirty` tells whether anything has been changed since it was last set to False.

    Args:
        path: The database file; it must exist, empty for a new database.
        name: What to call it in messages: the path that the user gave.
        read_only: Refuse `writing`.
        immutable: Nobody writes this file: read it without locks and without a look at its WAL.
    """

    def __init__(self, path: Path, *, name: str, read_only: bool, immutable: bool = False) -> None:
        self.path = path
        self.name = name
        self.read_only = read_only
        self.lock = threading.RLock()
        self.dirty = False
        self._journal_before = ""
        self._closed = False
        self._connection = _connect(path, name, read_only=read_only, immutable=immutable)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for reads, under the lock.

        Raises:
            StoreError: The store is closed, or SQLite refused something in the block.
        """
        with self.lock, explained_sqlite(self.name):
            yield self._open()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection within BEGIN IMMEDIATE … COMMIT, under the lock; any exception rolls back.

        Raises:
            ReadOnlyStore: The store was opened for reading.
            StoreLocked: Another program holds the database.
            StoreError: A transaction is open on this thread already, or SQLite refused.
        """
        self.require_writable()
        with self.lock, explained_sqlite(self.name):
            connection = self._open()
            if connection.in_transaction:
                raise StoreError(f"{self.name}: a transaction is open on this thread: finish it first")
            self._enter_wal(connection)
            connection.execute("BEGIN IMMEDIATE")
            before = _state(connection)
            try:
                yield connection
                changed = _state(connection) != before
                connection.execute("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise
            self.dirty = self.dirty or changed

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """The connection within one read transaction, under the lock: all reads see one state of the file.

        Raises:
            StoreError: As `reading`; or a transaction is open on this thread already.
        """
        with self.reading() as connection:
            if connection.in_transaction:
                raise StoreError(f"{self.name}: a transaction is open on this thread: finish it first")
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                _roll_back(connection)

    def require_writable(self) -> None:
        """Raise ReadOnlyStore where the store was opened for reading."""
        if self.read_only:
            raise ReadOnlyStore(f"{self.name} is open for reading: open it for writing ('rw') to change it")

    @contextmanager
    def whole(self, spare: Path) -> Iterator[Path]:
        """A file that holds the whole database, rollback journal and all, while the block runs.

        It is the database itself where nobody else has it open, else a copy made at `spare`, an empty
        file.
        """
        with self.lock, explained_sqlite(self.name):
            if self._leave_wal("delete"):
                yield self.path
                return
            self._open().execute("VACUUM INTO ?", (str(spare),))
            yield spare

    def fold(self) -> None:
        """Bring what lies in the write-ahead log or an unfinished journal into the database file."""
        with self.lock, explained_sqlite(self.name):
            self._leave_wal("delete")

    def close(self) -> None:
        """Close; a journal mode that was changed for writing is put back. Repeats do nothing."""
        with self.lock, explained_sqlite(self.name):
            if not self._closed:
                if self._journal_before:
                    self._leave_wal(self._journal_before)
                self._closed = True
                self._connection.close()

    def _open(self) -> sqlite3.Connection:
        if self._closed:
            raise StoreError(f"{self.name}: this store is closed: open it again")
        return self._connection

    def _enter_wal(self, connection: sqlite3.Connection) -> None:
        if self._journal_before:
            return
        before = str(connection.execute("PRAGMA journal_mode").fetchone()[0])
        if not self.path.stat().st_size:
            # Fixed by the first page, which journal_mode=wal writes. A database that exists keeps its own:
            # there the pragma would only lie in wait for a VACUUM.
            connection.execute(f"PRAGMA page_size={_PAGE_SIZE}")
        # Refused while someone else reads: any mode is safe, WAL is only faster.
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode=wal")
        page_size = int(connection.execute("PRAGMA page_size").fetchone()[0])
        connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint={max(1, _WAL_BYTES // page_size)}")
        connection.execute(f"PRAGMA journal_size_limit={_WAL_BYTES}")
        # What is pruned or replaced must not linger in free pages.
        connection.execute("PRAGMA secure_delete=ON")
        self._journal_before = before

    def _leave_wal(self, mode: str) -> bool:
        """Whether the database is now in this journal mode: it needs to be the only connection."""
        with suppress(sqlite3.OperationalError):
            self._open().execute(f"PRAGMA journal_mode={mode}")
        now = str(self._open().execute("PRAGMA journal_mode").fetchone()[0])
        if now != "wal":
            self._journal_before = ""
        return now == mode


def _roll_back(connection: sqlite3.Connection) -> None:
    # SQLite itself has rolled back on some errors, such as a full disk. Where rolling back fails too,
    # the first error is the one to tell, and the next opening undoes what is left.
    with suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _state(connection: sqlite3.Connection) -> tuple[int, int]:
    """What differs after any change: of rows, or of the schema."""
    return connection.total_changes, int(connection.execute("PRAGMA schema_version").fetchone()[0])


def _connect(path: Path, name: str, *, read_only: bool, immutable: bool) -> sqlite3.Connection:
    if path.stat().st_size == 1:  # SQLite takes it for an empty database, and would overwrite it
        raise CorruptStore(f"{name}: it holds no SQLite database but a single byte: check the path")
    query = "?mode=ro&immutable=1" if immutable else "?mode=ro" if read_only else "?mode=rw"
    with explained_sqlite(name):
        connection = sqlite3.connect(
            path.absolute().as_uri() + query,
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            _harden(connection)
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()  # is it a database at all?
        except UnicodeDecodeError as error:  # sqlite3's own, of a message that quotes a damaged schema
            connection.close()
            raise CorruptStore(f"{name}: its schema is damaged: restore it from a copy") from error
        except BaseException:
            connection.close()
            raise
        return connection


def _harden(connection: sqlite3.Connection) -> None:
    for pragma in _ALWAYS:
        connection.execute(pragma)
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)
    connection.set_authorizer(_refuse_schema_programs)
    # Text that is not UTF-8 is shown with replacement characters, never an error.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")


def _refuse_schema_programs(
    _action: int, _first: str | None, _second: str | None, _schema: str | None, program: str | None
) -> int:
    return sqlite3.SQLITE_OK if program is None else sqlite3.SQLITE_DENY
