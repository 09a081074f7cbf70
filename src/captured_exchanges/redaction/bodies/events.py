"""Server-Sent Events (`text/event-stream`): the data of each event is a body of its own; names, ids and
comments are text.
"""

from __future__ import annotations

from itertools import groupby

from captured_exchanges.redaction.bodies.documents import JsonBodies
from captured_exchanges.redaction.bodies.piece import Content, Piece
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.text import Text

__all__ = ["Events"]

_FIELD = compiled(r"(?:data|event|id|retry)(?::|$)|:")


class Events:
    """Redacts streams of events. Thread-safe."""

    def __init__(self, text: Text, documents: JsonBodies) -> None:
        self._text = text
        self._documents = documents

    def read(self, piece: Piece) -> Content | None:
        """The text with the data of each event redacted; None where a line is none of an event's, or none has
        data.
        """
        lines = piece.text.split("\n")
        filled = [line for line in lines if line.strip()]
        if not all(map(_FIELD.match, filled)) or not any(line.startswith("data:") for line in filled):
            return None
        if piece.is_cut:
            lines = lines[:-1]
        shown: list[str] = []
        for is_data, group in groupby(lines, key=lambda line: line.startswith("data:")):
            run = list(group)
            shown += self._data(run, piece) if is_data else (self._scan(line, piece) for line in run)
        return {"type": "text", "value": "\n".join(shown)}

    def _data(self, lines: list[str], piece: Piece) -> list[str]:
        """The lines of one event's data: one document, or text."""
        data = "\n".join(line.removeprefix("data:").removeprefix(" ").rstrip("\r") for line in lines)
        redacted = self._documents.one_of_many(piece.part(data.strip()))
        return lines if redacted == data.strip() else [f"data: {line}" for line in redacted.split("\n")]

    def _scan(self, line: str, piece: Piece) -> str:
        return self._text.scan(line, piece.sweep, piece.path)
