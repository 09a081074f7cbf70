"""Our own tables of one store taken over into another: ledger, quarantine, arrivals, watermarks.

For `merging`, on two connections: the source's within a snapshot, the target's within the caller's
transaction. What is there already is not entered again, so a second time changes nothing, and a gap that
two stores were told counts once. A page of the source's entries is held in memory while the target's go
by, since neither table has an index that could answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from captured_exchanges.exchange import Gap
from captured_exchanges.store.ledger import RecordedGap, every_gap, record_entries
from captured_exchanges.store.prune import WATERMARKS_KEPT
from captured_exchanges.store.quarantine import Quarantined, every_quarantined, record_quarantined
from captured_exchanges.store.rows import document, number, text
from captured_exchanges.store.schema import ARRIVALS, WATERMARKS
from captured_exchanges.store.shape import is_readable

__all__ = ["carry_arrivals", "carry_gaps", "carry_quarantine", "carry_watermarks", "enter_quarantine"]

_GAPS_A_PAGE = 10_000
_QUARANTINED_A_PAGE = 16
"""One may take 12 MiB."""
_Entry = TypeVar("_Entry")
_Row = tuple[str, str, int, bool, bytes | None, str]


def carry_gaps(source: sqlite3.Connection, target: sqlite3.Connection, syncs: set[str]) -> int:
    """Enter the gaps that the target's ledger lacks, in their order; returns how many.

    The syncs that were told them are added to `syncs`, as in the other functions.
    """
    entered = 0
    for page in _pages(every_gap(source), _GAPS_A_PAGE):
        syncs.update(entry.sync_id for entry in page)
        new = _missing(page, every_gap(target), _loss)
        record_entries(target, new)
        entered += len(new)
    return entered


def carry_quarantine(source: sqlite3.Connection, target: sqlite3.Connection, syncs: set[str]) -> int:
    """Enter what the target's quarantine lacks, in its order; returns how much."""
    entered = 0
    for page in _pages(every_quarantined(source), _QUARANTINED_A_PAGE):
        syncs.update(entry.sync_id for entry in page)
        entered += enter_quarantine(target, page)
    return entered


def enter_quarantine(target: sqlite3.Connection, entries: Sequence[Quarantined]) -> int:
    """Enter those that are not there yet; returns how many."""
    new = _missing(entries, every_quarantined(target), lambda entry: entry)
    record_quarantined(target, new)
    return len(new)


def carry_arrivals(source: sqlite3.Connection, target: sqlite3.Connection, syncs: set[str]) -> None:
    """Take over which syncs' exchanges arrived late, and in which sync."""
    if not is_readable(source, ARRIVALS.name, ("sync_id", "arrived_in")):
        return
    rows = source.execute("SELECT sync_id, arrived_in FROM v1_exchange_arrivals ORDER BY id")
    for sync_id, arrived_in in ((text(late), text(current)) for late, current in rows):
        syncs.update((sync_id, arrived_in))
        target.execute(
            "INSERT INTO v1_exchange_arrivals (sync_id, arrived_in) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (sync_id, arrived_in),
        )


def carry_watermarks(source: sqlite3.Connection, target: sqlite3.Connection) -> int:
    """Move the target's watermarks on, never back; returns how many were moved or added.

    Of two for one epoch the higher one holds, with its drain state; at the same height a drained one. An
    epoch that the target's next save would forget is not added: it would come back at every merge.
    """
    columns = ("id", "connector", "epoch", "through_sequence", "drained", "attestation", "updated_at")
    if not is_readable(source, WATERMARKS.name, columns):
        return 0
    rows = source.execute(
        """
        SELECT connector, epoch, through_sequence, drained, attestation, updated_at
        FROM v1_exchange_watermarks ORDER BY updated_at DESC, id DESC
        """
    )
    before = target.total_changes
    for connector, epoch, through, drained, attestation, moment in rows:
        row = (
            text(connector),
            text(epoch),
            number(through),
            bool(drained),
            document(attestation),
            text(moment),
        )
        _move(target, row)
    return target.total_changes - before


def _move(target: sqlite3.Connection, row: _Row) -> None:
    """In two steps, because there may be no room for an epoch that is not there yet."""
    target.execute(
        """
        UPDATE v1_exchange_watermarks SET through_sequence = ?3, drained = ?4,
            attestation = coalesce(?5, attestation), updated_at = ?6
        WHERE connector = ?1 AND epoch = ?2
            AND (through_sequence < ?3 OR (through_sequence = ?3 AND drained < ?4))
        """,
        row,
    )
    target.execute(
        """
        INSERT INTO v1_exchange_watermarks
            (connector, epoch, through_sequence, drained, attestation, updated_at)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6
        WHERE NOT EXISTS (SELECT 1 FROM v1_exchange_watermarks WHERE connector = ?1 AND epoch = ?2)
            AND ?7 > (
                SELECT count(*) FROM v1_exchange_watermarks WHERE connector = ?1 AND updated_at >= ?6)
        """,
        (*row, WATERMARKS_KEPT),
    )


def _loss(entry: RecordedGap) -> tuple[str, Gap]:
    """What makes two entries one loss: which store was told, and when, does not."""
    return entry.connector, entry.gap


def _missing(
    entries: Sequence[_Entry], present: Iterator[_Entry], key: Callable[[_Entry], Hashable]
) -> list[_Entry]:
    """Those entries that are not present, each once, in their order."""
    left: dict[Hashable, _Entry] = {}
    for entry in entries:
        left.setdefault(key(entry), entry)
    for entry in present:
        left.pop(key(entry), None)
        if not left:
            break
    return list(left.values())


def _pages(entries: Iterator[_Entry], size: int) -> Iterator[list[_Entry]]:
    while page := list(islice(entries, size)):
        yield page
