"""What saving takes away where a sync takes more than its budget: bodies first, oldest first, then rows.

Off by default, for a file is worth what it holds. A body that is cut leaves what it was (media type, sizes)
and says why it is gone; of SQL go the rows of a result, of LDAP the entries. Only where that is not enough
whole exchanges go. Each is told in the ledger, one entry a sync and kind of cut: `body_cut`, which is no
loss of an exchange, and `retention`, which is. They name no sequences: rows do not know theirs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from captured_exchanges.exchange import Gap, SyncCount
from captured_exchanges.store import moments
from captured_exchanges.store.ledger import RecordedGap, record_entries
from captured_exchanges.store.rows import Value, document, text
from captured_exchanges.store.schema import EXCHANGES, migrate_within
from captured_exchanges.store.shape import is_plain

__all__ = ["BODY_CUT", "ROW_CUT", "Cut", "keep_within"]

BODY_CUT, ROW_CUT = "body_cut", "retention"
_PAGE = 64
_SIZE = " + ".join(
    f"ifnull(length(CAST({name} AS BLOB)), 0)" for name in ("request_json", "response_json", "intent_json")
)
_LISTS = ("rows", "entries")
_GONE = ("value", "parts", "digest")


@dataclass(frozen=True, slots=True)
class Cut:
    """What one sync lost: how many of its exchanges, and bytes, in which way."""

    sync_id: str
    reason: str
    count: int
    bytes: int


def keep_within(connection: sqlite3.Connection, budget: int, name: str) -> list[Cut]:
    """Cut every sync's documents to `budget` bytes, within the caller's transaction; what was cut.

    Memory stays bounded: a page of exchanges at a time. A table that is not the plain one is left as it is.
    """
    if not is_plain(connection, EXCHANGES):
        return []
    sizes = connection.execute(f"SELECT sync_id, sum({_SIZE}) FROM v1_exchanges GROUP BY sync_id")  # noqa: S608
    over = [(sync_id, size - budget) for sync_id, size in sizes if size > budget]
    cuts = [cut for sync_id, excess in over for cut in _cut(connection, sync_id, excess)]
    if cuts:
        migrate_within(connection, name)
        record_entries(connection, [_entry(cut, moments.now()) for cut in cuts])
    return cuts


def _cut(connection: sqlite3.Connection, sync_id: Value, excess: int) -> Iterator[Cut]:
    bodies = _cut_bodies(connection, sync_id, excess)
    if bodies.count:
        yield bodies
    if bodies.bytes < excess:
        yield _cut_rows(connection, sync_id, excess - bodies.bytes)


def _cut_bodies(connection: sqlite3.Connection, sync_id: Value, excess: int) -> Cut:
    count = freed = 0
    for number, request, response in _documents(connection, sync_id):
        if freed >= excess:
            break
        kept = _without_body(request), _without_body(response)
        gain = _length(request) + _length(response) - sum(map(_length, kept))
        if gain > 0:
            connection.execute(
                "UPDATE v1_exchanges SET request_json = ?, response_json = ? WHERE id = ?", (*kept, number)
            )
            count, freed = count + 1, freed + gain
    return Cut(text(sync_id), BODY_CUT, count, freed)


def _documents(connection: sqlite3.Connection, sync_id: Value) -> Iterator[tuple[int, Value, Value]]:
    """The requests and responses of a sync, oldest first."""
    query = "SELECT id, request_json, response_json FROM v1_exchanges WHERE sync_id = ?"
    page = connection.execute(f"{query} ORDER BY id LIMIT ?", (sync_id, _PAGE)).fetchall()
    while page:
        yield from page
        after = (sync_id, page[-1][0], _PAGE)
        page = connection.execute(f"{query} AND id > ? ORDER BY id LIMIT ?", after).fetchall()


def _cut_rows(connection: sqlite3.Connection, sync_id: Value, excess: int) -> Cut:
    count = freed = 0
    query = f"SELECT id, {_SIZE} FROM v1_exchanges WHERE sync_id = ? ORDER BY id LIMIT {_PAGE}"  # noqa: S608
    while freed < excess and (page := connection.execute(query, (sync_id,)).fetchall()):
        for number, size in page:
            if freed >= excess:
                break
            connection.execute("DELETE FROM v1_exchanges WHERE id = ?", (number,))
            count, freed = count + 1, freed + size
    return Cut(text(sync_id), ROW_CUT, count, freed)


def _without_body(value: Value) -> Value:
    """A document without what is large in it; as it is where nothing is, or where it cannot be read."""
    try:
        read = orjson.loads(document(value) or b"")
    except orjson.JSONDecodeError:
        return value
    if not isinstance(read, dict) or not (_omit_body(read) | _omit_lists(read)):
        return value
    return orjson.dumps(read)


def _omit_body(read: dict[str, Any]) -> bool:
    body = read.get("body")
    if not isinstance(body, dict) or body.get("type") in (None, "omitted"):
        return False
    kept = {key: item for key, item in body.items() if key not in (*_GONE, "type", "reason")}
    read["body"] = {"type": "omitted", "reason": "budget", **kept}
    return True


def _omit_lists(read: dict[str, Any]) -> bool:
    found = [name for name in _LISTS if isinstance(read.get(name), list) and read[name]]
    read.update({name: [] for name in found})
    if found:
        read["truncated"] = True
    return bool(found)


def _length(value: Value) -> int:
    return len(document(value) or b"")


def _entry(cut: Cut, moment: str) -> RecordedGap:
    gap = Gap("", 0, 0, cut.count, cut.bytes, cut.reason, (SyncCount(cut.sync_id, cut.count),))
    return RecordedGap(0, "", gap, cut.sync_id, moment)
