"""Select lists: what a statement gives back, expression by expression, and under which names.

`RETURNING` and T-SQL's `OUTPUT` are select lists too.
"""

from __future__ import annotations

from collections.abc import Iterator

from captured_exchanges.redaction.transports.sql.operands import comparison
from captured_exchanges.redaction.transports.sql.tokens import Kind, Token
from captured_exchanges.redaction.transports.sql.tree import Group, Item, is_mark, is_word, split

__all__ = ["aliased", "columns_of", "is_query", "is_star", "lists", "names_in"]

_STARTS = ("select", "returning", "output")
_ENDS = (
    "from", "into", "where", "union", "intersect", "except", "minus", "order", "group", "having", "limit",
    "window", "fetch", "offset", "qualify", "select", "values", "returning", "output", "bulk", "connect",
)  # fmt: skip
_MODIFIERS = ("distinct", "all", "unique", "top", "percent", "with", "ties", "on", "straight_join",
              "sql_calc_found_rows", "distinctrow")  # fmt: skip
_ASSIGNING = frozenset({"", "tsql"})
"""Dialects in which `SELECT x = a` may name a column."""


def lists(items: list[Item]) -> Iterator[list[list[Item]]]:
    """The expressions of each select list that stands in these items themselves, not in brackets."""
    at = 0
    while at < len(items):
        item = items[at]
        at += 1
        if isinstance(item, Group) or item.kind is not Kind.WORD or item.text not in _STARTS:
            continue
        start = at = _behind_modifiers(items, at)
        while at < len(items) and not is_word(items[at], *_ENDS) and not is_mark(items[at], ";"):
            at += 1
        if at > start:
            yield split(items[start:at], ",")


def _behind_modifiers(items: list[Item], at: int) -> int:
    while at < len(items) and is_word(items[at], *_MODIFIERS):
        at += 1
        previous = items[at - 1]
        takes = is_word(previous, "top") or (is_word(previous, "on") and isinstance(items[at - 2], Token))
        at += int(takes and at < len(items))
    return at


def is_query(group: Group) -> bool:
    """Whether brackets hold a query."""
    return bool(group.items) and is_word(group.items[0], "select", "with", "values")


def is_star(expression: list[Item]) -> bool:
    """Whether an expression stands for any number of columns."""
    return any(is_mark(item, "*") for item in (expression[-1:])) and (
        len(expression) == 1 or is_mark(expression[-2], ".")
    )


def aliased(expression: list[Item], dialect: str) -> tuple[list[Item], str]:
    """An expression and the name that it is given; empty where it has none."""
    *before, last = expression or [Token(Kind.MARK, "", "", 0, 0)]
    if (
        dialect in _ASSIGNING
        and len(expression) > 1
        and _is_name(expression[0])
        and is_mark(expression[1], "=")
    ):
        return expression[2:], _name(expression[0])
    if not before or not _is_name(last):
        return expression, ""
    if is_word(before[-1], "as"):
        return before[:-1], _name(last)
    if is_mark(before[-1], ".") and len(before) > 1:
        return expression, _name(last)
    primary = isinstance(before[-1], Group) or before[-1].kind is not Kind.MARK
    joined = comparison(expression, len(before) - 1) or is_word(before[-1], "not", "null", "collate")
    return (before, _name(last)) if primary and not joined else (expression, "")


def columns_of(items: list[Item], at: int) -> list[Token] | None:
    """The names of columns that a query in brackets at `at` is given beside it: `WITH q (a, b) AS (…)`,
    `(…) AS q (a, b)`; None where it has none.
    """
    before = at - 1
    while before > 0 and is_word(items[before], "as", "materialized", "not"):
        before -= 1
    if before < at - 1 and isinstance(group := items[before], Group) and (found := names_in(group)):
        return found
    after = at + 1 + int(at + 1 < len(items) and is_word(items[at + 1], "as"))
    if after + 1 < len(items) and _is_name(items[after]) and isinstance(group := items[after + 1], Group):
        return names_in(group)
    return None


def names_in(group: Group) -> list[Token] | None:
    """The names in brackets that hold names alone, of qualified ones the last; None where they hold more."""
    found = []
    for piece in split(group.items, ","):
        if not piece or not all(_is_name(item) or is_mark(item, ".", "@", "#") for item in piece):
            return None
        if isinstance(piece[-1], Token) and (len(piece) == 1 or is_mark(piece[-2], ".")):
            found.append(piece[-1])
        else:
            return None
    return found or None


def _is_name(item: Item) -> bool:
    return isinstance(item, Token) and item.kind in (Kind.WORD, Kind.QUOTED, Kind.TEXT, Kind.BIND)


def _name(item: Item) -> str:
    if isinstance(item, Group):
        return ""
    return item.source if item.kind is Kind.WORD else item.text
