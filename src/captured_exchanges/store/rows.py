"""Rows of `v1_exchanges`: the statements, and the way between row and record.

Reading forgives: another program may have stored JSON as text, NULL where none should be, numbers and
odd dates. Text that is not UTF-8 arrives here with replacement characters already.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from captured_exchanges.errors import StoreError
from captured_exchanges.exchange import RedactedExchange, StoredExchange

__all__ = [
    "COLUMNS",
    "INSERT_SEVERAL",
    "SELECT",
    "SEVERAL",
    "UPSERT",
    "Row",
    "Value",
    "bound",
    "document",
    "number",
    "require_places",
    "stored",
    "text",
]

Value: TypeAlias = "int | float | str | bytes | None"
"""What SQLite can hold."""
Row: TypeAlias = tuple[str | None, str, str, bytes | None, bytes | None, bytes | None, str]

COLUMNS = (
    "id", "request_id", "sync_id", "transport_kind", "request_json", "response_json", "intent_json",
    "discovered_at",
)  # fmt: skip
SELECT = f"SELECT {', '.join(COLUMNS)} FROM v1_exchanges"  # noqa: S608 - names of our own
SEVERAL = 32
"""Rows that INSERT_SEVERAL takes."""
_INSERT = "INTO v1_exchanges (" + ", ".join(COLUMNS[1:]) + ") VALUES "
_VALUES = "(?, ?, ?, ?, ?, ?, ?)"
UPSERT = f"""
    INSERT {_INSERT} {_VALUES}
    ON CONFLICT (request_id, sync_id) DO UPDATE SET
        transport_kind = excluded.transport_kind,
        request_json = excluded.request_json,
        response_json = excluded.response_json,
        intent_json = excluded.intent_json,
        discovered_at = excluded.discovered_at
"""
INSERT_SEVERAL = f"INSERT OR FAIL {_INSERT} {', '.join([_VALUES] * SEVERAL)}"
"""Where one row is refused, those before it stay written: a statement that undoes them would copy whole pages
into a temporary file, outside the folders that are ours, in case it must.
"""


def bound(exchange: RedactedExchange, sync_id: str, moment: str) -> Row:
    """The parameters of UPSERT; `sync_id` serves an exchange without its own."""
    return (
        exchange.request_id or None,  # without an identity it would replace others: NOT NULL refuses it
        exchange.sync_id or sync_id,
        exchange.transport_kind,
        exchange.request_json,
        exchange.response_json,
        exchange.intent_json,
        moment,
    )


def stored(row: tuple[Value, ...]) -> StoredExchange:
    """A row of SELECT as a record, whatever types it holds."""
    place, request_id, sync_id, transport_kind, request, response, intent, discovered_at = row
    return StoredExchange(
        id=number(place),
        request_id=text(request_id),
        sync_id=text(sync_id),
        transport_kind=text(transport_kind),
        request_json=document(request),
        response_json=document(response),
        intent_json=document(intent),
        discovered_at=text(discovered_at),
    )


def text(value: Value) -> str:
    """A value as text; NULL is empty."""
    if value is None:
        return ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def document(value: Value) -> bytes | None:
    """A value as the bytes of a document; NULL is none."""
    if value is None or isinstance(value, bytes):
        return value
    return str(value).encode("utf-8", "replace")


def number(value: Value) -> int:
    """A value as a number; 0 where it is none."""
    return value if isinstance(value, int) else 0


def require_places(table: str, places: Iterable[Value]) -> None:
    """Accept the ids of a page: by the last of them the next is asked for.

    Raises:
        StoreError: One is no whole number, as another program's table may hold.
    """
    for place in places:
        if not isinstance(place, int):
            raise StoreError(
                f"{table} in this file has an id of the type {type(place).__name__}: it is not the table "
                "that baton makes, and cannot be read in pages"
            )
