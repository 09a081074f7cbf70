"""The tables of this room: FORMATS' `v1_exchanges`, and four of ours with migrations of their own.

`v1_exchanges` is baton's: made on the first write and never altered. Ours are prefixed `v1_exchange_`
and made on the first commit of a delivery, by single steps, each in a transaction with its own record in
`v1_exchange_schema`; `user_version` belongs to whoever made the file and is left alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from captured_exchanges.errors import UnsupportedStore
from captured_exchanges.store.database import Database
from captured_exchanges.store.moments import now
from captured_exchanges.store.shape import Table, exists, require_plain

__all__ = [
    "ARRIVALS",
    "EXCHANGES",
    "GAPS",
    "MIGRATIONS",
    "OURS",
    "QUARANTINE",
    "WATERMARKS",
    "migrate",
    "migrate_within",
    "prepare_exchanges",
    "require_known",
    "require_ours",
]

EXCHANGES = Table(
    "v1_exchanges",
    """CREATE TABLE v1_exchanges (
    id integer primary key,
    request_id text not null,
    sync_id text not null,
    transport_kind text not null,
    request_json blob,
    response_json blob,
    intent_json blob,
    discovered_at datetime not null
)""",
    "idx_exchanges_request_sync_v1",
    ("request_id", "sync_id"),
)

WATERMARKS = Table(
    "v1_exchange_watermarks",
    """CREATE TABLE v1_exchange_watermarks (
    id integer primary key,
    connector text not null,
    epoch text not null,
    through_sequence integer not null,
    drained integer not null,
    attestation blob,
    updated_at datetime not null
)""",
    "idx_exchange_watermarks_epoch_v1",
    ("connector", "epoch"),
)

GAPS = Table(
    "v1_exchange_gaps",
    """CREATE TABLE v1_exchange_gaps (
    id integer primary key,
    connector text not null,
    epoch text not null,
    first_sequence integer not null,
    last_sequence integer not null,
    count integer not null,
    bytes integer not null,
    reason text not null,
    syncs_json blob not null,
    sync_id text not null,
    discovered_at datetime not null
)""",
)

QUARANTINE = Table(
    "v1_exchange_quarantine",
    """CREATE TABLE v1_exchange_quarantine (
    id integer primary key,
    connector text not null,
    epoch text not null,
    sequence integer not null,
    reason text not null,
    request_id text not null,
    sync_id text not null,
    transport_kind text not null,
    request_json blob,
    response_json blob,
    intent_json blob,
    discovered_at datetime not null
)""",
)

ARRIVALS = Table(
    "v1_exchange_arrivals",
    """CREATE TABLE v1_exchange_arrivals (
    id integer primary key,
    sync_id text not null,
    arrived_in text not null
)""",
    "idx_exchange_arrivals_sync_v1",
    ("sync_id", "arrived_in"),
)

_RECORD = Table(
    "v1_exchange_schema",
    """CREATE TABLE v1_exchange_schema (
    version integer primary key,
    step text not null,
    applied_at datetime not null
)""",
)

OURS = (WATERMARKS, GAPS, QUARANTINE, ARRIVALS)

MIGRATIONS: tuple[tuple[str, Callable[[sqlite3.Connection], None]], ...] = (
    ("watermarks", WATERMARKS.create),
    ("gap ledger", GAPS.create),
    ("quarantine", QUARANTINE.create),
    ("arrivals of other syncs' exchanges", ARRIVALS.create),
)
"""The steps in order, version 1 first. A step that has landed is never changed: another follows it."""


def migrate(database: Database) -> None:
    """Apply the steps that a file lacks, each in its own transaction.

    Raises:
        UnsupportedStore: A later version of this package has written the file.
        StoreError: A table of ours is not the plain one; nothing was written.
    """
    while _step(database):
        pass


def migrate_within(connection: sqlite3.Connection, name: str) -> None:
    """Apply the steps that a file lacks in the caller's transaction, and accept our tables for writing.

    For who writes them beside other things that must come with them, or not at all. Raises as `migrate`.
    """
    while _apply_next(connection, name):
        pass
    require_ours(connection)


def require_known(connection: sqlite3.Connection, name: str) -> None:
    """Raise UnsupportedStore where a later version of this package has written our tables."""
    _version(connection, name)


def _step(database: Database) -> bool:
    with database.reading() as connection:
        if _version(connection, database.name) == len(MIGRATIONS):
            return False
    with database.writing() as connection:
        _apply_next(connection, database.name)
    return True


def _apply_next(connection: sqlite3.Connection, name: str) -> bool:
    version = _version(connection, name)
    if version == len(MIGRATIONS):
        return False
    step, apply = MIGRATIONS[version]
    _RECORD.create(connection)
    apply(connection)
    connection.execute(
        "INSERT INTO v1_exchange_schema (version, step, applied_at) VALUES (?, ?, ?)",
        (version + 1, step, now()),
    )
    return True


def _version(connection: sqlite3.Connection, name: str) -> int:
    if not exists(connection, _RECORD.name):
        return 0
    require_plain(connection, _RECORD)
    version = int(
        connection.execute("SELECT coalesce(max(version), 0) FROM v1_exchange_schema").fetchone()[0]
    )
    if version > len(MIGRATIONS):
        raise UnsupportedStore(
            f"{name} holds provenance tables of version {version}, this program knows {len(MIGRATIONS)}: "
            "update captured-exchanges, or write into another file"
        )
    return version


def prepare_exchanges(connection: sqlite3.Connection) -> None:
    """Make `v1_exchanges` where it is missing, within the caller's transaction, and accept it for writing.

    Raises:
        StoreError: Something else has its name, or acts on it.
    """
    EXCHANGES.create(connection)


def require_ours(connection: sqlite3.Connection) -> None:
    """Accept our extra tables for writing, within the caller's transaction."""
    for table in OURS:
        require_plain(connection, table)
