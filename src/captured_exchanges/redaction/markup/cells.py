"""Tables: a cell may name the next one, and a cell of the first row all cells below it."""

from __future__ import annotations

from dataclasses import dataclass, field

from captured_exchanges.redaction.markup.frames import NOTHING, Frame
from captured_exchanges.redaction.markup.meanings import Meanings
from captured_exchanges.redaction.markup.table import MarkupTable
from captured_exchanges.redaction.names import Effect, NameInfo

__all__ = ["Cells"]

_NAMES_ONLY = frozenset({"th", "dt"})
"""Cells that are never the value of the one before them."""
_VALUES_ONLY = frozenset({"dd"})
_PAIR = 2
_SPACES = str.maketrans("", "", "_ .-\r\n\t")


@dataclass(slots=True)
class _Grid:
    """A table: how many rows it has had, and the columns whose values go."""

    rows: int = 0
    columns: dict[int, NameInfo] = field(default_factory=dict)


class Cells:
    """The cells of one text, one by one."""

    def __init__(self, table: MarkupTable, meanings: Meanings) -> None:
        self._table = table
        self._meanings = meanings
        self._grids: list[_Grid] = []

    def opened(self, tag: str) -> None:
        """An element begins, perhaps a table."""
        if tag in self._table.tables:
            self._grids.append(_Grid())

    def meaning(self, tag: str, row: Frame) -> NameInfo:
        """What a cell that begins is to hold: by the cell before it, or by the head of its column."""
        pairs = row.siblings()
        at, pairs.cells = pairs.cells, pairs.cells + 1
        column = self._grids[-1].columns.get(at) if self._grids else None
        return column or (NOTHING if tag in _NAMES_ONLY else pairs.cell)

    def ended(self, frame: Frame, row: Frame) -> None:
        """An element has ended, perhaps a cell, a row, or a table."""
        if frame.tag in self._table.cells:
            self._cell_ended(frame, row)
        if frame.tag in self._table.rows:
            self._row_ended(frame)
        if frame.tag in self._table.tables and self._grids:
            self._grids.pop()

    def _cell_ended(self, frame: Frame, row: Frame) -> None:
        pairs = row.siblings()
        is_head = frame.tag == "th"
        pairs.is_all_head = pairs.is_all_head and is_head
        pairs.is_like_head = pairs.is_like_head and (is_head or frame.said.translate(_SPACES).isalpha())
        if frame.tag in _VALUES_ONLY:
            return
        named = self._meanings.named(frame.said)
        is_name = named.secret and not frame.is_labelled
        pairs.cell = NameInfo(Effect.SCALAR, named.rule) if is_name else NOTHING
        if is_name:
            pairs.heads[pairs.cells - 1] = pairs.cell

    def _row_ended(self, row: Frame) -> None:
        if not self._grids:
            return
        grid, pairs = self._grids[-1], row.siblings()
        if not grid.rows and pairs.is_like_head and pairs.cells >= _PAIR:
            grid.columns = pairs.heads
            if pairs.cells == _PAIR and not pairs.is_all_head:
                grid.columns.pop(0, None)  # rows of two may as well be pairs, whose first is a name
        grid.rows += 1
