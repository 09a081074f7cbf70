"""Pairs across a statement: `UPDATE settings SET value = 'x' WHERE name = 'smtp_password'`. What one value
says names what another one is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from captured_exchanges.redaction.json import Siblings
from captured_exchanges.redaction.names import Effect, NameInfo, Names, Pair
from captured_exchanges.redaction.transports.sql.tokens import Kind, Token

__all__ = ["Records"]

Record: TypeAlias = list[tuple[str, list[Token]]]
"""Names, and the tokens that stand for their values."""


class Records:
    """The inserted rows and the conditions of one text of SQL; belongs to one thread. What placeholders are
    bound to is told by where their tokens start.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._siblings = Siblings(names)
        self._conditions: Record = []
        self._rows: list[Record] = []

    def add_row(self, record: Record) -> None:
        """A row that is inserted."""
        self._rows.append(record)

    def add_condition(self, name: str, values: list[Token]) -> None:
        """A name that is compared, or assigned to."""
        self._conditions.append((name, values))

    def paired(self, bound: Mapping[int, object]) -> dict[int, NameInfo]:
        """The tokens that go because another value of their record names a secret."""
        found: dict[int, NameInfo] = {}
        for record in (self._conditions, *self._rows):
            if (info := self._named(record, bound)) is not None:
                for name, tokens in record:
                    if self._names.of(name).pair is Pair.VALUE:
                        found.update({token.start: info for token in tokens})
        return found

    def named(self, bound: Mapping[int, object]) -> NameInfo | None:
        """What the conditions name."""
        return self._named(self._conditions, bound)

    def _named(self, record: Record, bound: Mapping[int, object]) -> NameInfo | None:
        value_info = self._names.of("value")
        for name, tokens in record:
            if (info := self._names.of(name)).pair not in (Pair.NAME, Pair.LABEL):
                continue
            for token in tokens:
                value = bound.get(token.start) if token.kind is Kind.BIND else token.text
                found = self._siblings.pair({name: value, "value": None}, [info, value_info])
                if found is not None and found.effect is not Effect.PLAIN:
                    return found
        return None
