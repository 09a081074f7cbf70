"""Result columns and rows: which columns go, told by their names and by what the statement selects under
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from captured_exchanges.redaction.json import Siblings
from captured_exchanges.redaction.names import Effect, NameInfo, Names, Pair
from captured_exchanges.redaction.patterns import clean
from captured_exchanges.redaction.transports.sql.reading import Reading
from captured_exchanges.redaction.transports.sql.selecting import aliased, is_query, is_star, lists
from captured_exchanges.redaction.transports.sql.tree import Group, Item, is_word, statements

__all__ = ["Columns", "columns_of_result"]

_PLAIN = NameInfo(Effect.PLAIN)
_WIDEST = 4_096


@dataclass(frozen=True, slots=True)
class Columns:
    """What each column of a result means, by its place."""

    names: list[str]
    infos: list[NameInfo]
    siblings: Siblings

    def of_row(self, cells: Sequence[Any]) -> list[NameInfo]:
        """What they mean in one row, whose cells (as JSON) may name each other."""
        if not any(info.pair is Pair.VALUE for info in self.infos):
            return self.infos
        obj = dict(zip(map(str, range(len(cells))), cells, strict=True))
        paired = self.siblings.pair(obj, self.infos[: len(cells)])
        if paired is None:
            return self.infos
        return [paired if info.pair is Pair.VALUE and not info.secret else info for info in self.infos]


def columns_of_result(
    names: Sequence[str], reading: Reading | None, rules: Names, named: NameInfo | None
) -> Columns:
    """What the columns of a result mean. `reading` None: the statement could not be read. `named`: what its
    conditions name, `WHERE name = 'smtp_password'`.
    """
    shown = [clean(str(name)) for name in names[:_WIDEST]]
    siblings = Siblings(rules)
    beside = dict.fromkeys(shown)
    infos = [siblings.meaning(rules.of(name), None, beside, oauth=False) for name in shown]
    if reading is not None:
        infos = list(_by_statement(shown, infos, reading))
    if named is not None and not any(info.pair is Pair.NAME for info in infos):
        infos = [named if info.pair is Pair.VALUE else info for info in infos]
    return Columns(shown, infos, siblings)


def _by_statement(names: list[str], infos: list[NameInfo], reading: Reading) -> Iterator[NameInfo]:
    selected = [found for items in statements(reading.root) for found in _top_lists(items)]
    placed = [by_place for found in selected if (by_place := _by_place(found, len(names), reading))]
    for at, (name, info) in enumerate(zip(names, infos, strict=True)):
        met = [verdicts[at] for verdicts in placed if at in verdicts]
        renamed = reading.sense.of(name)
        said = next((verdict for verdict in met if verdict is not None and verdict is not _PLAIN), None)
        if said is not None:
            yield _paired(said, info)
        elif renamed is not None and not info.secret:
            yield _paired(renamed, info)
        elif met and all(verdict is _PLAIN for verdict in met):
            yield _PLAIN
        else:
            yield info


def _paired(said: NameInfo, info: NameInfo) -> NameInfo:
    return said if said.pair is info.pair else NameInfo(said.effect, said.rule, info.pair)


def _top_lists(items: list[Item]) -> Iterator[list[list[Item]]]:
    yield from lists(items)
    for at, item in enumerate(items):
        begins = not at or is_word(items[at - 1], "union", "all", "intersect", "except", "minus")
        if begins and isinstance(item, Group) and is_query(item):
            yield from lists(item.items)


def _by_place(expressions: list[list[Item]], width: int, reading: Reading) -> dict[int, NameInfo | None]:
    """What the expressions of a select list say of the columns they fill; PLAIN where one tells nothing of a
    secret it mentions. Empty where it is another result's list.
    """
    stars = [at for at, expression in enumerate(expressions) if is_star(expression)]
    if not stars:
        if len(expressions) != width:
            return {}
        return {at: _verdict(expression, reading) for at, expression in enumerate(expressions)}
    before, after = expressions[: stars[0]], expressions[stars[-1] + 1 :]
    if len(before) + len(after) > width:
        return {}
    verdicts: dict[int, NameInfo | None] = {}
    for at, expression in (*enumerate(before), *enumerate(after, start=width - len(after))):
        verdicts[at] = _verdict(expression, reading)
    return verdicts


def _verdict(expression: list[Item], reading: Reading) -> NameInfo | None:
    core, _ = aliased(expression, reading.dialect)
    return _PLAIN if reading.sense.is_telling_nothing(core) else reading.sense.mention(core)
