"""JSON as people and careless programs write it, spelled as JSON.

Comments and commas without a value are dropped, single quotes become double ones, names get quotes, what
other languages call null, true and false is called so. The result is what a strict parser then accepts or
not: nothing is guessed about structure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from captured_exchanges.redaction.encodings import unescaped
from captured_exchanges.redaction.json.exact import NotJson
from captured_exchanges.redaction.patterns import Match, clean, compiled

__all__ = ["respelled"]

_TOKEN = compiled(
    r"(?s)(?P<blank>\s+|//[^\n]*|/\*.*?(?:\*/|\z)|\#[^\n]*)"
    r"|(\"(?:[^\"\\]|\\.)*\")|('(?:[^'\\]|\\.)*')|([{}\[\]:,])|([^\s{}\[\]:,\"'/#()]+)|(.)"
)
_CONSTANTS = {
    "null": "null", "None": "null", "nil": "null", "undefined": "null", "NaN": "null", "nan": "null",
    "Infinity": "null", "-Infinity": "null", "+Infinity": "null",
    "true": "true", "True": "true", "TRUE": "true", "false": "false", "False": "false", "FALSE": "false",
}  # fmt: skip
_NUMBER = compiled(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ODD_NUMBER = compiled(r"[+-]?(?:0[xX][0-9a-fA-F]+|[0-9]*\.?[0-9]+|[0-9]+\.)(?:[eE][+-]?[0-9]+)?[nLl]?")
_NAME = compiled(r"[\pL_$@.*-][\pL\p{Nd}_$@.*/-]*|[0-9]+")
_BLANK, _DOUBLE, _SINGLE, _MARK, _BARE = range(1, 6)


def respelled(text: str) -> str:
    """A text in the spelling of JSON, up to where a string has no end. Raises NotJson."""
    pieces: list[str] = []
    pending: Match[str] | None = None
    for token in _tokens(clean(text)):
        if pending is not None:
            pieces += _spelled(pending, token)
        pending = token
        if not any(token.span(kind)[0] >= 0 for kind in (_DOUBLE, _SINGLE, _MARK, _BARE)):
            break  # a string without an end
    if pending is not None:
        pieces += _spelled(pending, None)
    return "".join(pieces)


def _tokens(text: str) -> Iterator[Match[str]]:
    """All but what means nothing."""
    return (match for match in _TOKEN.finditer(text) if match.start(_BLANK) < 0)


def _spelled(token: Match[str], following: Match[str] | None) -> tuple[str, ...]:
    after = "" if following is None else following[0]
    if token.start(_MARK) >= 0:
        return () if token[0] == "," and after in ("}", "]") else (token[0],)
    if token.start(_DOUBLE) >= 0 or token.start(_SINGLE) >= 0:
        return (_string(token[0]),)
    if token.start(_BARE) >= 0:
        return (_bare(token[0], is_name=after == ":", is_last=following is None),)
    if token[0] in ("'", '"'):
        return ('"',)
    raise NotJson("no JSON in any spelling")


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
