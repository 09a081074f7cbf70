"""XML and HTML as bodies, told by their first character or by their label."""

from __future__ import annotations

from captured_exchanges.redaction.bodies.piece import Content, Piece
from captured_exchanges.redaction.text import Text

__all__ = ["MarkedUp"]


class MarkedUp:
    """Redacts markup. Thread-safe."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def read(self, piece: Piece) -> Content | None:
        """The markup without credentials, else as it was."""
        if not (piece.text.lstrip()[:1] == "<" or "xml" in piece.media_type or "html" in piece.media_type):
            return None
        shown = self._text.markup(piece.text, piece.sweep, piece.path, is_cut=piece.is_cut)
        return {"type": "text", "value": shown}
