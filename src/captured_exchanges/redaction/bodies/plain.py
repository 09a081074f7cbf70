"""Plain text: searched as a whole; of one that was cut the last line is left out, or of one line the last
word. What only looks like text, because it is of a kind that nobody here could read, is refused.
"""

from __future__ import annotations

from captured_exchanges.redaction.bodies.decoding import NotUnderstood
from captured_exchanges.redaction.bodies.documents import begins_like_json
from captured_exchanges.redaction.bodies.piece import Content, Piece
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.values import looks_random

__all__ = ["DescriptiveHeaders", "Plain"]

_DESCRIPTIVE = frozenset(
    {"content-disposition", "content-type", "content-transfer-encoding", "content-encoding"}
)


class Plain:
    """Redacts plain text. Thread-safe."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def read(self, piece: Piece) -> Content:
        """The text without credentials. Raises NotUnderstood."""
        text = _without_tail(piece.text) if piece.is_cut else piece.text
        if refusal := _structure(text, piece.media_type):
            raise NotUnderstood(refusal)
        if piece.sweep.oauth and looks_random(text.strip()):
            return {"type": "text", "value": piece.sweep.remove(piece.path, "text.token", text.strip())}
        return {"type": "text", "value": self._text.scan(text, piece.sweep, piece.path)}


class DescriptiveHeaders:
    """Headers of parts where no rules for headers are at hand: those that say what a part is."""

    def redact(
        self,
        headers: tuple[tuple[str, str], ...],
        sweep: Sweep,  # noqa: ARG002 - nothing is removed that was kept
        *,
        body_is_redacted: bool = False,  # noqa: ARG002
        path: Path = (),  # noqa: ARG002
    ) -> list[list[str]]:
        """The headers that are kept."""
        return [[name, value] for name, value in headers if name.lower() in _DESCRIPTIVE]


def _without_tail(text: str) -> str:
    at = text.rfind("\n")
    if at >= 0:
        return text[: at + 1]
    return text[: max(text.rfind(" "), 0)]


def _structure(text: str, media_type: str) -> str:
    """Why a text is more than plain text, or empty."""
    stripped = text.lstrip()
    if begins_like_json(text) or ("json" in media_type and '"' in text):
        return "broken JSON"
    if stripped.startswith("--") and "content-disposition:" in stripped[:4096].lower():
        return "multipart"
    return "binary" if media_type.startswith(("image/", "audio/", "video/", "font/")) else ""
