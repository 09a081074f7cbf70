"""A request as it is understood: its statement, read, beside each set of its parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from captured_exchanges.exchange import SqlRequest
from captured_exchanges.redaction.names import NameInfo
from captured_exchanges.redaction.transports.sql.binding import Bound, bound_to, is_many, pairs_of
from captured_exchanges.redaction.transports.sql.cells import Cells
from captured_exchanges.redaction.transports.sql.reading import Reader, Reading
from captured_exchanges.redaction.transports.sql.statements import goes
from captured_exchanges.redaction.transports.sql.tokens import Kind, NotRead

__all__ = ["NOTHING", "Judged", "judged", "removed"]

_LONGEST_ECHO = 4_096


@dataclass(frozen=True, slots=True)
class Judged:
    """`reading` None: the statement could not be read. `sets` are the sets of parameters that are kept,
    `bounds` what each of them met, `left_out` how many more there were.
    """

    reading: Reading | None
    sets: list[Any]
    bounds: list[Bound]
    is_many: bool = False
    left_out: int = 0

    @property
    def dialect(self) -> str:
        """The dialect that the statement was read by; empty where that is not known."""
        return "" if self.reading is None else self.reading.dialect

    @property
    def marks(self) -> dict[int, NameInfo]:
        """Of the statement's tokens, what goes."""
        return {start: info for bound in reversed(self.bounds) for start, info in bound.marks.items()}

    @property
    def named(self) -> NameInfo | None:
        """What the conditions of the statement name."""
        return next((bound.named for bound in self.bounds if bound.named is not None), None)


NOTHING = Judged(None, [], [])
"""Of a request that could not be judged."""


def judged(request: SqlRequest, reader: Reader) -> Judged:
    """The request as it is understood."""
    try:
        reading = reader.read(request.statement, request.dialect)
    except NotRead:
        reading = None
    parameters: Any = request.parameters
    many = is_many(parameters, reading)
    sets = list(parameters[: reader.table.max_rows]) if many else [parameters]
    bounds = [bound_to(one, reading, reader.names) for one in sets]
    return Judged(reading, sets, bounds, many, len(parameters) - len(sets) if many else 0)


def removed(request: Judged) -> Iterator[str]:
    """The values that a request loses by what they meet."""
    tokens = () if request.reading is None else request.reading.tokens
    marks = request.marks
    yield from (token.text for token in tokens if token.start in marks and token.kind is not Kind.BIND)
    for one, bound in zip(request.sets, request.bounds, strict=True):
        for key, value in pairs_of(one).items():
            shown = Cells(1, _LONGEST_ECHO).json(value) if key in bound.infos else None
            if goes(bound.infos.get(key), shown) and isinstance(shown, (str, int, float)):
                yield str(shown)
