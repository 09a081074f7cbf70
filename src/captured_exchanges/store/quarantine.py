"""Exchanges that a table would not take, kept aside with the reason: rows of `v1_exchange_quarantine`.

Functions on a connection within the caller's transaction. What is kept is what can be kept: names that
are no Unicode are escaped, a document that is no bytes or too large is left out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from captured_exchanges.store.rows import Row, Value, document, number, text
from captured_exchanges.store.schema import QUARANTINE
from captured_exchanges.store.shape import is_readable

__all__ = ["Quarantined", "every_quarantined", "quarantined_row", "record_quarantined"]

_MAX_DOCUMENT = 4 * 1024 * 1024
_COLUMNS = (
    "connector", "epoch", "sequence", "reason", "request_id", "sync_id", "transport_kind",
    "request_json", "response_json", "intent_json", "discovered_at",
)  # fmt: skip
_NAMES = ", ".join(_COLUMNS)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An exchange in quarantine: its place in the connector's epoch, why it is here, and what it holds."""

    connector: str
    epoch: str
    sequence: int
    reason: str
    request_id: str
    sync_id: str
    transport_kind: str
    request_json: bytes | None = field(repr=False)
    response_json: bytes | None = field(repr=False)
    intent_json: bytes | None = field(repr=False)
    discovered_at: str


def quarantined_row(row: Row, reason: str, *, connector: str, epoch: str, sequence: int) -> Quarantined:
    """A row that was refused, as far as it can be kept."""
    request_id, sync_id, kind, request, response, intent, moment = row
    return Quarantined(
        connector=connector,
        epoch=epoch,
        sequence=sequence,
        reason=reason,
        request_id=_writable(request_id),
        sync_id=_writable(sync_id),
        transport_kind=_writable(kind),
        request_json=_kept(request),
        response_json=_kept(response),
        intent_json=_kept(intent),
        discovered_at=moment,
    )


def record_quarantined(connection: sqlite3.Connection, entries: Sequence[Quarantined]) -> None:
    """Enter these; the table is there."""
    connection.executemany(
        f"INSERT INTO v1_exchange_quarantine ({_NAMES}) VALUES ({', '.join('?' * len(_COLUMNS))})",  # noqa: S608
        [tuple(getattr(entry, column) for column in _COLUMNS) for entry in entries],
    )


def every_quarantined(connection: sqlite3.Connection) -> Iterator[Quarantined]:
    """The whole quarantine in the order of its entries, one by one as they are read."""
    if not is_readable(connection, QUARANTINE.name, ("id", *_COLUMNS)):
        return iter(())
    query = f"SELECT {_NAMES} FROM v1_exchange_quarantine ORDER BY id"  # noqa: S608 - names of our own
    return map(_entry, connection.execute(query))


def _entry(row: Sequence[Value]) -> Quarantined:
    connector, epoch, sequence, reason, request_id, sync_id, kind, request, response, intent, moment = row
    return Quarantined(
        text(connector),
        text(epoch),
        number(sequence),
        text(reason),
        text(request_id),
        text(sync_id),
        text(kind),
        document(request),
        document(response),
        document(intent),
        text(moment),
    )


def _writable(name: object) -> str:
    return str(name).encode("utf-8", "backslashreplace").decode()


def _kept(document: object) -> bytes | None:
    return document if isinstance(document, bytes) and len(document) <= _MAX_DOCUMENT else None
