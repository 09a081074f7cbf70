"""Rows of values under columns that are named elsewhere: `INSERT INTO t (a, b) VALUES (…), (…)` or a query
instead, `MERGE`, `(VALUES …) AS t (a, b)`, `WITH t (a, b) AS (…)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from captured_exchanges.redaction.transports.sql.selecting import (
    columns_of,
    is_query,
    is_star,
    lists,
    names_in,
)
from captured_exchanges.redaction.transports.sql.tokens import Kind, Token
from captured_exchanges.redaction.transports.sql.tree import Group, Item, is_mark, is_word, split

__all__ = ["Insertion", "insertions"]

_REACH = 64
"""Items between the names of columns and `VALUES`."""
_INSERTING = ("insert", "into", "replace", "upsert")
_OTHER = ("select", "from", "where", "set", "update", "delete", "merge", "values", "value", "using", "=")


@dataclass(frozen=True, slots=True)
class Insertion:
    """Rows, each a list of expressions; `columns` is empty where nobody names them. `groups` are the brackets
    around the rows.
    """

    columns: list[Token]
    rows: list[list[list[Item]]]
    groups: list[Group]


def insertions(group: Group) -> Iterator[Insertion]:
    """What is inserted by the items of a group, not of groups in it."""
    items, done = group.items, 0
    for at, item in enumerate(items):
        if is_word(item, "values", "value"):
            columns = _columns_before(items, at)
            if columns is not None and (found := _rows(items, at + 1)):
                yield Insertion(columns, [split(row.items, ",") for row in found], found)
        elif is_word(item, "insert", "replace", "upsert"):
            if at >= done:
                done = next((i for i in range(at, len(items)) if is_mark(items[i], ";")), len(items))
                yield from _queries(items[at:done])
        elif isinstance(item, Group) and is_query(item) and (named := columns_of(items, at)):
            yield from _derived(item, named)


def _columns_before(items: list[Item], at: int) -> list[Token] | None:
    """The columns whose values follow; empty where they have no names, None where this is no insertion."""
    for item in reversed(items[max(0, at - _REACH) : at]):
        if isinstance(item, Group):
            if found := names_in(item):
                return found
        elif is_word(item, *_INSERTING):
            return []
        elif is_word(item, *_OTHER) or is_mark(item, "=", ",", ";"):
            return None
    return None


def _rows(items: list[Item], at: int) -> list[Group]:
    found: list[Group] = []
    while at < len(items):
        item = items[at]
        if isinstance(item, Group):
            found.append(item)
        elif item.kind is Kind.BIND:
            found.append(Group("(", [item]))  # a driver that expands it to rows
        elif not (is_mark(item, ",") or is_word(item, "row")):
            break
        at += 1
    return found


def _queries(here: list[Item]) -> Iterator[Insertion]:
    """`INSERT INTO t (a, b) SELECT …`, with or without brackets around the query."""
    start = next((i for i, item in enumerate(here) if is_word(item, "select", "values")), len(here))
    named = [found for item in here[:start] if isinstance(item, Group) and (found := names_in(item))]
    queries = [item.items for item in here if isinstance(item, Group) and is_query(item)]
    yield from (_selected(named[0] if named else [], query) for query in (here[start:], *queries))


def _derived(query: Group, named: list[Token]) -> Iterator[Insertion]:
    if is_word(query.items[0], "values") and (found := _rows(query.items, 1)):
        yield Insertion(named, [split(row.items, ",") for row in found], found)
    yield _selected(named, query.items)


def _selected(columns: list[Token], query: list[Item]) -> Insertion:
    rows = [found for found in lists(query) if not any(map(is_star, found))]
    return Insertion(columns, rows, [])
