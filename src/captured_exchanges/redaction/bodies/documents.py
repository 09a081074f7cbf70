"""Bodies of JSON: whole ones, whose bytes are spliced where nothing in them means a secret, and those that
no strict parser takes: cut, commented, in single quotes, behind a guard or a call.
"""

from __future__ import annotations

from typing import Any

import orjson

from captured_exchanges.redaction.bodies.piece import Content, Piece
from captured_exchanges.redaction.bodies.prescan import EVERYTHING, Findings, Need, Prescan
from captured_exchanges.redaction.json import (
    NotJson,
    completed,
    dumps,
    dumps_text,
    has_doubles,
    in_doubt,
    is_json,
    loads_and_tidies,
    loads_of_doubles,
    respelled,
)
from captured_exchanges.redaction.patterns import clean, compiled
from captured_exchanges.redaction.text import Text

__all__ = ["BROKEN", "JsonBodies", "begins_like_json"]

BROKEN = "text.broken"
"""The rule by which a document goes that is one of several, and that nobody can read."""

_GUARDS = compiled(
    r"(?s)^(?:\)\]\}',?|for\s*\(;;\);|while\s*\((?:1|true)\);|/\*.*?\*/|//[^\n]*\n|&&&START&&&|\{\}&&)\s*"
)
_CALL = compiled(
    r"(?s)^(?:(?:var|let|const)\s+)?[\pL_$][\pL\p{Nd}_$.\[\]\"']{0,100}\s*(?:=|\()\s*([{\[].*?)\s*\)?\s*;?$"
)
_CUT = "text.cut"
_LONGEST_CARELESS = 256 * 1024
"""Characters that are read token by token, which is slow."""
_BEGINNING = compiled(r"^\s*(?:\{\s*(?:[\"'}]|[\pL_$][\pL\p{Nd}_$-]*\s*:)|\[\s*[\"'{\[])")
_HEAD = 1_024


def begins_like_json(text: str) -> bool:
    """Whether a text begins like an object or an array, in any spelling; a bracket alone says nothing."""
    return _BEGINNING.match(clean(text[:_HEAD])) is not None


class JsonBodies:
    """Redacts JSON. Thread-safe."""

    def __init__(self, text: Text, prescan: Prescan) -> None:
        self._text = text
        self._prescan = prescan

    def whole(self, piece: Piece) -> bytes:
        """A JSON text as JSON. Raises NotJson, TooDeep."""
        text = piece.text
        stripped = _GUARDS.sub(lambda _: "", text.strip()) if text[:1] not in ("{", "[") else text
        if stripped.lstrip()[:1] not in ("{", "[") and "json" not in piece.media_type:
            raise NotJson
        return self.redacted(clean(stripped).strip().encode(), piece)

    def redacted(self, given: bytes, piece: Piece) -> bytes:
        """As `whole`, of bytes that are UTF-8 if they are JSON; the text of the piece is not looked at."""
        watched = piece.sweep.oauth or piece.sweep.place
        found = EVERYTHING if watched else self._prescan.look(given)
        if found.need is Need.NOTHING and not self._text.additions.concern_body(given) and is_json(given):
            return _spliced(given, piece, found)
        value, data, found = self._read(given, found)
        is_doubled = data is not given and has_doubles(given, data)
        if is_doubled or self._text.additions.concern_body(data):
            found = EVERYTHING
        if found.need is Need.NOTHING:
            return _spliced(data, piece, found)
        if is_doubled or (data is given and has_doubles(given, dumps(value))):
            value = loads_of_doubles(given, lambda name: self._text.names.of(name).secret)
        return self._walked(value, piece, found)

    def _read(self, given: bytes, found: Findings) -> tuple[Any, bytes, Findings]:
        """The value, its bytes, tidied where they were not tidy, and what these need."""
        if found.texts is not None and not found.is_untidy:
            try:
                return orjson.loads(given), given, found
            except orjson.JSONDecodeError:
                pass  # perhaps what the standard library takes
        value, data = loads_and_tidies(given)
        return value, data, self._prescan.look(data, is_tidy=True) if found.is_untidy else found

    def one_of_many(self, piece: Piece) -> str:
        """A document among others, as JSON, or a line of text between them; a marker where it is broken."""
        text = piece.text
        if text[:1] not in ("{", "["):
            return "" if piece.is_cut else self._text.scan(text, piece.sweep, piece.path)
        try:
            return self.whole(piece).decode()
        except NotJson:
            repaired = self.read(piece)
        if repaired is not None:
            return dumps_text(repaired["value"])
        if piece.is_cut or begins_like_json(text):
            return piece.sweep.remove(piece.path, BROKEN, text)
        return self._text.scan(text, piece.sweep, piece.path)

    def read(self, piece: Piece) -> Content | None:
        """JSON that a strict parser refuses. `repaired` says so in the shape."""
        text = _without_frame(piece.text)
        if text[:1] not in ("{", "["):
            return None
        for spelled in (clean, respelled) if len(text) <= _LONGEST_CARELESS else (clean,):
            try:
                value = self._completed(spelled(text).encode(), piece)
                return {
                    "type": "json",
                    "value": orjson.Fragment(self._walked(value, piece, EVERYTHING)),
                    "repaired": True,
                }
            except NotJson:
                pass
        return None

    def _completed(self, data: bytes, piece: Piece) -> Any:  # noqa: ANN401 - any JSON
        whole = completed(data)
        value = loads_of_doubles(whole.data, lambda name: self._text.names.of(name).secret)
        for obj, key in in_doubt(value, whole.open_levels, self._text.names):
            obj[key] = piece.sweep.remove((*piece.path, key), _CUT, str(obj[key]))
        return value

    def _walked(self, value: Any, piece: Piece, found: Findings) -> bytes:  # noqa: ANN401
        walk, scan = self._text.json.walk, found.need is Need.ALL
        return dumps(walk(value, piece.sweep, piece.path, scan=scan, among=found.texts))


def _spliced(data: bytes, piece: Piece, found: Findings) -> bytes:
    """JSON that stays as it is."""
    piece.sweep.spliced = data if found.has_no_values else b""
    return data


def _without_frame(text: str) -> str:
    """Without what stands around JSON to keep browsers from running it, or to make them."""
    text = text.strip()
    while text[:1] not in ("{", "[") and (rest := _GUARDS.sub(lambda _: "", text)) != text:
        text = rest
    call = _CALL.match(text)
    return call[1] if call is not None else text
