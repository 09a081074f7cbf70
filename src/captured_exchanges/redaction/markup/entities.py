"""What a document declares for itself: entities, and defaults of attributes. Nobody resolves them here, so
that nothing can grow or be fetched; what they stand for goes, for they may stand for a part of a secret.
"""

from __future__ import annotations

from collections.abc import Iterator

from captured_exchanges.redaction.markup.pieces import How, Piece
from captured_exchanges.redaction.markup.reader import Token
from captured_exchanges.redaction.patterns import compiled

__all__ = ["declared"]

_QUOTED = r"(?:\"[^\"]*\"?|'[^']*'?)"
_LITERAL = compiled(rf"<!--(?s:.*?)(?:-->|\z)|((?:SYSTEM|PUBLIC\s+{_QUOTED})\s*)?({_QUOTED})")


def declared(text: str, token: Token) -> Iterator[Piece]:
    """The pieces of a declaration: the literals of its subset go, all else is scanned."""
    before, bracket, subset = text[token.start : token.end].partition("[")
    yield Piece(token.start, token.start + len(before), how=How.BARE)
    if not bracket:
        return
    offset = token.start + len(before) + 1
    if not text.startswith(("<!DOCTYPE", "<!doctype"), token.outer):
        yield Piece(offset, token.end, how=How.BARE)
        return
    done = 0
    for match in _LITERAL.finditer(subset):
        yield Piece(offset + done, offset + match.start(), how=How.BARE)
        done = match.end()
        start, end = match.span(2)
        if start < 0:  # a comment
            yield Piece(offset + match.start(), offset + match.end(), how=How.BARE)
        elif value := subset[start:end].strip("\"'"):
            rule = "" if match.start(1) >= 0 else "name.entity"  # what follows SYSTEM is an address
            yield Piece(offset + start + 1, offset + start + 1 + len(value), rule, How.BARE)
    yield Piece(offset + done, token.end, how=How.BARE)
