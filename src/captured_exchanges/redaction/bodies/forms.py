"""Form bodies (`application/x-www-form-urlencoded`): name by name, decoded."""

from __future__ import annotations

import urllib.parse

from captured_exchanges.exchange import Json
from captured_exchanges.redaction.bodies.piece import Content, Piece
from captured_exchanges.redaction.marker import is_marker
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text import Text, decoded_name

__all__ = ["Forms", "looks_like_form"]

_FORM = compiled(
    r"[^\s=&{}\[\]<>\"]+(?:\[[^\s=&<>\"]*\])*=[^\s&<>\"]*(?:&[^\s=&<>\"]+(?:=[^\s&<>\"]*)?)*&?\s*"
)
_PADDED = compiled(r"[A-Za-z0-9+/_-]{20,}={1,2}\s*")
"""Base64, which ends like a name without a value."""
_MEDIA_TYPE = "application/x-www-form-urlencoded"


def looks_like_form(text: str) -> bool:
    """Whether a text reads as a form, whatever it is labelled."""
    return _FORM.fullmatch(text) is not None and _PADDED.fullmatch(text) is None


class Forms:
    """Redacts forms. Thread-safe."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def read(self, piece: Piece) -> Content | None:
        """The pairs of a form, told by its label or its looks. Of one that was cut the last is left out."""
        text = piece.text
        labelled = piece.media_type == _MEDIA_TYPE and text.lstrip()[:1] not in ("{", "[", "<")
        if not labelled and not looks_like_form(text):
            return None
        if piece.is_cut:
            text = text[: max(text.rfind("&"), 0)]
        return {"type": "form", "value": self.redact(text, piece.sweep, piece.path)}

    def redact(self, text: str, sweep: Sweep, path: Path) -> list[Json]:
        """The pairs `[name, value]`, decoded and in order, without credentials. A piece without `=` is a
        name with an empty value.
        """
        pairs = [_decoded(piece) for piece in text.strip().split("&") if piece]
        words = {" ".join(self._text.names.words(decoded_name(name))) for name, _ in pairs}
        coded = sweep.oauth or not words.isdisjoint(self._text.urls.code_siblings)
        return [
            self._pair(name, value, sweep, (*path, at), coded=coded) for at, (name, value) in enumerate(pairs)
        ]

    def _pair(self, name: str, value: str, sweep: Sweep, path: Path, *, coded: bool) -> Json:
        shown = self._text.scan(name, sweep, (*path, 0))
        where = (*path, 1)
        rule = self._text.urls.rule(decoded_name(name), value, coded=coded)
        if not value or is_marker(value):
            return [shown, value]
        if not rule:
            return [shown, self._text.scan(value, sweep, where)]
        sweep.learn(value, rule)
        return [shown, sweep.remove(where, rule.replace("url.", "name.", 1), value)]


def _decoded(piece: str) -> tuple[str, str]:
    name, _, value = piece.partition("=")
    unquoted = urllib.parse.unquote if value in {"", "="} else urllib.parse.unquote_plus  # it may be base64
    return unquoted(name), urllib.parse.unquote_plus(value)
