"""Tokens as a tree of brackets, and of `CASE … END`. No grammar beyond that: every dialect has these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from captured_exchanges.redaction.transports.sql.tokens import Kind, NotRead, Token

__all__ = ["Group", "Item", "groups", "is_mark", "is_word", "leaves", "split", "statements", "tree"]

MAX_DEPTH = 50
_OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = frozenset(_OPENING.values())


@dataclass(slots=True, eq=False)
class Group:
    """What stands between two brackets (`sign` is the first of them), or in a CASE (`sign` is `case`)."""

    sign: str
    items: list[Item] = field(default_factory=list)


Item: TypeAlias = Token | Group


def tree(tokens: list[Token]) -> Group:
    """All tokens as one group. Brackets that do not match raise NotRead."""
    open_groups = [Group("")]
    for token in tokens:
        here = open_groups[-1]
        if token.kind is Kind.MARK and token.source in _CLOSING:
            while open_groups[-1].sign == "case":
                open_groups.pop()
            if _OPENING.get(open_groups.pop().sign) != token.source:
                raise NotRead
        elif token.kind is Kind.WORD and token.text == "end" and here.sign == "case":
            open_groups.pop()
        elif (token.kind is Kind.MARK and token.source in _OPENING) or _opens_case(token, here):
            group = Group(token.text)
            here.items.append(group)
            open_groups.append(group)
        else:
            here.items.append(token)
        if len(open_groups) > MAX_DEPTH:
            raise NotRead
    if any(group.sign != "case" for group in open_groups[1:]):
        raise NotRead
    return open_groups[0]


def _opens_case(token: Token, here: Group) -> bool:
    ends = bool(here.items) and is_word(here.items[-1], "end")
    return token.kind is Kind.WORD and token.text == "case" and not ends


def is_word(item: Item, *words: str) -> bool:
    """Whether an item is one of these words, without quotes."""
    return isinstance(item, Token) and item.kind is Kind.WORD and item.text in words


def is_mark(item: Item, *marks: str) -> bool:
    """Whether an item is one of these marks."""
    return isinstance(item, Token) and item.kind is Kind.MARK and item.source in marks


def split(items: list[Item], *marks: str) -> list[list[Item]]:
    """The items between marks."""
    pieces: list[list[Item]] = [[]]
    for item in items:
        if is_mark(item, *marks):
            pieces.append([])
        else:
            pieces[-1].append(item)
    return pieces


def statements(root: Group) -> list[list[Item]]:
    """The statements of a text, in order."""
    return [items for items in split(root.items, ";") if items]


def groups(root: Group) -> Iterator[Group]:
    """A group and all groups in it, the inner ones first."""
    below, found = [root], []
    while below:
        group = below.pop()
        found.append(group)
        below += [item for item in group.items if isinstance(item, Group)]
    yield from reversed(found)


def leaves(items: list[Item]) -> Iterator[Token]:
    """All tokens in items, to any depth, in order."""
    below = list(reversed(items))
    while below:
        item = below.pop()
        if isinstance(item, Group):
            below += reversed(item.items)
        else:
            yield item
