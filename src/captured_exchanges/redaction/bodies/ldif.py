"""LDIF (RFC 2849): entries and changes of a directory as text. Attributes decide, whether their values are
plain, in base64 or folded over lines; a line from which nothing goes stays by the byte.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from captured_exchanges.redaction.bodies.piece import Content, Piece
from captured_exchanges.redaction.encodings import spoken
from captured_exchanges.redaction.marker import is_marker
from captured_exchanges.redaction.names import Attributes
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.text import Text

__all__ = ["Ldif"]

_BEGINNING = compiled(
    r"\s*(?:#[^\n]*\n\s*){0,20}(?:version:\s*\d+\s+(?:#[^\n]*\n\s*){0,20})?(?i:dn)::?[ \t]*[^\s:]"
)
_LINE = compiled(r"(?s)([A-Za-z0-9][A-Za-z0-9.;_-]*)(::?)( *)(.*?)(\r?\n?)")
_IN_BASE64 = "::"
_FOLDS = ("\r\n ", "\n ", "\r\n\t", "\n\t")


class Ldif:
    """Redacts LDIF. Thread-safe."""

    def __init__(self, text: Text, attributes: Attributes) -> None:
        self._text = text
        self._attributes = attributes

    def read(self, piece: Piece) -> Content | None:
        """The text without credentials; None where it is no LDIF. Of one that was cut the last line goes."""
        if _BEGINNING.match(piece.text) is None:
            return None
        lines = list(_unfolded(piece.text))
        if piece.is_cut:
            lines.pop()
        return {"type": "text", "value": "".join(self._line(line, piece) for line in lines)}

    def _line(self, line: str, piece: Piece) -> str:
        plain = line
        for fold in _FOLDS:
            plain = plain.replace(fold, "")
        match = _LINE.fullmatch(plain)
        if match is None:  # a comment, a blank line, or somebody's text
            scanned = self._text.scan(plain, piece.sweep, piece.path)
            return line if scanned == plain else scanned
        name, value = match[1], match[4]
        data = _decoded(value) if match[2] == _IN_BASE64 else value.encode()
        shown = self._value(name, value, data, piece)
        return line if shown is None else f"{name}: {shown}{match[5]}"

    def _value(self, name: str, value: str, data: bytes, piece: Piece) -> str | None:
        """What is kept of a value, in plain; None where all of it is."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = value
        rule = self._attributes.rule(name, text)
        if not rule or not value or is_marker(value):
            shown = self._text.scan(text, piece.sweep, piece.path)
            return None if shown == text else shown
        for learned in spoken(data):
            piece.sweep.learn(learned)
        return piece.sweep.remove(piece.path, rule, text)


def _unfolded(text: str) -> Iterator[str]:
    """The lines with those that continue them; put together they are the text."""
    held: list[str] = []
    for line in text.splitlines(keepends=True):
        if held and line[:1] not in (" ", "\t"):
            yield "".join(held)
            held = []
        held.append(line)
    yield "".join(held)


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value)
    except (binascii.Error, ValueError):
        return value.encode()
