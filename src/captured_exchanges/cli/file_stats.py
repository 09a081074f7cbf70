"""What a file holds, counted: exchanges by sync and kind, gaps by reason, how far each epoch has come.

Kinds that this package knows are counted by SQLite; only where a sync has others are its rows read, a page
in memory at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from rich.text import Text

from captured_exchanges.cli.counters import columns, reasons
from captured_exchanges.cli.output import Output
from captured_exchanges.cli.painting import labelled, marked
from captured_exchanges.exchange import Watermark
from captured_exchanges.store import ExchangeStore, RecordedGap, Store

__all__ = ["print_file"]

_KNOWN_KINDS = ("http", "sql", "ldap")
_PAGE = 16
"""Rows in memory at a time: an exchange may take 3 MiB."""
_LEDGER_PAGE = 1000
_MOST_EPOCHS = 10_000


@dataclass(slots=True)
class _Sync:
    """The counts of a sync."""

    sync_id: str
    exchanges: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    gaps: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Gaps:
    """Gaps of one epoch that have one reason: how many runs of sequences, exchanges and bytes."""

    connector: str
    epoch: str
    reason: str
    runs: int = 0
    count: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class _FileStats:
    exchanges: int
    syncs: list[_Sync]
    gaps: list[_Gaps]
    watermarks: list[Watermark]


def print_file(output: Output, name: str, store: Store) -> None:
    """Print the counts of an open store."""
    stats = _count(store)
    if output.json:
        output.record({"file": name, **_record(stats)})
        return
    for line in _lines(name, stats):
        output.line(line)


def _count(store: Store) -> _FileStats:
    rows = store.exchanges()
    ledger = list(_ledger(rows))
    syncs = {sync_id: _Sync(sync_id) for sync_id in (*store.sync_ids(), *rows.sync_ids())}
    for sync in syncs.values():
        sync.exchanges = rows.count(sync_id=sync.sync_id)
        sync.kinds = _kinds(rows, sync)
    for entry in ledger:
        for part in entry.gap.syncs:
            syncs.setdefault(part.sync_id, _Sync(part.sync_id)).gaps[entry.gap.reason] += part.count
    return _FileStats(
        rows.count(), list(syncs.values()), _summed(ledger), rows.watermarks(limit=_MOST_EPOCHS)
    )


def _ledger(rows: ExchangeStore) -> Iterator[RecordedGap]:
    after = 0
    while page := rows.ledger(after_id=after, limit=_LEDGER_PAGE):
        yield from page
        after = page[-1].id


def _kinds(rows: ExchangeStore, sync: _Sync) -> dict[str, int]:
    counts = {kind: rows.count(sync_id=sync.sync_id, transport_kind=kind) for kind in _KNOWN_KINDS}
    known = {kind: count for kind, count in counts.items() if count}
    return known if sum(known.values()) == sync.exchanges else _all_kinds(rows, sync.sync_id)


def _all_kinds(rows: ExchangeStore, sync_id: str) -> dict[str, int]:
    counts: Counter[str] = Counter()
    after = 0
    while page := rows.iterate(after_id=after, limit=_PAGE, sync_id=sync_id):
        counts.update(row.transport_kind for row in page)
        after = page[-1].id
    return dict(counts)


def _summed(ledger: list[RecordedGap]) -> list[_Gaps]:
    groups: dict[tuple[str, str, str], _Gaps] = {}
    for entry in ledger:
        key = (entry.connector, entry.gap.epoch, entry.gap.reason)
        group = groups.setdefault(key, _Gaps(*key))
        group.runs += 1
        group.count += entry.gap.count
        group.bytes += entry.gap.bytes
    return list(groups.values())


def _record(stats: _FileStats) -> dict[str, object]:
    return {
        "exchanges": stats.exchanges,
        "syncs": [{**asdict(sync), "gaps": dict(sync.gaps)} for sync in stats.syncs],
        "gaps": [asdict(gaps) for gaps in stats.gaps],
        "watermarks": [
            {
                "connector": mark.connector,
                "epoch": mark.epoch,
                "through_sequence": mark.through_sequence,
                "drained": mark.drained,
            }
            for mark in stats.watermarks
        ],
    }


def _lines(name: str, stats: _FileStats) -> Iterator[Text]:
    yield marked(name, "bold")
    yield labelled("exchanges", str(stats.exchanges))
    if stats.syncs:
        titles = ("SYNC", "EXCHANGES", "KINDS", "GAPS")
        yield Text()
        yield from columns(titles, [_sync_cells(sync) for sync in stats.syncs])
    if stats.gaps:
        yield Text()
        yield from columns(
            ("GAPS OF", "EXCHANGES", "BYTES", "REASON"), [_gap_cells(gaps) for gaps in stats.gaps]
        )
    if stats.watermarks:
        yield Text()
        yield from columns(
            ("EPOCH", "THROUGH", "DRAINED", "CONNECTOR"), [_mark_cells(mark) for mark in stats.watermarks]
        )


def _sync_cells(sync: _Sync) -> tuple[str, ...]:
    return sync.sync_id or "(none)", str(sync.exchanges), reasons(sync.kinds), reasons(sync.gaps)


def _gap_cells(gaps: _Gaps) -> tuple[str, ...]:
    runs = f" in {gaps.runs} runs" if gaps.runs > 1 else ""
    return gaps.epoch, str(gaps.count), str(gaps.bytes), f"{gaps.reason}{runs}"


def _mark_cells(mark: Watermark) -> tuple[str, ...]:
    return (
        mark.epoch,
        str(mark.through_sequence),
        "yes" if mark.drained else "no",
        mark.connector or "(unnamed)",
    )
