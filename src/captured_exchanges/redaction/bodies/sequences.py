"""Several JSON documents in one body: a line each (NDJSON, JSON Lines), a text sequence (RFC 7464), or one
after another. Documents in which nothing is a secret, and what stands between them, stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator

from captured_exchanges.redaction.bodies.documents import JsonBodies
from captured_exchanges.redaction.bodies.piece import Content, Piece
from captured_exchanges.redaction.json import decoded_at

__all__ = ["Sequences"]

_SEPARATOR = "\x1e"
_FEWEST = 2
_BLANK = " \t\r\n"
_BETWEEN = f"{_BLANK},;{_SEPARATOR}"


class Sequences:
    """Redacts sequences of JSON documents. Thread-safe."""

    def __init__(self, documents: JsonBodies) -> None:
        self._documents = documents

    def read(self, piece: Piece) -> Content | None:
        """The text with each document redacted; None where there are not several."""
        text = piece.text.strip(_BLANK)
        if text[:1] not in ("{", "[", _SEPARATOR):
            return None
        for split in (_sequence, _lines, _run):
            units = split(text)
            if _are_documents(units):
                return {"type": "text", "value": "".join(self._units(units, piece))}
        return None

    def _units(self, units: list[str], piece: Piece) -> Iterator[str]:
        """Each document, and what stands around it."""
        for at, unit in enumerate(units):
            document = unit.strip(_BETWEEN)
            before, _, after = unit.partition(document) if document else (unit, "", "")
            is_cut = piece.is_cut and at == len(units) - 1
            yield before
            if document:
                yield self._documents.one_of_many(piece.part(document, is_cut=is_cut))
            yield after


def _are_documents(units: list[str]) -> bool:
    """Whether there are several, the first of which is one for certain."""
    filled = [unit for unit in units if unit.strip(_BETWEEN)]
    begun = sum(unit.lstrip(_BETWEEN)[:1] in ("{", "[") for unit in filled)
    if len(filled) < _FEWEST or begun * 2 < len(filled):
        return False
    document, end = decoded_at(filled[0], len(filled[0]) - len(filled[0].lstrip(_BETWEEN)))
    is_all = not filled[0][end:].strip(_BETWEEN)
    return is_all and isinstance(document, (dict, list))


def _sequence(text: str) -> list[str]:
    return [_SEPARATOR + unit for unit in text.split(_SEPARATOR)[1:]] if text[:1] == _SEPARATOR else []


def _lines(text: str) -> list[str]:
    *lines, last = text.split("\n")
    return [*(f"{line}\n" for line in lines), last]


def _run(text: str) -> list[str]:
    """Documents one after another, whatever separates them."""
    units, start = [], 0
    while start < len(text):
        begin = start
        while begin < len(text) and text[begin] in _BETWEEN:
            begin += 1
        _, end = decoded_at(text, begin)
        end = end or len(text)
        units.append(text[start:end])
        start = end
    return units
