"""Values that a keyword makes secrets, whatever they are written as: `IDENTIFIED BY tiger`."""

from __future__ import annotations

from collections.abc import Iterator

from captured_exchanges.redaction.names import Effect, NameInfo
from captured_exchanges.redaction.transports.sql.operands import right_of
from captured_exchanges.redaction.transports.sql.sense import Sense
from captured_exchanges.redaction.transports.sql.tokens import Kind, Token
from captured_exchanges.redaction.transports.sql.tree import Item, is_mark, is_word

__all__ = ["after_phrases"]

_REACH = 48
"""Items that `…` may stand for."""


def after_phrases(items: list[Item], sense: Sense) -> Iterator[tuple[list[Token], NameInfo]]:
    """The tokens that follow a phrase of the table, and what they are."""
    for rule, words in sense.phrases:
        for at, item in enumerate(items):
            if is_word(item, words[0]) and (end := _matched(items, at + 1, words[1:])):
                yield _value(items, end, sense), NameInfo(Effect.SUBTREE, f"sql.{rule}")


def _matched(items: list[Item], at: int, words: list[str]) -> int:
    """Where a phrase ends; 0 where it does not stand here."""
    for place, word in enumerate(words):
        if word == "…":
            following = words[place + 1]
            reach = range(at, min(len(items), at + _REACH))
            at = next((i for i in reach if is_word(items[i], following) or is_mark(items[i], following)), -1)
            if at < 0:
                return 0
        elif at >= len(items) or not (word == "*" or is_word(items[at], word) or is_mark(items[at], word)):
            return 0
        else:
            at += 1
    return at


def _value(items: list[Item], at: int, sense: Sense) -> list[Token]:
    if at >= len(items) or is_word(items[at], *sense.table.keeping):
        return []
    operand = items[at : right_of(items, at)]
    found = list(sense.values(operand, told=True))
    if len(operand) == 1 and isinstance(word := operand[0], Token) and word.kind is not Kind.MARK:
        found.append(word)
    return found
