"""A family's pattern, loosened until it finds its members where they are still encoded: in JSON,
in JSON inside a JSON string, behind percent-encoding or an entity.

There a line begins behind a quote or a letter, a line feed and a quote are two characters, and so on. What
is loosened finds too much, and only says where to look; what is missed here is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from captured_exchanges.redaction.patterns import compiled_gate

__all__ = ["in_one_string", "loosened"]

_ESCAPE = r"\\+(?:[a-zA-Z]|[uU][0-9a-fA-F]{4,8}|x[0-9a-fA-F]{2}|[0-7]{1,3})"
_BLANK, _QUOTE = r"\\+[nrtf]", r"\\*\""
_BEFORE = rf"(?:\b|{_ESCAPE}|%[0-9a-fA-F]{{2}}|&#?[A-Za-z0-9]{{1,8}})"
"""Where a word may begin: behind what is no part of one, or is written with what is."""
_OPEN = compiled_gate(r"^(?:\(\?[a-z]+\))?$|[(|]$|\(\?:$")
"""The end of a pattern behind which a word begins."""
_COUNTED = compiled_gate(r"^\{\d+,\d+\}")
_GROUPS = ("(", "(?:")
_BARE = '["]'
"""The quote at which a string begins: no match that takes it comes from another one."""
_LOOSE = {
    "^": rf"(?:^|{_BARE}|\\[nr])",
    "$": "",
    r"\n": rf"(?:\n|{_BLANK})",
    r"\r": rf"(?:\r|{_BLANK})",
    r"\t": rf"(?:\t|{_BLANK})",
    r"\s": rf"(?:\s|{_BLANK})",
    '"': _QUOTE,
    r"\"": _QUOTE,
}
_ANYTHING = frozenset({".", r"\S", r"\D", r"\W"})
_ESCAPED_QUOTE = r"\\+\""
_ENCLOSED = {
    ".": r"(?:[^\"\\]|\\.)",
    r"\S": r"(?:[^\s\"\\]|\\.)",
    r"\D": r"(?:[^\d\"\\]|\\.)",
    r"\W": r"(?:[^\w\"\\]|\\.)",
    '"': _ESCAPED_QUOTE,
    r"\"": _ESCAPED_QUOTE,
}


def loosened(pattern: str) -> str:
    """The pattern, such that it finds a member that is still encoded, too.

    A word still has to begin somewhere: without any boundary a counted repeat would begin at every byte,
    and a stranger could have an automaton of as many states as it has bytes to read.
    """
    loose, after_anything = "", False
    for piece in _without_second_boundary(pattern):
        if piece == r"\b":
            loose += _BEFORE if _OPEN.search(loose) is not None else ""
        elif after_anything and _COUNTED.match(piece) is not None:
            loose += piece[: piece.index(",") + 1] + "}"  # what is counted may be longer, encoded
        else:
            loose += _of_class(piece) if piece[0] == "[" else _LOOSE.get(piece, piece)
        after_anything = piece in _ANYTHING or piece.startswith("[^")
    return loose


@lru_cache(maxsize=4)
def in_one_string(source: str) -> str:
    """The pattern, such that in JSON no match of it reaches from one string into another: whoever looks at
    the string in which a match ends would not see what else it covers. The quotes it takes are escaped ones.
    Kept, for a policy's gate is long and redactors come by the dozen.
    """
    enclosed, before = "", ""
    for piece in _pieces(source):
        if before == r"\\":
            enclosed += piece  # `\\.` takes an escape as it stands
        else:
            enclosed += _enclosed_class(piece) if piece[0] == "[" else _ENCLOSED.get(piece, piece)
        before = piece
    return enclosed


def _enclosed_class(piece: str) -> str:
    if piece == _BARE:
        return piece
    if '"' in piece:
        return piece if piece.startswith("[^") else rf"(?:{_without_quote(piece)}|{_ESCAPED_QUOTE})"
    return rf"(?:[^\"\\{piece[2:]}|\\.)" if piece.startswith("[^") else piece


def _without_quote(piece: str) -> str:
    rest = piece.replace(r"\"", "").replace('"', "")
    return _ESCAPED_QUOTE if rest == "[]" else rest


def _of_class(piece: str) -> str:
    """A class of characters: what it holds may be written as an escape."""
    if piece.startswith("[^"):
        return rf"(?:{piece}|{_ESCAPE})"
    blank = any(mark in piece for mark in (r"\s", r"\n", r"\r", r"\t"))
    encoded = [_BLANK] * blank + [_QUOTE] * ('"' in piece)
    return f"(?:{'|'.join([piece, *encoded])})" if encoded else piece


def _without_second_boundary(pattern: str) -> Iterator[str]:
    """Its pieces, no boundary right behind another: they are one where nothing is encoded, and would be two
    escapes where something is.
    """
    begun, outside = False, [False]
    for piece in _pieces(pattern):
        if piece == r"\b" and begun:
            continue
        if piece in _GROUPS:
            outside.append(begun)
        elif piece == "|":
            begun = outside[-1]
        else:
            begun = piece == r"\b"
        if piece == ")":
            outside.pop()
        yield piece


def _pieces(pattern: str) -> Iterator[str]:
    """The pattern in pieces: escapes, classes, counts, the heads of groups, and single characters."""
    at = 0
    while at < len(pattern):
        end = at + 1
        if pattern[at] == "\\":
            end = at + 2
        elif pattern[at] == "[":
            end = _end_of_class(pattern, at)
        elif pattern.startswith("(?:", at):
            end = at + 3
        elif pattern[at] == "{" and (count := _COUNTED.match(pattern[at : at + 16])) is not None:
            end = at + count.end()
        yield pattern[at:end]
        at = end


def _end_of_class(pattern: str, at: int) -> int:
    at += 2 if pattern.startswith("[^", at) else 1
    at += pattern.startswith("]", at)
    while at < len(pattern) and pattern[at] != "]":
        at += 1 + (pattern[at] == "\\")
    return at + 1
