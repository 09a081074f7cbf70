"""Tables in text (CSV, TSV, and with semicolons or bars): the cells of a column with a secret name go, and so
do values beside a secret name in tables of names and values. Everything else keeps its bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from captured_exchanges.redaction.bodies.piece import Content, Piece
from captured_exchanges.redaction.marker import is_marker
from captured_exchanges.redaction.names import Effect, Names, Pair
from captured_exchanges.redaction.patterns import clean, compiled
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.values import looks_random

__all__ = ["Tables"]

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 32
_LONGEST_NAME = 64
_NAME = compiled(r"[#*]?\s*[\pL\p{M}\p{Nd}_.\-/()\[\] ]*")
_NOTE = compiled(r"(?i)\s*(?:\*|[\[(](?:required|optional|mandatory)[\])])$")
"""What the head of a column says about filling it in."""
_TWO = 2
_LABELS = ("csv", "tab-separated-values", "tsv", "excel")


@dataclass(slots=True)
class _Cell:
    """A cell and where it stands; `text` without its quotes."""

    start: int
    end: int
    text: str
    is_open: bool = False
    """Whether its quote is never closed."""


@dataclass(frozen=True, slots=True)
class _Header:
    """What the columns mean: the rules of those that go, and which hold names of values in which others."""

    width: int
    secret: dict[int, str] = field(default_factory=dict)
    suspect: dict[int, str] = field(default_factory=dict)
    named_by: tuple[int, ...] = ()
    values: tuple[int, ...] = ()

    @property
    def says_something(self) -> bool:
        return bool(self.secret or self.suspect or (self.named_by and self.values))


@dataclass(frozen=True, slots=True)
class _Table:
    rows: list[list[_Cell]]
    header: _Header
    header_at: int
    """The row of the header; -1 where the columns are names and values without one."""


class Tables:
    """Redacts tables. Thread-safe."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._names = text.names

    def read(self, piece: Piece) -> Content | None:
        """The text without the cells that go; None where it is no table in which any might."""
        text = clean(piece.text)
        if piece.is_cut:
            text = text[: text.rfind("\n") + 1]
        labelled = piece.media_type.endswith(_LABELS)
        if not self._text.suspicious(text):
            return None
        marks = [mark for mark in _DELIMITERS if mark in text] or [_DELIMITERS[0]] * labelled
        found = [found for mark in marks if (found := self._table(text, mark, labelled=labelled))]
        if not found:
            return None
        # A delimiter may stand in cells of a table with another one: that has a header, and more columns.
        table = max(found, key=lambda table: (table.header_at >= 0, table.header.width))
        return {"type": "text", "value": self._redacted(text, table, piece)}

    def _table(self, text: str, mark: str, *, labelled: bool) -> _Table | None:
        """The text as a table with this delimiter, where anything in it may go."""
        rows = list(_rows(text, mark))
        found = self._header_of(rows, labelled=labelled)
        return None if found is None else _Table(rows, *found)

    def _header_of(self, rows: list[list[_Cell]], *, labelled: bool) -> tuple[_Header, int] | None:
        """What the columns mean where anything may go, and the row that says so; -1 where none does: each
        of two columns may be a name and its value. Prose with commas has lines of many widths.
        """
        at = _first_of_most(rows, labelled=labelled)
        if at is None:
            return None
        for row in {at, 0} if labelled else {at}:
            if labelled or all(map(_is_name, rows[row])):
                header = self._header(rows[row])
                if header.says_something:
                    return header, row
        pairs = _Header(_TWO, named_by=(0,), values=(1,))
        if len(rows[at]) == _TWO and any(_judged(pairs, row, self._names) for row in rows):
            return pairs, -1
        return None

    def _header(self, row: list[_Cell]) -> _Header:
        texts = [_NOTE.sub(lambda _: "", cell.text.strip().strip("#").strip()) for cell in row]
        if any(len(text) > _LONGEST_NAME or "[REDACTED:" in text for text in texts):
            return _Header(len(row))
        infos = list(enumerate(map(self._names.of, texts)))
        words = {at: " ".join(self._names.words(text)) for at, text in enumerate(texts)}
        beside = {
            at: info.rule
            for at, info in infos
            if info.effect is Effect.BESIDE and self._has_companion(info.companions, words, at)
        }
        return _Header(
            len(row),
            {at: info.rule for at, info in infos if info.secret} | beside,
            {at: info.rule for at, info in infos if info.effect is Effect.CONTAINER},
            tuple(at for at, info in infos if info.pair in (Pair.NAME, Pair.LABEL)),
            tuple(at for at, info in infos if info.pair is Pair.VALUE and not info.secret),
        )

    def _has_companion(self, companions: frozenset[str], words: dict[int, str], at: int) -> bool:
        others = [name for other, name in words.items() if other != at]
        if "password" in companions and any(self._is_password(name) for name in others):
            return True
        return not companions.isdisjoint(others)

    def _is_password(self, name: str) -> bool:
        rule = self._names.of(name).rule
        return rule.removeprefix("name.") in self._names.table.password_labels

    def _redacted(self, text: str, table: _Table, piece: Piece) -> str:
        rows, header, at = table.rows, table.header, table.header_at
        suspects = self._text.suspects([cell.text for row in rows for cell in row])
        pieces, done = [], 0
        for number, row in enumerate(rows):
            goes = _judged(header, row, self._names) if number > at else {}
            for column, cell in enumerate(row):
                shown = self._cell(cell, goes.get(column, ""), suspects, piece)
                if shown != cell.text:
                    pieces += [text[done : cell.start], _quoted(shown, text[cell.start : cell.end])]
                    done = cell.end
        return "".join((*pieces, text[done:]))

    def _cell(self, cell: _Cell, rule: str, suspects: frozenset[str], piece: Piece) -> str:
        if rule and cell.text.strip() and not is_marker(cell.text.strip()):
            piece.sweep.learn(cell.text)
            return piece.sweep.remove(piece.path, rule, cell.text)
        if cell.text not in suspects:
            return cell.text
        return self._text.scan(cell.text, piece.sweep, piece.path)


def _judged(header: _Header, row: list[_Cell], names: Names) -> dict[int, str]:
    """The columns of a row that go, with their rules. In a row of another width than the header's a cell may
    stand beside its column: from the first that may be a secret on, all go.
    """
    goes = {at: rule for at, rule in header.suspect.items() if at < len(row) and looks_random(row[at].text)}
    goes |= header.secret
    for named_by in header.named_by:
        info = names.of(row[named_by].text.strip()) if named_by < len(row) else None
        if info is not None and info.secret:
            at_values = (
                at for at in header.values if at >= len(row) or not names.is_vocabulary(row[at].text)
            )
            goes |= dict.fromkeys(at_values, info.rule)
    if goes and _is_filled(row) and (len(row) != header.width or any(cell.is_open for cell in row)):
        first = min(goes)
        goes |= dict.fromkeys(range(max(0, first - max(0, header.width - len(row))), len(row)), goes[first])
    return goes


def _first_of_most(rows: list[list[_Cell]], *, labelled: bool) -> int | None:
    """The first row that is as wide as most are: what stands before it are titles and comments."""
    sample = [len(row) for row in rows[:_SAMPLE] if _is_filled(row)]
    widths = [width for width in sample if width > 1] or sample
    (width, count), *_ = Counter(widths).most_common(1) or [(0, 0)]
    is_table = width > 1 and count > 1 and count * 2 >= len(widths)
    if not is_table and not (labelled and width):
        return None
    return next(at for at, row in enumerate(rows) if len(row) == width and _is_filled(row))


def _is_name(cell: _Cell) -> bool:
    return len(cell.text) <= _LONGEST_NAME and _NAME.fullmatch(cell.text.strip()) is not None


def _is_filled(row: list[_Cell]) -> bool:
    return any(cell.text.strip() for cell in row)


def _rows(text: str, mark: str) -> Iterator[list[_Cell]]:
    """The rows of a text, cell by cell, each step a search from where the last one ended. A quote that is
    never closed takes all that follows: it is one cell.
    """
    newline = "\n" if "\n" in text else "\r"
    row: list[_Cell] = []
    at, line_end = 0, -1
    while at <= len(text):
        after = _end_of_quoted(text, at) if text.startswith('"', at) else at
        if line_end < after:
            line_end = _found(text, newline, after)
        end = text.find(mark, after, line_end)
        end = line_end if end < 0 else end
        row.append(_cell(text[at:end], at))
        at = end + 1
        if end == line_end:
            yield row
            row = []


def _found(text: str, what: str, start: int) -> int:
    at = text.find(what, start)
    return len(text) if at < 0 else at


def _end_of_quoted(text: str, start: int) -> int:
    """Where what a quote begins is over, two quotes being one within it."""
    at = text.find('"', start + 1)
    while at >= 0 and text.startswith('"', at + 1):
        at = text.find('"', at + 2)
    return len(text) if at < 0 else at + 1


def _cell(literal: str, start: int) -> _Cell:
    literal = literal.removesuffix("\r")
    end = start + len(literal)
    if literal[:1] != '"':
        return _Cell(start, end, literal)
    if literal.count('"') % 2:
        return _Cell(start, end, literal[1:].replace('""', '"'), is_open=True)
    inner, _, after = literal[1:].rpartition('"')
    # What stands right behind the closing quote stays apart: the beginning of a value is known by it.
    return _Cell(start, end, inner.replace('""', '"') + ('"' + after if after else ""))


def _quoted(shown: str, literal: str) -> str:
    return '"' + shown.replace('"', '""') + '"' if literal[:1] == '"' else shown
