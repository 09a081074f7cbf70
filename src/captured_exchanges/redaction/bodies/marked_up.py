"""XML and HTML as bodies, told by their first character or by their label."""

from __future__ import annotations

from captured_exchanges.redaction.bodies.decoding import NotUnderstood
from captured_exchanges.redaction.bodies.piece import Content, Piece
from captured_exchanges.redaction.text import Text

__all__ = ["MarkedUp"]


class MarkedUp:
    """Redacts markup, up to `limit` characters of it where anything may have to go. Thread-safe."""

    def __init__(self, text: Text, limit: int) -> None:
        self._text = text
        self._limit = limit

    def read(self, piece: Piece) -> Content | None:
        """The markup without credentials, else as it was. Raises NotUnderstood."""
        if not (piece.text.lstrip()[:1] == "<" or "xml" in piece.media_type or "html" in piece.media_type):
            return None
        if len(piece.text) > self._limit and not self._text.is_calm_markup(piece.text):
            raise NotUnderstood("too large")
        shown = self._text.markup(piece.text, piece.sweep, piece.path, is_cut=piece.is_cut)
        return {"type": "text", "value": shown}
