"""Removes what belongs to a value family, and knows in one pass whether a text may hold any member."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from captured_exchanges.redaction.marker import MARKED, is_marked, is_marker
from captured_exchanges.redaction.patterns import (
    Alternatives,
    Match,
    Pattern,
    compiled,
    compiled_gate,
    quoted,
)
from captured_exchanges.redaction.values.loosened import loosened
from captured_exchanges.redaction.values.notations import DEFAULT_FAMILIES
from captured_exchanges.redaction.values.table import ALONE, Family

__all__ = ["Families"]

_SHORT_GATE = 4


class Families:
    """A table of value families, compiled. Thread-safe."""

    def __init__(self, table: Iterable[Family] = DEFAULT_FAMILIES) -> None:
        self._rows = [(row, compiled(_pattern_of(row))) for row in table]
        self._found = Alternatives([row.pattern for row, _ in self._rows])
        self._sure = compiled_gate("|".join(f"(?:{row.pattern})" for row, _ in self._rows if row.sure))

    @property
    def rows(self) -> tuple[Family, ...]:
        """The table."""
        return tuple(row for row, _ in self._rows)

    def source(self) -> str:
        """A pattern that occurs in every text that holds a member, in the text itself and in its JSON."""
        return "|".join(sorted({source for row, _ in self._rows for source in _gate_sources(row)}))

    def replace(self, text: str, removed: Callable[[str, str], str]) -> str:
        """The text with each member replaced by what `removed(rule, value)` returns."""
        found = self._found.of(text)
        lowered = text.lower() if found else ""
        for at, (row, pattern) in enumerate(self._rows):
            if at in found and (not row.gates or any(gate in lowered for gate in row.gates)):
                before, text = text, _replaced(text, row, pattern, removed)
                if text != before:  # what went may have bared what another looks for
                    found, lowered = self._found.of(text), text.lower()
        return text

    def survivor(self, data: bytes) -> bool:
        """Whether bytes hold a sure member still."""
        return self._sure.search(data) is not None


def _replaced(text: str, row: Family, pattern: Pattern, removed: Callable[[str, str], str]) -> str:
    def one(match: Match[str]) -> str:
        if is_marked(match[0]):
            return match[0]
        start, end = match.span(1) if match_has_group else match.span()
        if start < 0:
            return match[0]  # spared
        value = text[start:end]
        if is_marker(value) or (row.accept is not None and not row.accept(value)):
            return match[0]
        return text[match.start() : start] + removed(f"value.{row.name}", value) + text[end : match.end()]

    match_has_group = pattern.groups > 0
    return pattern.sub(one, text)


def _pattern_of(row: Family) -> str:
    """What is matched: markers and what is spared, which are left alone, and members."""
    return "|".join(filter(None, (MARKED, row.spared, row.pattern)))


def _gate_sources(row: Family) -> Iterator[str]:
    """Literals where they are telling; else the pattern, loosened."""
    if row.telling and row.gates and all(len(gate) >= _SHORT_GATE for gate in row.gates):
        yield from (f"(?i:{quoted(gate)})" for gate in row.gates)
    else:
        yield f"(?:{loosened(row.pattern.replace(ALONE, ''))})"
