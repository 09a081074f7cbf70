"""What was committed and what will never come: watermarks, attestations and gaps, per connector and epoch.

Functions on a connection within the caller's transaction; `exchanges` puts them together. Counts of syncs
are JSON so that a gap stays one row, whatever number of syncs it touched.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from captured_exchanges.errors import WatermarkMoved
from captured_exchanges.exchange import Drained, Dropped, Gap, SyncCount, SyncCounters, Watermark
from captured_exchanges.store.delivery import Delivery
from captured_exchanges.store.rows import Value, number, require_places, text
from captured_exchanges.store.schema import GAPS, WATERMARKS
from captured_exchanges.store.shape import is_readable

__all__ = [
    "RecordedGap",
    "attestation",
    "every_gap",
    "gaps",
    "record_entries",
    "record_gaps",
    "require_watermark",
    "set_watermark",
    "watermarks",
]

_GAP_COLUMNS = (
    "id", "connector", "epoch", "first_sequence", "last_sequence", "count", "bytes", "reason", "syncs_json",
    "sync_id", "discovered_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RecordedGap:
    """A gap in the ledger: whose it is, the consumer's sync that was told, and when (text, UTC)."""

    id: int
    connector: str
    gap: Gap
    sync_id: str
    discovered_at: str


def require_watermark(connection: sqlite3.Connection, delivery: Delivery, name: str) -> None:
    """Accept a delivery whose `after_sequence` is the stored watermark.

    Raises:
        WatermarkMoved: Another consumer has committed this epoch meanwhile, or the file was replaced.
    """
    row = connection.execute(
        "SELECT through_sequence FROM v1_exchange_watermarks WHERE connector = ? AND epoch = ?",
        (delivery.connector, delivery.epoch),
    ).fetchone()
    held = row[0] if row else 0
    if held != delivery.after_sequence:
        raise WatermarkMoved(
            f"{name} holds epoch {delivery.epoch} of {delivery.connector or 'the connector'} through {held}, "
            f"the delivery goes on after {delivery.after_sequence}: read the watermarks and open again"
        )


def set_watermark(connection: sqlite3.Connection, delivery: Delivery, moment: str) -> None:
    """Move the watermark; what arrives after a drain ends the drained state, the attestation stays."""
    said = None if delivery.drained is None else json.dumps(asdict(delivery.drained)).encode()
    connection.execute(
        """
        INSERT INTO v1_exchange_watermarks
            (connector, epoch, through_sequence, drained, attestation, updated_at)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (connector, epoch) DO UPDATE SET
            through_sequence = excluded.through_sequence,
            drained = excluded.drained,
            attestation = coalesce(excluded.attestation, attestation),
            updated_at = excluded.updated_at
        """,
        (delivery.connector, delivery.epoch, delivery.through_sequence, int(said is not None), said, moment),
    )


def record_gaps(connection: sqlite3.Connection, delivery: Delivery, moment: str) -> None:
    """Enter the delivery's gaps in the ledger."""
    record_entries(
        connection,
        [RecordedGap(0, delivery.connector, gap, delivery.sync_id, moment) for gap in delivery.gaps],
    )


def record_entries(connection: sqlite3.Connection, entries: Sequence[RecordedGap]) -> None:
    """Enter these in the ledger, in this order; their ids are given anew."""
    connection.executemany(
        """
        INSERT INTO v1_exchange_gaps (connector, epoch, first_sequence, last_sequence, count, bytes, reason,
            syncs_json, sync_id, discovered_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [_entry(entry) for entry in entries],
    )


def _entry(entry: RecordedGap) -> tuple[str | int | bytes, ...]:
    gap = entry.gap
    syncs = json.dumps([[sync.sync_id, sync.count] for sync in gap.syncs]).encode()
    run = (gap.epoch, gap.first_sequence, gap.last_sequence, gap.count, gap.bytes, gap.reason)
    return (entry.connector, *run, syncs, entry.sync_id, entry.discovered_at)


def watermarks(connection: sqlite3.Connection, connector: str | None, limit: int) -> list[Watermark]:
    """The watermarks that the file holds, last updated first."""
    columns = ("connector", "epoch", "through_sequence", "drained", "updated_at")
    if not is_readable(connection, WATERMARKS.name, columns):
        return []
    rows = connection.execute(
        """
        SELECT epoch, through_sequence, connector, drained FROM v1_exchange_watermarks
        WHERE ?1 IS NULL OR connector = ?1 ORDER BY updated_at DESC, id DESC LIMIT ?2
        """,
        (connector, limit),
    )
    return [
        Watermark(text(epoch), number(through), text(name), bool(drained))
        for epoch, through, name, drained in rows
    ]


def attestation(connection: sqlite3.Connection, connector: str, epoch: str) -> Drained | None:
    """What the connector last attested to for an epoch; None where it never did, or it cannot be read."""
    if not is_readable(connection, WATERMARKS.name, ("connector", "epoch", "attestation")):
        return None
    row = connection.execute(
        "SELECT attestation FROM v1_exchange_watermarks WHERE connector = ? AND epoch = ?", (connector, epoch)
    ).fetchone()
    try:
        return _attested(json.loads(row[0])) if row and row[0] else None
    except (ValueError, TypeError, KeyError, RecursionError):  # not written by this package
        return None


def gaps(
    connection: sqlite3.Connection, connector: str | None, after_id: int, limit: int
) -> list[RecordedGap]:
    """The ledger in the order of its entries, `limit` of them after an id.

    Raises:
        StoreError: The table is another program's, or one of its ids is no whole number.
    """
    where = "WHERE id > ?1 AND (?2 IS NULL OR connector = ?2) ORDER BY id LIMIT ?3"
    rows = list(_rows(connection, where, (after_id, connector, limit)))
    require_places(GAPS.name, (row[0] for row in rows))
    return [_recorded(row) for row in rows]


def every_gap(connection: sqlite3.Connection) -> Iterator[RecordedGap]:
    """The whole ledger in the order of its entries, one by one as they are read."""
    return map(_recorded, _rows(connection, "ORDER BY id", ()))


def _rows(
    connection: sqlite3.Connection, where: str, values: tuple[int | str | None, ...]
) -> Iterator[tuple[Value, ...]]:
    if not is_readable(connection, GAPS.name, _GAP_COLUMNS):
        return iter(())
    query = f"SELECT {', '.join(_GAP_COLUMNS)} FROM v1_exchange_gaps {where}"  # noqa: S608 - names of our own
    return connection.execute(query, values)


def _recorded(row: Sequence[Value]) -> RecordedGap:
    entry, connector, epoch, first, last, count, size, reason, syncs, sync_id, moment = row
    gap = Gap(
        text(epoch), number(first), number(last), number(count), number(size), text(reason), _syncs(syncs)
    )
    return RecordedGap(number(entry), text(connector), gap, text(sync_id), text(moment))


def _syncs(value: Value) -> tuple[SyncCount, ...]:
    try:
        return tuple(SyncCount(str(sync_id), int(count)) for sync_id, count in json.loads(text(value)))
    except (ValueError, TypeError, OverflowError, RecursionError):  # not written by this package
        return ()


def _attested(said: dict[str, object]) -> Drained:
    counters = said["counters"]
    if not isinstance(counters, list):
        raise TypeError
    return Drained(
        epoch=str(said["epoch"]),
        through_sequence=int(str(said["through_sequence"])),
        acked_through=int(str(said["acked_through"])),
        counters=tuple(
            SyncCounters(
                counter["sync_id"],
                counter["captured"],
                counter["acked"],
                tuple(Dropped(**dropped) for dropped in counter["dropped"]),
                counter["abandoned"],
            )
            for counter in counters
        ),
    )
