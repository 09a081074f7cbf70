"""What saving takes away: exchanges of syncs that the file itself no longer knows.

Baton's cleanup of old syncs leaves our rows behind. A sync is unknown where `v1_sync_runs` has rows, but
none for it. Kept all the same: what this store has written since it was opened (its run may be entered
later), and exchanges of other syncs that arrived late, for as long as the sync in which they arrived is
known: nothing is lost for being late. Nothing here touches baton's tables.
"""

from __future__ import annotations

import sqlite3

from captured_exchanges.errors import StoreError
from captured_exchanges.store.objects import sync_runs
from captured_exchanges.store.schema import ARRIVALS, EXCHANGES, GAPS, QUARANTINE, WATERMARKS
from captured_exchanges.store.shape import Table, is_plain

__all__ = ["WATERMARKS_KEPT", "known_syncs", "late_arrivals", "prune"]

WATERMARKS_KEPT = 64
"""Of each connector. An epoch is one life of it; an open names 64 of them at most."""
_SYNCS_A_STATEMENT = 500


def prune(connection: sqlite3.Connection, written: frozenset[str]) -> int:
    """Delete what is stale, within the caller's transaction; returns how many exchanges went.

    Args:
        connection: In a transaction.
        written: The syncs that were written to since the store was opened.

    A table that is not the plain one is left as it is.
    """
    _forget_old_epochs(connection)
    known = known_syncs(connection)
    if not known:
        return 0
    known |= written | {""}
    known |= late_arrivals(connection, known)
    for table in (QUARANTINE, GAPS, ARRIVALS):
        _delete_unknown(connection, table, known)
    return _delete_unknown(connection, EXCHANGES, known)


def _forget_old_epochs(connection: sqlite3.Connection) -> None:
    """Keep the watermarks that an open may name: the last updated ones of each connector."""
    if not is_plain(connection, WATERMARKS):
        return
    connectors = connection.execute("SELECT DISTINCT connector FROM v1_exchange_watermarks").fetchall()
    connection.executemany(
        """
        DELETE FROM v1_exchange_watermarks WHERE connector = ?1 AND id NOT IN (
            SELECT id FROM v1_exchange_watermarks WHERE connector = ?1
            ORDER BY updated_at DESC, id DESC LIMIT ?2)
        """,
        [(connector, WATERMARKS_KEPT) for (connector,) in connectors],
    )


def known_syncs(connection: sqlite3.Connection) -> set[str]:
    """The syncs that the file's own sync runs name; none: nothing in it is unknown."""
    try:
        return set(sync_runs(connection))
    except StoreError:  # a stranger's idea of v1_sync_runs: it names no sync
        return set()


def late_arrivals(connection: sqlite3.Connection, known: set[str]) -> set[str]:
    """The syncs whose exchanges arrived late in one of these."""
    if not is_plain(connection, ARRIVALS):
        return set()
    rows = connection.execute("SELECT sync_id, arrived_in FROM v1_exchange_arrivals").fetchall()
    return {sync_id for sync_id, arrived_in in rows if arrived_in in known}


def _delete_unknown(connection: sqlite3.Connection, table: Table, known: set[str]) -> int:
    if not is_plain(connection, table):
        return 0
    found = connection.execute(f"SELECT DISTINCT sync_id FROM {table.name}").fetchall()  # noqa: S608
    unknown = [sync_id for (sync_id,) in found if sync_id not in known]
    before = connection.total_changes
    for start in range(0, len(unknown), _SYNCS_A_STATEMENT):
        piece = unknown[start : start + _SYNCS_A_STATEMENT]
        marks = ", ".join("?" * len(piece))
        connection.execute(f"DELETE FROM {table.name} WHERE sync_id IN ({marks})", piece)  # noqa: S608
    return connection.total_changes - before
