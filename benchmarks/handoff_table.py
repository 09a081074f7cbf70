"""Rows into `v1_exchanges` by bare `executemany`, on the caller's thread: the others' store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Self, TypeAlias

__all__ = ["Row", "Table"]

Row: TypeAlias = tuple[str, str, str, bytes, bytes, bytes, str]

_ROWS_A_COMMIT = 512
_OUR_PAGE_BYTES = 64 * 1024
_OUR_CACHE_KIB = 8 * 1024
_OUR_WAL_BYTES = 16 * 1024 * 1024
_TABLE = """CREATE TABLE v1_exchanges (
    id integer primary key, request_id text not null, sync_id text not null, transport_kind text not null,
    request_json blob, response_json blob, intent_json blob, discovered_at datetime not null)"""
_INDEX = "CREATE UNIQUE INDEX idx_exchanges_request_sync_v1 ON v1_exchanges (request_id, sync_id)"
_INSERT = (
    "INSERT INTO v1_exchanges (request_id, sync_id, transport_kind, request_json, response_json, intent_json,"
    " discovered_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
)


class Table:
    """A new database with WAL and our `synchronous`; with `tuned`, our page size, cache and WAL bound too."""

    def __init__(self, path: Path, *, tuned: bool) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._rows: list[Row] = []
        if tuned:
            self._connection.execute(f"PRAGMA page_size={_OUR_PAGE_BYTES}")
            self._connection.execute(f"PRAGMA cache_size=-{_OUR_CACHE_KIB}")
            self._connection.execute(f"PRAGMA wal_autocheckpoint={_OUR_WAL_BYTES // _OUR_PAGE_BYTES}")
        self._connection.execute("PRAGMA journal_mode=wal")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute(_TABLE)
        self._connection.execute(_INDEX)

    def add(self, rows: Iterable[Row]) -> None:
        """Commit them, as soon as 512 have come together."""
        self._rows.extend(rows)
        while len(self._rows) >= _ROWS_A_COMMIT:
            self._commit()

    def flush(self) -> None:
        """Commit what is left."""
        if self._rows:
            self._commit()

    def _commit(self) -> None:
        rows, self._rows = self._rows[:_ROWS_A_COMMIT], self._rows[_ROWS_A_COMMIT:]
        self._connection.execute("BEGIN")
        self._connection.executemany(_INSERT, rows)
        self._connection.execute("COMMIT")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self._connection.close()
