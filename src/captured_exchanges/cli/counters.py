"""The account that a connector keeps of each sync: as a JSON value, and in columns for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len
from rich.text import Text

from captured_exchanges.cli.printable import one_line
from captured_exchanges.exchange import SyncCounters

__all__ = ["columns", "counter_lines", "counter_record", "reasons"]

_NAMELESS = "(none, or earlier)"
"""Exchanges without a sync, and those of syncs that a connector no longer keeps apart."""
_TITLES = ("SYNC", "CAPTURED", "ACKED", "RETAINED", "ABANDONED", "DROPPED")


def counter_record(counters: SyncCounters) -> dict[str, object]:
    """The fields of a sync's account in a JSON record."""
    return {
        "sync_id": counters.sync_id,
        "captured": counters.captured,
        "acked": counters.acked,
        "dropped": [
            {"reason": entry.reason, "count": entry.count, "bytes": entry.bytes} for entry in counters.dropped
        ],
        "abandoned": counters.abandoned,
    }


def counter_lines(accounts: Sequence[SyncCounters]) -> Iterator[Text]:
    """A table of accounts, a sync a line; nothing where there is none."""
    if accounts:
        yield from columns(_TITLES, [_cells(counters) for counters in accounts])


def reasons(counts: Mapping[str, int]) -> str:
    """`overflow 3, oversize 1`; `-` where nothing is counted. Not yet printable."""
    return ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items()) if count) or "-"


def columns(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[Text]:
    """Rows below their titles: first and last column flush left, the numbers between them flush right."""
    shown = [tuple(map(one_line, row)) for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(titles, *shown, strict=True)]
    yield _line(titles, widths, "bold")
    for row in shown:
        yield _line(row, widths)


def _line(cells: Sequence[str], widths: Sequence[int], style: str = "") -> Text:
    last = len(cells) - 1
    line = Text("  ", style)
    for number, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        text = Text(cell)
        text.align("left" if number in {0, last} else "right", max(width, text.cell_len))
        line.append(text).append("" if number == last else "  ")
    line.rstrip()
    return line


def _cells(counters: SyncCounters) -> tuple[str, ...]:
    dropped = {entry.reason: entry.count for entry in counters.dropped}
    retained = counters.captured - counters.acked - sum(dropped.values())
    numbers = (counters.captured, counters.acked, retained, counters.abandoned)
    return (counters.sync_id or _NAMELESS, *map(str, numbers), reasons(dropped))
