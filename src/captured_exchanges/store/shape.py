"""Whether a table is the plain thing that its name promises: asked before it is touched.

A stranger's file may hold a view, a virtual table, a CHECK, a default, a second unique constraint that
replaces rows, or a trigger under a name of ours. For writing a table must be, but for spaces and quotes,
the very statement we would have made it with; for reading, an ordinary table with the columns we read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from captured_exchanges.errors import StoreError

__all__ = ["Table", "exists", "has_unique_index", "is_plain", "is_readable", "require_plain"]

_ABOUT = """
    SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master
    WHERE name = ?1 COLLATE NOCASE OR tbl_name = ?1 COLLATE NOCASE
"""
_QUOTES = str.maketrans("", "", '"`[]')


@dataclass(frozen=True, slots=True)
class Table:
    """A table that we write: the statement that makes it, and its one unique index, if any."""

    name: str
    ddl: str
    unique_name: str = ""
    unique_columns: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns, in order."""
        return tuple(line.split()[0] for line in self.ddl.splitlines()[1:-1])

    def create(self, connection: sqlite3.Connection) -> None:
        """Make what is missing of table and index, within the caller's transaction.

        Raises:
            StoreError: What is there is not plain.
        """
        if exists(connection, self.name):
            require_plain(connection, self)
        else:
            connection.execute(self.ddl)
        if self.unique_name:
            columns = ", ".join(self.unique_columns)
            connection.execute(
                f"CREATE UNIQUE INDEX IF NOT EXISTS {self.unique_name} ON {self.name} ({columns})"
            )
            if not has_unique_index(connection, self):
                raise _refusal(self, f"something else is called {self.unique_name}")


def exists(connection: sqlite3.Connection, name: str) -> bool:
    """Whether the schema holds a table, view or virtual table of this name."""
    return any(_is_named(row, name) for row in _about(connection, name))


def has_unique_index(connection: sqlite3.Connection, table: Table) -> bool:
    """Whether a plain table has its unique index; a table that wants none has it."""
    return not table.unique_name or any(unique for _, unique, _ in _indexes(connection, table.name))


def is_readable(connection: sqlite3.Connection, name: str, columns: Sequence[str]) -> bool:
    """Whether an ordinary table of this name holds these columns; False where there is none at all.

    Raises:
        StoreError: Something else has that name.
    """
    found = [row for row in _about(connection, name) if _is_named(row, name)]
    if not found:
        return False
    kind, _, _, root, sql = found[0]
    ordinary = len(found) == 1 and kind == "table" and bool(root) and _squeezed(sql).startswith("createtable")
    stored = {column for column, hidden in _columns(connection, name) if not hidden} if ordinary else set()
    if not stored.issuperset(columns):
        raise StoreError(f"the {kind} {name} in this file is not the table that baton knows: it is not read")
    return True


def is_plain(connection: sqlite3.Connection, table: Table) -> bool:
    """Whether the table exists and may be written."""
    try:
        require_plain(connection, table)
    except StoreError:
        return False
    return exists(connection, table.name)


def require_plain(connection: sqlite3.Connection, table: Table) -> None:
    """Accept a table for writing; one that is absent passes.

    Raises:
        StoreError: It is anything but the plain table of its statement, or something acts on it.
    """
    for kind, name, _, root, sql in _about(connection, table.name):
        if kind != "index" and name.lower() == table.name:
            if kind != "table" or not root or _squeezed(sql) != _squeezed(table.ddl):
                raise _refusal(table, f"{name} is not the plain table that baton makes")
        elif kind != "index":
            raise _refusal(table, f"the {kind} {name} acts on {table.name}")
    for name, unique, partial in _indexes(connection, table.name):
        columns = _index_columns(connection, name)
        if partial or None in columns:
            raise _refusal(table, f"the index {name} of {table.name} computes something")
        if unique and columns != table.unique_columns:
            raise _refusal(table, f"the index {name} of {table.name} forbids rows that belong there")


def _indexes(connection: sqlite3.Connection, table: str) -> list[tuple[str, bool, bool]]:
    rows = connection.execute(f"PRAGMA index_list({table})").fetchall()
    return [(row[1], bool(row[2]), bool(row[4])) for row in rows]


def _index_columns(connection: sqlite3.Connection, index: str) -> tuple[str | None, ...]:
    rows = connection.execute("SELECT name FROM pragma_index_info(?)", (index,)).fetchall()
    return tuple(name.lower() if name else None for (name,) in rows)


def _refusal(table: Table, what: str) -> StoreError:
    return StoreError(
        f"exchanges are not written into this file: {what}; drop it if you know where it comes from "
        f"(expected: {' '.join(table.ddl.split())})"
    )


def _about(connection: sqlite3.Connection, name: str) -> list[tuple[str, str, str, int, str | None]]:
    return connection.execute(_ABOUT, (name,)).fetchall()


def _is_named(row: tuple[str, str, str, int, str | None], name: str) -> bool:
    return row[1].lower() == name and row[0] != "index"


def _columns(connection: sqlite3.Connection, name: str) -> list[tuple[str, int]]:
    rows = connection.execute(f"PRAGMA table_xinfo({name})").fetchall()
    return [(row[1], row[6]) for row in rows]


def _squeezed(sql: str | None) -> str:
    """A statement without spaces, quotes and case: comments stay, so that nothing hides behind them."""
    return "".join((sql or "").lower().translate(_QUOTES).split())
