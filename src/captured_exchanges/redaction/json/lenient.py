"""JSON as people and careless programs write it, spelled as JSON.

Comments and commas without a value are dropped, single quotes become double ones, names get quotes, what
other languages call null, true and false is called so. The result is what a strict parser then accepts or
not: nothing is guessed about structure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from typing import TypeAlias

from captured_exchanges.redaction.encodings import unescaped
from captured_exchanges.redaction.json.exact import NotJson
from captured_exchanges.redaction.patterns import clean, compiled

__all__ = ["respelled"]

_CONSTANTS = {
    "null": "null", "None": "null", "nil": "null", "undefined": "null", "NaN": "null", "nan": "null",
    "Infinity": "null", "-Infinity": "null", "+Infinity": "null",
    "true": "true", "True": "true", "TRUE": "true", "false": "false", "False": "false", "FALSE": "false",
}  # fmt: skip
_NUMBER = compiled(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ODD_NUMBER = compiled(r"[+-]?(?:0[xX][0-9a-fA-F]+|[0-9]*\.?[0-9]+|[0-9]+\.)(?:[eE][+-]?[0-9]+)?[nLl]?")
_NAME = compiled(r"[\pL_$@.*-][\pL\p{Nd}_$@.*/-]*|[0-9]+")
_BLANKS, _MARKS, _QUOTES = frozenset(" \t\r\n\f\v\ufeff\xa0"), frozenset("{}[]:,"), frozenset("\"'")
_STOPS = _BLANKS | _MARKS | _QUOTES | frozenset("/#()")


class _Kind(Enum):
    MARK = 0
    STRING = 1
    OPEN = 2
    """A quote without another one: the text ends in its string."""
    BARE = 3


_Token: TypeAlias = tuple[_Kind, str]


def respelled(text: str) -> str:
    """A text in the spelling of JSON, up to where a string has no end. Raises NotJson."""
    pieces: list[str] = []
    tokens = _tokens(clean(text))
    token = next(tokens, None)
    while token is not None:
        following = next(tokens, None)
        pieces.append(_spelled(token, following))
        token = following
    return "".join(pieces)


def _tokens(text: str) -> Iterator[_Token]:
    """All but blanks and comments; each step is a search from where the last one ended. Raises NotJson."""
    at = 0
    while at < len(text):
        char = text[at]
        start = at
        if char in _BLANKS:
            at += 1
        elif char in _MARKS:
            at += 1
            yield _Kind.MARK, char
        elif char in _QUOTES:
            at = _end_of_string(text, at)
            yield (_Kind.STRING, text[start:at]) if at else (_Kind.OPEN, char)
            at = at or len(text)
        elif end := _end_of_comment(text, at):
            at = end
        else:
            at = _end_of_bare(text, at)
            yield _Kind.BARE, text[start:at]


def _end_of_string(text: str, start: int) -> int:
    """Where a string ends, after its closing quote; 0 where it has none."""
    at = text.find(text[start], start + 1)
    while at >= 0:
        escapes = at
        while text[escapes - 1] == "\\" and escapes - 1 > start:
            escapes -= 1
        if (at - escapes) % 2 == 0:
            return at + 1
        at = text.find(text[start], at + 1)
    return 0


def _end_of_comment(text: str, start: int) -> int:
    """Where a comment ends, with the text where it has no end; 0 where none begins."""
    for opening, closing in (("//", "\n"), ("#", "\n"), ("/*", "*/")):
        if text.startswith(opening, start):
            at = text.find(closing, start + len(opening))
            return len(text) if at < 0 else at + len(closing)
    return 0


def _end_of_bare(text: str, start: int) -> int:
    end = start
    while end < len(text) and text[end] not in _STOPS:
        end += 1
    if end == start:
        raise NotJson("no JSON in any spelling")
    return end


def _spelled(token: _Token, following: _Token | None) -> str:
    kind, literal = token
    if kind is _Kind.MARK:
        is_spare = literal == "," and following in ((_Kind.MARK, "}"), (_Kind.MARK, "]"))
        return "" if is_spare else literal
    if kind is _Kind.STRING:
        return _string(literal)
    if kind is _Kind.OPEN:
        return '"'
    return _bare(literal, is_name=following == (_Kind.MARK, ":"), is_last=following is None)


def _string(literal: str) -> str:
    """A literal in either kind of quotes, its escapes read as far as they mean anything."""
    if literal[0] == "'":
        inner = literal[1:-1].replace("\\'", "'")
        literal = '"' + _escaped(inner) + '"'
    try:
        return json.dumps(clean(json.loads(literal, strict=False)), ensure_ascii=False)
    except ValueError:
        return json.dumps(unescaped(literal[1:-1]), ensure_ascii=False)


def _escaped(inner: str) -> str:
    """With its double quotes escaped, where they are not."""
    return inner.replace('\\"', '"').replace('"', '\\"')


def _bare(word: str, *, is_name: bool, is_last: bool) -> str:
    if is_name and _NAME.fullmatch(word):
        return json.dumps(word, ensure_ascii=False)
    if word in _CONSTANTS:
        return _CONSTANTS[word]
    if _NUMBER.fullmatch(word) or is_last:
        return word
    if _ODD_NUMBER.fullmatch(word):
        return json.dumps(word)
    raise NotJson("no JSON in any spelling")
