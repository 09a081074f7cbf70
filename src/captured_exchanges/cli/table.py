"""Rows of exchanges in columns, one line each, printed as they come.

Widths are fixed before the first row, so that a table of any length needs no memory. A request id is
never shortened: it is what people copy. What was asked takes the room that is left, losing first the
scheme, then the host, then the beginning of its path and the end of its query.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from captured_exchanges.cli.document import AnyExchange
from captured_exchanges.cli.printable import one_line
from captured_exchanges.cli.summary import Summary, summarise

__all__ = ["ExchangeTable", "shortened"]

_UUID = 36
_WIDEST_ID = 64
"""Cells of the column; a longer id stands out of it."""
_LEAST_REQUEST = 20
_ROOM_FOR_TIME = 100
_ROOM_FOR_INTENT = 130
_ID_LENGTH = 20
_PATH_SHARE = 0.4
"""Of the room for a URL, where there is a query too."""
_MOST = 1000
"""Characters."""
_CLOCK = slice(11, 23)
"""`09:30:00.123` of an RFC 3339 time."""


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    width: int
    right: bool = False


class ExchangeTable:
    """The columns for a terminal of `width` cells and request ids of at most `id_width` cells.

    `numbered` puts a column for the sequence first.
    """

    def __init__(self, width: int, *, id_width: int = _UUID, numbered: bool = False) -> None:
        columns = [_Column("SEQ", 6, right=True)] if numbered else []
        columns.append(_Column("REQUEST ID", min(max(id_width, len("REQUEST ID")), _WIDEST_ID)))
        if width >= _ROOM_FOR_TIME:
            columns.append(_Column("STARTED UTC", 12))
        columns += [_Column("STATUS", 6), _Column("TOOK", 7, right=True)]
        if width >= _ROOM_FOR_INTENT:
            columns.append(_Column("INTENT", 24))
        used = sum(column.width + 2 for column in columns)
        self._columns = (*columns, _Column("REQUEST", max(width - used, _LEAST_REQUEST)))

    @classmethod
    def fitting(cls, width: int, exchanges: Iterable[AnyExchange], *more_ids: str) -> ExchangeTable:
        """The columns for these exchanges, and for these ids that have none."""
        ids = [*(exchange.request_id for exchange in exchanges), *more_ids]
        return cls(width, id_width=max((cell_len(one_line(i)) for i in ids), default=_UUID))

    def header(self) -> Text:
        """The line of titles."""
        return self._line({column.title: Text(column.title, "bold") for column in self._columns})

    def row(self, exchange: AnyExchange, sequence: int = 0) -> Text:
        """One exchange."""
        summary = summarise(exchange)
        return self._line(
            {
                "SEQ": Text(str(sequence)),
                "REQUEST ID": Text(one_line(exchange.request_id)),
                "STARTED UTC": Text(_clock(summary.started_at), "dim"),
                "STATUS": _status(summary),
                "TOOK": Text(summary.duration),
                "INTENT": Text(_brief(summary.intent), "dim"),
                "REQUEST": self._asked(summary),
            }
        )

    def remark(self, request_id: str, remark: str) -> Text:
        """A row that has nothing but an id, and why."""
        return Text.assemble(
            self._cell(Text(one_line(request_id)), self._columns[0]), "  ", (remark, "yellow")
        )

    def _asked(self, summary: Summary) -> Text:
        method, target = _brief(summary.method), _brief(summary.target)
        room = self._columns[-1].width - (len(method) + 1 if method else 0)
        return Text(f"{method} {shortened(target, room)}".strip())

    def _line(self, cells: dict[str, Text]) -> Text:
        line = Text("  ").join(self._cell(cells[column.title], column) for column in self._columns)
        line.rstrip()
        return line

    def _cell(self, text: Text, column: _Column) -> Text:
        if column.title not in {"REQUEST ID", "SEQ"}:
            text.truncate(column.width, overflow="ellipsis")
        text.align("right" if column.right else "left", max(column.width, text.cell_len))
        return text


def shortened(target: str, room: int) -> str:
    """`target` in at most `room` cells.

    A URL goes without its scheme, then without its host, then without the beginning of its path and the
    end of its query, ids in its path cut short: what tells one call from the next is between. Any other
    text goes without its end.
    """
    if cell_len(target) <= room:
        return target
    scheme, found, rest = target.partition("://")
    if not found or not scheme.isalnum():
        return _cut(target, room)
    if cell_len(rest) <= room:
        return rest
    path, mark, query = rest.partition("/")[2].partition("?")
    path = "/".join(_brief_word(word) for word in path.split("/"))
    most = room * _PATH_SHARE if mark else room
    while path.count("/") > path.endswith("…") and cell_len(path) + 2 > most:
        if cell_len(f"…/{path}{mark}{query}") <= room:
            break
        path = path.partition("/")[2]
    return _cut(f"…/{path}{mark}{query}", room)


def _brief_word(word: str) -> str:
    """A word of a path; of one that is long, and so an id, the beginning."""
    return word if len(word) < _ID_LENGTH else f"{word[:8]}…"


def _cut(text: str, room: int) -> str:
    if cell_len(text) <= room:
        return text
    return set_cell_size(text, max(room - 1, 0)).rstrip() + "…"


def _brief(text: str) -> str:
    """The beginning, printable: more than any column shows, less than what takes time to measure."""
    return one_line(text[:_MOST])


def _clock(started_at: str) -> str:
    clock = started_at[_CLOCK]
    return one_line(clock) if "T" in started_at[:11] else ""


def _status(summary: Summary) -> Text:
    style = "bold red" if summary.failed else "green" if summary.status else "dim"
    return Text(_brief(summary.status) or "-", style)
