"""What drivers say when something fails: they quote the statement, its values, and whole rows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeAlias

from captured_exchanges.redaction.marker import MARKED, MARKER, is_marked
from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.patterns import Match, clean, compiled, compiled_once, quoted
from captured_exchanges.redaction.sweep import Path, Sweep

__all__ = ["Failures"]

_ROW = compiled(
    r"(?s)((?i:failing row contains|row with column values|duplicate key value is)\s*:?\s*)\((.*)"
)
"""A whole row: nobody says which value is whose."""
_KEY = compiled(
    r"(?s)(Key )\(([^()=]*(?:\([^()]*\)[^()=]*)*)\)=\((.*?)\)( (?:already|is|conflicts|does|with)|\.|$)"
)
_ENTRY = compiled(r"(?s)((?i:duplicate entry) )'(.*?)'( (?i:for key) '([^']*)')")
_COLUMN = compiled(
    r"(?s)((?i:value|incorrect [a-z]+ value):? ?:? ?)'(.*?)'((?i: (?:for|in) column) [`'\"]?([^`'\"\s]+))"
)
_OF_COLUMN = compiled(r"(?s)((?i:column) [`'\"]([^`'\"]+)[`'\"].*?(?i:value):? )'(.*?)'")
_ECHO = compiled(r"(?s)(\[SQL: |\[parameters: |LINE \d+: |(?i:statement: ))(.+)")
_NOUNS = (
    "constraint|column|relation|table|index|key|role|database|schema|function|type|view|sequence|operator|procedure"
    "|collation"
)
_QUOTED = compiled(rf"{MARKED}|((?i:{_NOUNS}) )?('(?:[^'\n]|'')*'|\"(?:[^\"\n]|\"\")*\"|'.*|\".*)")
_ONLY_MARKED = compiled(rf"\W*{MARKER}\W*")
_SHORTEST = 4
Gone: TypeAlias = Callable[[str, str], str]


class Failures:
    """Redacts messages of drivers. Thread-safe."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def redact(self, message: str, removed: Collection[str], sweep: Sweep, path: Path, *, wary: bool) -> str:
        """A message without secrets, before it is scanned as text. `removed` are the values that the request
        lost; `wary`: it lost some, or could not be read: then pieces of it that the message quotes go.
        """
        message = clean(message)

        def gone(rule: str, value: str) -> str:
            kept = not value or _ONLY_MARKED.fullmatch(value) is not None
            return value if kept else sweep.remove(path, rule, value)

        message = _without(message, removed, gone)
        message = _ROW.sub(lambda match: f"{match[1]}({gone('sql.row', match[2])}", message)
        message = _KEY.sub(lambda match: self._key(match, gone), message)
        message = _ENTRY.sub(lambda match: self._of(match, 2, 4, gone), message)
        message = _COLUMN.sub(lambda match: self._of(match, 2, 4, gone), message)
        message = _OF_COLUMN.sub(lambda match: self._of(match, 3, 2, gone), message)
        if wary:
            message = _ECHO.sub(lambda match: match[1] + gone("sql.echo", match[2]), message)
            message = _QUOTED.sub(lambda match: _quoted(match, gone), message)
        return message

    def _key(self, match: Match[str], gone: Gone) -> str:
        """`Key (tenant, token)=(acme, abc) already exists`: PostgreSQL."""
        columns = [column.strip().strip('"') for column in match[2].split(",")]
        values = match[3].split(", ")
        rules = [self._rule(column) for column in columns]
        if not any(rules):
            return match[0]
        if len(columns) != len(values):
            values = [gone(next(filter(None, rules)), match[3])]
        else:
            values = [gone(rule, value) if rule else value for rule, value in zip(rules, values, strict=True)]
        return f"{match[1]}({match[2]})=({', '.join(values)}){match[4]}"

    def _of(self, match: Match[str], value: int, column: int, gone: Gone) -> str:
        """`Duplicate entry 'abc' for key 'users.token'` and the like: MySQL, SQL Server."""
        rule = next(filter(None, map(self._rule, match[column].split("."))), "")
        if not rule:
            return match[0]
        start, end = (at - match.start() for at in match.span(value))
        return f"{match[0][:start]}{gone(rule, match[value])}{match[0][end:]}"

    def _rule(self, name: str) -> str:
        info = self._names.of(name)
        words = self._names.words(name)
        if not info.secret and words[-1:] in (("key",), ("idx",), ("uq",), ("unique",), ("index",)):
            info = self._names.of(" ".join(words[:-1]))  # the name of a constraint
        return info.rule if info.secret else ""


def _without(message: str, removed: Collection[str], gone: Gone) -> str:
    """A message without these values; short ones are as likely to be part of a word."""
    present = [quoted(value) for value in removed if len(value) >= _SHORTEST and value in message]
    if not present:
        return message
    pattern = compiled_once("|".join((MARKED, *sorted(present, key=len, reverse=True))))
    return pattern.sub(lambda match: match[0] if is_marked(match[0]) else gone("sql.echo", match[0]), message)


def _quoted(match: Match[str], gone: Gone) -> str:
    """A quoted piece that is not said to be a name of the schema."""
    if is_marked(match[0]) or match[1]:
        return match[0]
    quote, inner = match[2][0], match[2][1:]
    closed = inner.endswith(quote)
    return f"{quote}{gone('sql.echo', inner[:-1] if closed else inner)}{quote if closed else ''}"
