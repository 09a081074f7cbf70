"""Baton's object tables and sync runs, read only: what provenance starts from.

A table that is absent is empty. What `data` holds is for `wire` to decode.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from captured_exchanges.store.rows import Value, document, text
from captured_exchanges.store.shape import is_readable

__all__ = ["ObjectKind", "ObjectRow", "every_object", "object_ids", "object_rows", "sync_runs"]

ObjectKind: TypeAlias = Literal["resource", "entitlement", "grant", "resource_type"]

_TABLES: dict[ObjectKind, str] = {
    "resource": "v1_resources",
    "entitlement": "v1_entitlements",
    "grant": "v1_grants",
    "resource_type": "v1_resource_types",
}


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """An object of one sync; `data` is a protobuf message of baton's, as stored."""

    sync_id: str
    external_id: str
    data: bytes = field(repr=False)


def object_rows(
    connection: sqlite3.Connection, kind: ObjectKind, external_id: str, sync_id: str | None
) -> list[ObjectRow]:
    """The rows of an object, one for each sync that has it, oldest first; or that sync's alone."""
    table = _TABLES[kind]
    if not is_readable(connection, table, ("id", "external_id", "sync_id", "data")):
        return []
    rows = connection.execute(
        f"""
        SELECT sync_id, external_id, data FROM {table}
        WHERE external_id = ?1 AND (?2 IS NULL OR sync_id = ?2) ORDER BY id
        """,  # noqa: S608 - a name of ours
        (external_id, sync_id),
    ).fetchall()
    return [_row(row) for row in rows]


def every_object(connection: sqlite3.Connection, kind: ObjectKind) -> Iterator[ObjectRow]:
    """All objects of a kind, one by one as they are read."""
    table = _TABLES[kind]
    if not is_readable(connection, table, ("id", "external_id", "sync_id", "data")):
        return iter(())
    query = f"SELECT sync_id, external_id, data FROM {table} ORDER BY id"  # noqa: S608 - a name of ours
    return map(_row, connection.execute(query))


def _row(row: Sequence[Value]) -> ObjectRow:
    sync_id, external_id, data = row
    return ObjectRow(text(sync_id), text(external_id), document(data) or b"")


def object_ids(connection: sqlite3.Connection, kind: ObjectKind, prefix: str, limit: int) -> list[str]:
    """At most `limit` ids of objects that begin so, each once, in order: a range of an index of baton's."""
    table = _TABLES[kind]
    if not is_readable(connection, table, ("external_id",)):
        return []
    rows = connection.execute(
        f"""
        SELECT DISTINCT external_id FROM {table}
        WHERE external_id >= ?1 AND external_id < ?1 || char(0x10FFFF) ORDER BY external_id LIMIT ?2
        """,  # noqa: S608 - a name of ours
        (prefix, limit),
    ).fetchall()
    return [text(external_id) for (external_id,) in rows]


def sync_runs(connection: sqlite3.Connection) -> list[str]:
    """The ids of the syncs that the file knows, oldest first."""
    if not is_readable(connection, "v1_sync_runs", ("id", "sync_id")):
        return []
    rows = connection.execute("SELECT sync_id FROM v1_sync_runs ORDER BY id").fetchall()
    return [text(sync_id) for (sync_id,) in rows]
