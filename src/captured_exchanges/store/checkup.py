"""What can be wrong inside a store: asked by `exchanges doctor`, which says what it means.

Each question reads, none writes, and each is asked of a file that may be anybody's: rows are read one by
one and whatever their types, and a table that is not what its name promises is an answer, not an error.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import orjson

from captured_exchanges.errors import StoreError
from captured_exchanges.store.ledger import every_gap
from captured_exchanges.store.prune import known_syncs, late_arrivals
from captured_exchanges.store.quarantine import every_quarantined
from captured_exchanges.store.rows import COLUMNS, Value, document, text
from captured_exchanges.store.schema import EXCHANGES, OURS, require_known
from captured_exchanges.store.shape import Table, exists, has_unique_index, is_readable, require_plain
from captured_exchanges.store.store import Store

__all__ = [
    "Documents",
    "TableState",
    "damage",
    "documents",
    "gap_reasons",
    "programs",
    "quarantine_reasons",
    "tables",
    "unknown_syncs",
]

_MOST_EXAMPLES = 3
State: TypeAlias = Literal["absent", "plain", "no index", "not written", "not read"]


@dataclass(frozen=True, slots=True)
class TableState:
    """A table of this package in the file: whether it is there, may be written, may be read; why not."""

    name: str
    state: State
    why: str = ""


@dataclass(frozen=True, slots=True)
class Documents:
    """The exchanges of a file by what their documents are: how many exchanges have one that is no JSON, one
    that is stored as something else than bytes, or lack request or id; a few request ids of the first kind.
    """

    exchanges: int
    unparsable: int
    not_bytes: int
    incomplete: int
    examples: tuple[str, ...]


def damage(store: Store, most: int = 5) -> list[str]:
    """What SQLite's quick check finds, at most so many findings; none: nothing. Reads the whole file."""
    with store.snapshot() as connection:
        found = connection.execute(f"PRAGMA quick_check({most})").fetchall()
    said = [text(line) for (line,) in found]
    return [] if said == ["ok"] else said


def tables(store: Store) -> list[TableState]:
    """The state of `v1_exchanges`, then of our own tables.

    Raises UnsupportedStore where a later version of this package has made ours.
    """
    with store.snapshot() as connection:
        require_known(connection, str(store.path))
        return [_state(connection, table) for table in (EXCHANGES, *OURS)]


def programs(store: Store) -> list[str]:
    """What in the file's schema would act or compute: its triggers, views and virtual tables, by name."""
    query = """
        SELECT CASE WHEN type = 'table' THEN 'virtual table' ELSE type END, name FROM sqlite_master
        WHERE type IN ('trigger', 'view') OR (type = 'table' AND rootpage = 0) ORDER BY rowid
    """
    with store.snapshot() as connection:
        return [f"{text(kind)} {text(name)}" for kind, name in connection.execute(query)]


def documents(store: Store) -> Documents:
    """Read every exchange, and count what is odd about its documents."""
    exchanges = unparsable = not_bytes = incomplete = 0
    examples: list[str] = []
    with store.snapshot() as connection:
        for request_id, *parts in _exchanges(connection):
            exchanges += 1
            not_bytes += not all(part is None or isinstance(part, bytes) for part in parts)
            incomplete += request_id in {None, "", b""} or parts[0] is None
            if not all(map(_is_json, parts)):
                unparsable += 1
                examples.extend([text(request_id)][: _MOST_EXAMPLES - len(examples)])
    return Documents(exchanges, unparsable, not_bytes, incomplete, tuple(examples))


def unknown_syncs(store: Store) -> dict[str, int]:
    """Exchanges of syncs that the file's own sync runs do not name, by sync: the next save prunes them."""
    with store.snapshot() as connection:
        known = known_syncs(connection)
        if not known or not is_readable(connection, EXCHANGES.name, COLUMNS):
            return {}
        known |= late_arrivals(connection, known) | {""}
        counts = connection.execute("SELECT sync_id, count(*) FROM v1_exchanges GROUP BY sync_id").fetchall()
    return {text(sync_id): count for sync_id, count in counts if text(sync_id) not in known}


def quarantine_reasons(store: Store) -> dict[str, int]:
    """How many exchanges are in quarantine, by reason."""
    with store.snapshot() as connection:
        return dict(Counter(entry.reason for entry in every_quarantined(connection)))


def gap_reasons(store: Store) -> dict[str, int]:
    """How many exchanges the ledger counts as gaps, by reason."""
    counts: Counter[str] = Counter()
    with store.snapshot() as connection:
        for entry in every_gap(connection):
            counts[entry.gap.reason] += entry.gap.count
    return dict(counts)


def _exchanges(connection: sqlite3.Connection) -> Iterator[Sequence[Value]]:
    if not is_readable(connection, EXCHANGES.name, COLUMNS):
        return iter(())
    return connection.execute("SELECT request_id, request_json, response_json, intent_json FROM v1_exchanges")


def _is_json(part: Value) -> bool:
    data = document(part)
    try:
        orjson.loads(b"null" if data is None else data)
    except orjson.JSONDecodeError:
        return False
    return True


def _state(connection: sqlite3.Connection, table: Table) -> TableState:
    if not exists(connection, table.name):
        return TableState(table.name, "absent")
    if why := _objection(lambda: is_readable(connection, table.name, table.columns)):
        return TableState(table.name, "not read", why)
    if why := _objection(lambda: require_plain(connection, table)):
        return TableState(table.name, "not written", why)
    return TableState(table.name, "plain" if has_unique_index(connection, table) else "no index")


def _objection(question: Callable[[], object]) -> str:
    try:
        question()
    except StoreError as error:
        return str(error)
    return ""
