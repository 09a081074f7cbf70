"""On which line of a TOML file a key stands. tomllib tells lines of syntax errors alone.

tomllib stays the only judge of what TOML is: a file that it has read is taken apart into its statements
(headers, and keys with their values) by asking it of growing runs of lines which of them is a document by
itself. That needs no second grammar, unlike a lexer of our own, and no second TOML library, none of which
tells lines either (tomlkit, looked at for this, keeps the text but not the places).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any, TypeAlias

from captured_exchanges.redaction.patterns import compiled

__all__ = ["KeyPath", "Lines"]

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and the places in lists, from the top of the document."""

_ENDS = compiled(r"\]|\"\"\"|'''")
"""What the last line of a statement of several lines has in it: only lists and texts may have several."""


class Lines:
    """Finds the lines of keys in a document that tomllib has read."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._places: dict[KeyPath, int] = {(): 1}
        self._counts: dict[KeyPath, int] = {}
        table: KeyPath = ()
        for first, last, said in self._statements():
            if self._lines[first - 1].lstrip().startswith("["):
                table = self._opened(said, first)
            else:
                self._note(said, table, first, last)

    def of(self, path: KeyPath) -> int:
        """The line, counted from 1, of a key or of an item of a list; of what is above where it has none."""
        while path not in self._places:
            path = path[:-1]
        return self._places[path]

    def _statements(self) -> Iterator[tuple[int, int, dict[str, Any]]]:
        first = 1
        for last in range(1, len(self._lines) + 1):
            line = self._lines[last - 1].rstrip()
            if line.endswith(",") or (last > first and not _ENDS.search(line)):
                continue  # long lists and texts are not parsed line by line
            said = _parsed("\n".join(self._lines[first - 1 : last]))
            if said is None:
                continue
            if said:
                yield self._begin(first, last), last, said
            first = last + 1

    def _begin(self, first: int, last: int) -> int:
        """Past comments and blank lines that stand before a statement."""
        while first < last and (not (line := self._lines[first - 1].strip()) or line.startswith("#")):
            first += 1
        return first

    def _opened(self, said: dict[str, Any], line: int) -> KeyPath:
        """The table that a header opens; in a list of tables its newest."""
        path: KeyPath = ()
        value: Any = said
        while isinstance(value, dict) and value:
            ((key, value),) = value.items()
            path = (*path, key)
            if isinstance(value, list):
                self._places.setdefault(path, line)
                self._counts[path] = self._counts.get(path, -1) + 1
                path, value = (*path, self._counts[path]), value[0]
            elif path in self._counts:
                path = (*path, self._counts[path])
        self._places.setdefault(path, line)
        return path

    def _note(self, value: Any, path: KeyPath, first: int, last: int) -> None:  # noqa: ANN401 - any TOML
        if isinstance(value, dict):
            for key, item in value.items():
                self._places.setdefault((*path, key), first)
                self._note(item, (*path, key), first, last)
        elif isinstance(value, list) and value:
            lines = self._lines_of_items(len(value), first, last)
            for at, item in enumerate(value):
                self._places.setdefault((*path, at), lines[at])
                self._note(item, (*path, at), lines[at], lines[at])

    def _lines_of_items(self, count: int, first: int, last: int) -> list[int]:
        """Where each item of a list ends: where the list, closed after that line, holds it."""
        found: list[int] = []
        begun: list[str] = []
        for line in range(first, last):
            begun.append(self._lines[line - 1] if found == [] else _without_comma(self._lines[line - 1]))
            said = _parsed("\n".join((*begun, "]")))
            if said is not None:
                found += [line] * len(_first_list(said))
                begun = ["items = ["]
        return (found + [last] * count)[:count]


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _without_comma(line: str) -> str:
    """A line without a comma that stands before its items, not behind them."""
    return line.lstrip().removeprefix(",")


def _first_list(said: dict[str, Any]) -> list[Any]:
    value: Any = said
    while isinstance(value, dict) and value:
        value = next(iter(value.values()))
    return value if isinstance(value, list) else []
