"""Bodies that are a secret and nothing else, `"…"` as JSON or a line of text: what a login answers with, or a
store that was asked for one. The URL tells that one may be expected; here is how it looks.
"""

from __future__ import annotations

from captured_exchanges.redaction.bodies.piece import Content, Piece
from captured_exchanges.redaction.marker import is_marker
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.values import looks_like_credential

__all__ = ["lone"]

_WORD = compiled(r"\"[^\"\s\\]+\"|[^\"\s{}\[\]<>&]+")
_SHORTEST = 6
_LONGEST = 16_384
_NO_SECRET = compiled(
    r"(?i)[a-z_]+|[a-z][a-z0-9+.-]*://.*|[^@]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+|\d{4}-\d\d-\d\d.*|[a-z_][a-z0-9_.-]*=[^=].*"
)
"""A word, a URL, an e-mail address, a time, a form."""


def lone(piece: Piece) -> Content | None:
    """The body without its secret; None where it is none that is one."""
    rule, text = piece.sweep.place.bare, piece.text.strip()
    if not rule or len(text) > _LONGEST or _WORD.fullmatch(text) is None:
        return None
    value = text.strip('"')
    if piece.sweep.place.is_login and not looks_like_credential(value):
        return None
    if len(value) < _SHORTEST or is_marker(value) or _NO_SECRET.fullmatch(value) is not None:
        return None
    piece.sweep.learn(value, rule)
    kind = "json" if text != value and "json" in piece.media_type else "text"
    return {"type": kind, "value": piece.sweep.remove(piece.path, rule, value)}
