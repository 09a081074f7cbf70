"""The exchange sub-store: rows of `v1_exchanges` with their watermarks, ledger and quarantine.

Statements live in `rows`, `delivery` and `ledger`; here is what belongs into one transaction, and paging.
No statement uses WITH (see `database`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TypeVar

from captured_exchanges.errors import StoreError
from captured_exchanges.exchange import Drained, RedactedExchange, StoredExchange, Watermark
from captured_exchanges.store.database import Database
from captured_exchanges.store.delivery import Committed, Delivery, Refusal, quarantine, upsert
from captured_exchanges.store.ledger import (
    RecordedGap,
    attestation,
    gaps,
    record_gaps,
    require_watermark,
    set_watermark,
    watermarks,
)
from captured_exchanges.store.moments import now
from captured_exchanges.store.rows import COLUMNS, SELECT, Row, bound, require_places, stored, text
from captured_exchanges.store.schema import EXCHANGES, migrate, prepare_exchanges, require_ours
from captured_exchanges.store.shape import is_readable

__all__ = ["ExchangeStore"]

_IDS_A_QUERY = 500
_ROWS_A_CALL = 512
_Item = TypeVar("_Item")


class ExchangeStore:
    """The exchanges of one store; `Store.exchanges` gives it. Thread-safe.

    Every method raises StoreError where the file cannot be read or written, with a sentence.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._written: set[str] = set()
        self._migrated = False
        self._accepted: dict[str, int] = {}

    # -- writing

    def put_exchanges(self, exchanges: Iterable[RedactedExchange], *, sync_id: str = "") -> None:
        """Write exchanges in one transaction, replacing those that are there under the same ids.

        Args:
            exchanges: May be a generator; none at all changes nothing.
            sync_id: The sync of those without their own.

        Raises:
            ReadOnlyStore: The store was opened for reading.
            StoreError: An exchange cannot be stored, or the file refuses; nothing was written.
        """
        self._database.require_writable()
        feed = iter(exchanges)
        first = list(islice(feed, 1))
        if not first:
            return
        moment = now()
        syncs: set[str] = set()
        with self._database.writing() as connection:
            self._accept(connection, prepare_exchanges)
            for rows in _pieces(bound(exchange, sync_id, moment) for exchange in chain(first, feed)):
                _require_all(upsert(connection, rows), self._database.name)
                syncs.update(row[1] for row in rows)
            self._written |= syncs

    def commit(self, delivery: Delivery) -> Committed:
        """Write rows, gaps, quarantine, watermark and attestation of a delivery in one transaction.

        Returns once all of it is durable: then it may be acked.

        Raises:
            WatermarkMoved: The stored watermark is not `delivery.after_sequence`; nothing was written.
            ReadOnlyStore: The store was opened for reading.
            StoreError: The file refuses (full, locked, hostile); nothing was written.
        """
        if not self._migrated:
            migrate(self._database)
            self._migrated = True
        moment = now()
        rows = [bound(captured.exchange, delivery.sync_id, moment) for captured in delivery.exchanges]
        with self._database.writing() as connection:
            self._accept(connection, require_ours)
            require_watermark(connection, delivery, self._database.name)
            refused = self._upsert_sound(connection, rows, delivery)
            quarantine(connection, delivery, refused, moment)
            record_gaps(connection, delivery, moment)
            landed = {row[1] for row in _without(rows, refused)}
            _record_arrivals(connection, landed - {delivery.sync_id}, delivery.sync_id)
            set_watermark(connection, delivery, moment)
            self._written |= landed  # under the lock: a save must not prune what it has not heard of
        return Committed(stored=len(rows) - len(refused), quarantined=len(refused))

    @property
    def written_syncs(self) -> frozenset[str]:
        """The syncs that this store has written to since it was opened."""
        return frozenset(self._written)

    def adopt(self, sync_ids: Iterable[str]) -> None:
        """Count these syncs among `written_syncs`: their rows came by another way."""
        with self._database.lock:
            self._written.update(sync_ids)

    def _upsert_sound(
        self, connection: sqlite3.Connection, rows: Sequence[Row], delivery: Delivery
    ) -> list[Refusal]:
        """Write the rows but for the poisoned ones; those, and what SQLite refuses, are told."""
        poisoned = [
            Refusal(index, captured.poison)
            for index, captured in enumerate(delivery.exchanges)
            if captured.poison
        ]
        if not poisoned:
            return self._upsert(connection, rows)
        ill = {refusal.index for refusal in poisoned}
        sound = [index for index in range(len(rows)) if index not in ill]
        refused = self._upsert(connection, [rows[index] for index in sound])
        found = (Refusal(sound[refusal.index], refusal.reason) for refusal in refused)
        return sorted((*poisoned, *found), key=lambda refusal: refusal.index)

    def _upsert(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> list[Refusal]:
        if not rows:
            return []
        self._accept(connection, prepare_exchanges)
        return upsert(connection, rows)

    def _accept(self, connection: sqlite3.Connection, check: Callable[[sqlite3.Connection], None]) -> None:
        """Run a check of the tables once for each state of the schema, within the caller's transaction."""
        before = _schema_version(connection)
        if self._accepted.get(check.__name__) != before:
            check(connection)
            if _schema_version(connection) == before:  # what it has just made may yet be rolled back
                self._accepted[check.__name__] = before

    # -- reading

    def get_exchange(self, request_id: str) -> StoredExchange | None:
        """The newest exchange of this request id, or None."""
        with self._database.reading() as connection:
            if not self._readable(connection):
                return None
            row = connection.execute(
                f"{SELECT} WHERE request_id = ? ORDER BY id DESC LIMIT 1", (_utf8(request_id),)
            ).fetchone()
        return stored(row) if row else None

    def list_exchanges_for_object(
        self, request_ids: Sequence[str], *, sync_id: str | None = None
    ) -> list[StoredExchange]:
        """The exchanges of these request ids in the order given, the absent left out.

        Of several rows with one request id the newest is taken, or with `sync_id` that sync's own where
        it has one. A thousand ids take four queries, six with `sync_id`.
        """
        wanted = list(dict.fromkeys(map(_utf8, request_ids)))
        found: dict[str, StoredExchange] = {}
        with self._database.reading() as connection:
            if self._readable(connection):
                for piece in _pieces(wanted, _IDS_A_QUERY):
                    numbers = _newest(connection, piece) | _of_sync(connection, piece, sync_id)
                    rows = connection.execute(
                        f"{SELECT} WHERE id IN ({_marks(numbers)})", tuple(numbers.values())
                    ).fetchall()
                    found.update((exchange.request_id, exchange) for exchange in map(stored, rows))
        return [found[request_id] for request_id in map(_utf8, request_ids) if request_id in found]

    def request_ids(self, prefix: str, *, limit: int) -> list[str]:
        """At most `limit` request ids that begin with `prefix`, each once, in order. Reads an index."""
        with self._database.reading() as connection:
            if not self._readable(connection):
                return []
            rows = connection.execute(
                """
                SELECT DISTINCT request_id FROM v1_exchanges
                WHERE request_id >= ?1 AND request_id < ?1 || char(0x10FFFF) ORDER BY request_id LIMIT ?2
                """,
                (_utf8(prefix), limit),
            ).fetchall()
        return [text(request_id) for (request_id,) in rows]

    def missing(self, request_ids: Iterable[str]) -> set[str]:
        """Those of these request ids that no row has. Reads an index."""
        wanted = set(map(_utf8, request_ids))
        with self._database.reading() as connection:
            if not self._readable(connection):
                return wanted
            for piece in _pieces(sorted(wanted), _IDS_A_QUERY):
                query = f"SELECT DISTINCT request_id FROM v1_exchanges WHERE request_id IN ({_marks(piece)})"  # noqa: S608
                wanted.difference_update(name for (name,) in connection.execute(query, piece))
        return wanted

    def iterate(
        self,
        after_id: int | None = None,
        limit: int = 100,
        *,
        sync_id: str | None = None,
        transport_kind: str | None = None,
    ) -> list[StoredExchange]:
        """A page of exchanges in the order of their ids: at most `limit`, those after `after_id`; None: from
        the lowest, which another program may have put below 1.

        Raises:
            StoreError: The table cannot be read: it is another program's, or an id is no whole number.
        """
        after, first = ("1", ()) if after_id is None else ("id > ?", (after_id,))
        with self._database.reading() as connection:
            if not self._readable(connection):
                return []
            where, values = _filter(sync_id, transport_kind)
            rows = connection.execute(
                f"{SELECT} WHERE {after} {where} ORDER BY id LIMIT ?", (*first, *values, limit)
            ).fetchall()
        require_places(EXCHANGES.name, (row[0] for row in rows))
        return [stored(row) for row in rows]

    def count(self, *, sync_id: str | None = None, transport_kind: str | None = None) -> int:
        """How many exchanges there are. Reads an index, or the table where `transport_kind` is given."""
        with self._database.reading() as connection:
            if not self._readable(connection):
                return 0
            where, values = _filter(sync_id, transport_kind)
            query = f"SELECT count(*) FROM v1_exchanges WHERE 1 {where}"  # noqa: S608 - columns of our own
            row = connection.execute(query, values).fetchone()
        return int(row[0])

    def sync_ids(self) -> list[str]:
        """The syncs that have exchanges here, sorted. Reads an index of all of them."""
        with self._database.reading() as connection:
            if not self._readable(connection):
                return []
            rows = connection.execute("SELECT DISTINCT sync_id FROM v1_exchanges").fetchall()
        return sorted(stored_sync for (stored_sync,) in rows if isinstance(stored_sync, str))

    def watermarks(self, connector: str | None = None, limit: int = 64) -> list[Watermark]:
        """Up to where each epoch is committed, last updated first; of one connector or of all."""
        with self._database.reading() as connection:
            return watermarks(connection, connector, limit)

    def attestation(self, connector: str, epoch: str) -> Drained | None:
        """What the connector last attested to for an epoch, or None."""
        with self._database.reading() as connection:
            return attestation(connection, connector, epoch)

    def ledger(
        self, connector: str | None = None, *, after_id: int = 0, limit: int = 1000
    ) -> list[RecordedGap]:
        """A page of the persisted gaps in the order in which they were told."""
        with self._database.reading() as connection:
            return gaps(connection, connector, after_id, limit)

    def _readable(self, connection: sqlite3.Connection) -> bool:
        return is_readable(connection, EXCHANGES.name, COLUMNS)


def _record_arrivals(connection: sqlite3.Connection, foreign: set[str], sync_id: str) -> None:
    if foreign:
        connection.executemany(
            "INSERT INTO v1_exchange_arrivals (sync_id, arrived_in) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [(other, sync_id) for other in sorted(foreign)],
        )


def _require_all(refused: Sequence[Refusal], name: str) -> None:
    if refused:
        raise StoreError(f"{name}: an exchange cannot be stored, nothing was written [{refused[0].reason}]")


def _without(rows: Sequence[Row], refused: Sequence[Refusal]) -> Iterator[Row]:
    if not refused:
        return iter(rows)
    left_out = {refusal.index for refusal in refused}
    return (row for index, row in enumerate(rows) if index not in left_out)


def _newest(connection: sqlite3.Connection, request_ids: Sequence[str]) -> dict[str, int]:
    query = "SELECT request_id, max(id) FROM v1_exchanges WHERE request_id IN ({}) GROUP BY request_id"
    return dict(connection.execute(query.format(_marks(request_ids)), request_ids).fetchall())


def _of_sync(
    connection: sqlite3.Connection, request_ids: Sequence[str], sync_id: str | None
) -> dict[str, int]:
    if sync_id is None:
        return {}
    query = "SELECT request_id, id FROM v1_exchanges WHERE request_id IN ({}) AND sync_id = ?"
    return dict(
        connection.execute(query.format(_marks(request_ids)), (*request_ids, _utf8(sync_id))).fetchall()
    )


def _filter(sync_id: str | None, transport_kind: str | None) -> tuple[str, tuple[str, ...]]:
    wanted = {"sync_id": sync_id, "transport_kind": transport_kind}
    given = {column: _utf8(value) for column, value in wanted.items() if value is not None}
    return "".join(f" AND {column} = ?" for column in given), tuple(given.values())


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def _pieces(items: Iterable[_Item], size: int = _ROWS_A_CALL) -> Iterator[list[_Item]]:
    feed = iter(items)
    while piece := list(islice(feed, size)):
        yield piece


def _schema_version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA schema_version").fetchone()[0])


def _utf8(value: str) -> str:
    """A value that may be asked for: what no file can hold is asked for in vain, not an error."""
    return value.encode("utf-8", "replace").decode()
