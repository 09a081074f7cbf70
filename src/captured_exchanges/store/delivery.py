"""A delivery: what one transaction of the syncer brings, and how its rows are written.

Rows that SQLite refuses go to the quarantine with the reason, and their neighbours land: one poisoned
exchange must not stop a sync's provenance for good. Which transaction this runs in, and what else is in
it, is decided by `exchanges`.
"""

from __future__ import annotations

import operator
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from captured_exchanges.exchange import CapturedExchange, Drained, Gap
from captured_exchanges.store.quarantine import Quarantined, quarantined_row, record_quarantined
from captured_exchanges.store.rows import INSERT_SEVERAL, SEVERAL, UPSERT, Row, bound

__all__ = ["Committed", "Delivery", "Refusal", "quarantine", "upsert", "write_each"]

_POISON = (
    UnicodeEncodeError,
    OverflowError,
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
)
"""What is the row's fault. A full disk or a damaged file is not, and ends the transaction."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Rows, gaps and the watermark that they move, all of one epoch of one connector.

    Attributes:
        connector: The name that the connector goes by; with `epoch` the key of the watermark.
        epoch: The life of the buffer that the sequences belong to.
        after_sequence: The watermark that the store is believed to hold, 0 where it holds none.
        through_sequence: The watermark after this delivery.
        exchanges: In order; may be empty.
        gaps: For the ledger; may be empty.
        sync_id: The consumer's sync: of exchanges without their own, and the one that receives the rest.
        drained: The connector's attestation, where this delivery ends a drain.
    """

    connector: str
    epoch: str
    after_sequence: int
    through_sequence: int
    exchanges: Sequence[CapturedExchange] = ()
    gaps: Sequence[Gap] = ()
    sync_id: str = ""
    drained: Drained | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of a delivery's exchanges."""

    stored: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """An exchange that SQLite would not take, by its place in the sequence given, and why."""

    index: int
    reason: str


def upsert(connection: sqlite3.Connection, rows: Sequence[Row]) -> list[Refusal]:
    """Write rows in the caller's transaction; those that SQLite refuses are told and left out."""
    refused: list[Refusal] = []
    for start in range(0, len(rows), SEVERAL):
        piece = rows[start : start + SEVERAL]
        if len(piece) < SEVERAL or not _inserted(connection, piece):
            refused += write_each(connection, piece, UPSERT, start)
    return refused


def _inserted(connection: sqlite3.Connection, rows: Sequence[Row]) -> bool:
    """Whether one statement took all of them: none is there already, none is poison. Else some may be in.

    Each statement lets go of the GIL and must get it back: row by row, a host that computes would slow the
    store to a few hundred rows a second.
    """
    try:
        connection.execute(INSERT_SEVERAL, tuple(chain.from_iterable(rows)))
    except _POISON:
        return False
    return True


def write_each(
    connection: sqlite3.Connection, rows: Sequence[Row], statement: str, start: int = 0
) -> list[Refusal]:
    """As `upsert`, row by row, with a statement of the caller's; the first row is number `start`."""
    refused: list[Refusal] = []
    pending = iter(rows)
    while True:
        before = operator.length_hint(pending)
        try:
            connection.executemany(statement, pending)
        except _POISON as error:
            left = operator.length_hint(pending)
            if left == before:  # no row was taken: the statement itself is at fault
                raise
            refused.append(Refusal(start + len(rows) - left - 1, _reason(error)))
        else:
            return refused


def _reason(error: Exception) -> str:
    # Python's own message for text quotes a character of it.
    said = error.reason if isinstance(error, UnicodeEncodeError) else str(error)
    return f"{type(error).__name__}: {said}"


def quarantine(
    connection: sqlite3.Connection, delivery: Delivery, refused: Sequence[Refusal], moment: str
) -> None:
    """Keep what was refused, as far as it can be kept."""
    record_quarantined(connection, [_kept(delivery, refusal, moment) for refusal in refused])


def _kept(delivery: Delivery, refusal: Refusal, moment: str) -> Quarantined:
    captured = delivery.exchanges[refusal.index]
    row = bound(captured.exchange, delivery.sync_id, moment)
    return quarantined_row(
        row, refusal.reason, connector=delivery.connector, epoch=delivery.epoch, sequence=captured.sequence
    )
