"""Placeholders in every style that drivers have: `?`, `?1`, `%s`, `%(name)s`, `$1`, `:1`, `:name`, `@name`,
`{name:Type}`. The scanner leaves a sign and what belongs to it apart.
"""

from __future__ import annotations

from captured_exchanges.redaction.transports.sql.tokens import Kind, Token

__all__ = ["with_placeholders"]

_SIGNS = frozenset({"?", ":", "@", "$", "%", "@@", "{"})
_FORMAT = frozenset({"s", "b", "t"})
_NAMES = frozenset({Kind.WORD, Kind.QUOTED, Kind.NUMBER})


def with_placeholders(read: list[Token]) -> list[Token]:
    """The tokens with each placeholder as one."""
    glued: list[Token] = []
    at = 0
    while at < len(read):
        size, name = _placeholder(read, at)
        if size:
            last = read[at + size - 1]
            first = read[at]
            source = "".join(token.source for token in read[at : at + size])
            glued.append(Token(Kind.BIND, name, source, first.start, last.end))
        else:
            glued.append(read[at])
        at += size or 1
    return glued


def _placeholder(read: list[Token], at: int) -> tuple[int, str]:
    """How many tokens make a placeholder here, and its name; 0 where none begins."""
    sign = read[at].source
    if read[at].kind is not Kind.MARK or sign not in _SIGNS:
        return 0, ""
    if sign == "{":
        return _braced(read, at)
    alone = (1, "") if sign == "?" else (0, "")
    if _follows(read, at):
        return alone
    beside = at + 1 < len(read) and read[at + 1].start == read[at].end
    if sign == "%":
        return _formatted(read, at, beside=beside)
    if (
        not beside
        or read[at + 1].kind not in _NAMES
        or (sign == "?" and read[at + 1].kind is not Kind.NUMBER)
    ):
        return alone
    return 2, read[at + 1].name


def _formatted(read: list[Token], at: int, *, beside: bool) -> tuple[int, str]:
    """`%s` and `%(name)s`."""
    following = [token.source for token in read[at + 1 : at + 5]]
    if following[:1] == ["("] and following[2:3] == [")"]:
        return 1 + len(following), following[1]
    return (2, "") if beside and following[0] in _FORMAT else (0, "")


def _follows(read: list[Token], at: int) -> bool:
    """Whether a sign stands right behind an operand: `bob@localhost`, `column:path`, `a[1:2]`, `8%s`."""
    if not at or read[at - 1].end != read[at].start or read[at].source == "?":
        return False
    before = read[at - 1]
    return before.kind is not Kind.MARK or before.source in (")", "]", ":", "@")


def _braced(read: list[Token], at: int) -> tuple[int, str]:
    """ClickHouse's `{name:Type}`."""
    if len(read) <= at + 3 or read[at + 2].source != ":" or read[at + 1].kind is not Kind.WORD:
        return 0, ""
    for size, token in enumerate(read[at : at + 16], start=1):
        if token.source == "}":
            return size, read[at + 1].source
    return 0, ""
