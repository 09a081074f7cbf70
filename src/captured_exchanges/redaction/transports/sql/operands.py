"""Where the operand beside an operator begins and ends, found without a grammar: two things that stand side
by side with no operator between them belong to different expressions. So `WHERE`, `AND` and a comma end one,
and so does a further property: `PASSWORD = 'x' LOGIN_NAME = 'bob'`.
"""

from __future__ import annotations

from captured_exchanges.redaction.transports.sql.tokens import Kind, Token
from captured_exchanges.redaction.transports.sql.tree import Group, Item, is_mark, is_word

__all__ = ["COMPARISONS", "NO_CALL", "comparison", "left_of", "right_of"]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COMPARISONS = frozenset(_words("= == <> != < > <= >= <=> := => ~ ~* !~ !~* ~~ ~~* ^= @> <@ && *="))
_COMPARING = frozenset(_words("like ilike rlike regexp glob match in between is similar sounds"))
_FILLING = _words("not distinct from to like symmetric asymmetric")
"""Words between the word of a comparison and its right side."""
_JOINING = _words("|| + - * / % -> ->> #> #>> ^ & | # << >> : @ #-")
_ASSIGNING = _words("+ - * / % & | ^ ||")
"""Signs that make an assignment of an equals sign: `a += 'x'`."""
_UNARY = _words("- + ~ ! @ :")
_PREFIXES = _words("not binary all any some array row interval prior distinct n")
NO_CALL = _words(
    "set where and or on when having if then else not select by using from values check while return"
    " returning in any all some array row"
)
"""Words that brackets may follow without being their arguments."""
_MOST_SIGNS = 4
"""Signs and words that may stand before an operand: every loop over what a stranger sends is bounded."""


def comparison(items: list[Item], at: int) -> int:
    """How many items an operator takes that begins here; 0 where none does."""
    item = items[at]
    if isinstance(item, Group) or item.kind is not Kind.WORD:
        return int(not isinstance(item, Group) and item.kind is Kind.MARK and item.source in COMPARISONS)
    if item.text not in _COMPARING:
        return 0
    end = at + 1
    while end < min(len(items), at + _MOST_SIGNS) and is_word(items[end], *_FILLING):
        end += 1
    return end - at


def left_of(items: list[Item], end: int) -> int:
    """Where the operand begins that ends before `end`; `end` itself where there is none."""
    at = end
    if at and (is_word(items[at - 1], "not") or is_mark(items[at - 1], *_ASSIGNING)):
        at -= 1
    while at and _is_primary(items[at - 1]):
        at = _before_primary(items, at - 1)
        if at and _is_text(items[at]) and _is_text(items[at - 1]):
            continue
        joined = at > 1 and (is_mark(items[at - 1], "::", *_JOINING) or is_word(items[at - 1], "collate"))
        if not joined:
            break
        at -= 1
    return at


def _before_primary(items: list[Item], at: int) -> int:
    """Where a primary begins that ends at `at`: a call with its name, a qualified name."""
    called = isinstance(items[at], Group) and at > 0 and _is_name(items[at - 1])
    if called and not is_word(items[at - 1], *NO_CALL):
        at -= 1
    while at > 1 and is_mark(items[at - 1], "."):
        at -= 2
    return at


def right_of(items: list[Item], start: int) -> int:
    """Where the operand ends that begins at `start`; `start` itself where there is none."""
    at = start
    while at < len(items):
        at = _behind_signs(items, at)
        if at >= len(items) or not _is_primary(items[at]):
            break
        at = _behind(items, at + 1)
        if at >= len(items) or not is_mark(items[at], *_JOINING):
            break
        at += 1
    return min(at, len(items))


def _behind_signs(items: list[Item], at: int) -> int:
    for item in items[at : at + _MOST_SIGNS]:
        if not (is_mark(item, *_UNARY) or is_word(item, *_PREFIXES)):
            break
        at += 1
    return at


def _behind(items: list[Item], at: int) -> int:
    """Where a primary ends that began before `at`: calls, members, casts, and strings that follow."""
    while at < len(items):
        item = items[at]
        if is_mark(item, ".", "::") or is_word(item, "collate"):
            at += 2
        elif isinstance(item, Group) or (_is_text(item) and not isinstance(items[at - 1], Group)):
            at += 1
        else:
            break
    return at


def _is_primary(item: Item) -> bool:
    return isinstance(item, Group) or item.kind is not Kind.MARK


def _is_name(item: Item) -> bool:
    return isinstance(item, Token) and item.kind in (Kind.WORD, Kind.QUOTED)


def _is_text(item: Item) -> bool:
    return isinstance(item, Token) and item.kind is Kind.TEXT
