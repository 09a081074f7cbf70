"""Pieces of a markup text, marked for removal or for a scan, and the text with them dealt with.

The walk only marks, for what stands before a name may turn out to be its value; so nothing is told as
removed, or scanned, that goes with something larger.
"""

from __future__ import annotations

import bisect
import html
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from captured_exchanges.redaction.encodings import dereferenced
from captured_exchanges.redaction.marker import Marker, is_marker
from captured_exchanges.redaction.sweep import Path, Scan, Sweep

__all__ = ["How", "Piece", "Rewriter"]


class How(Enum):
    """How a piece is written."""

    TEXT = 0
    ATTRIBUTE = 1
    URL = 2
    """An attribute that is a URL, absolute or relative."""
    BARE = 3
    """Without references: CDATA, comments, scripts."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A span of the text; it goes by `rule`, or is scanned. `before` is what was said right before it."""

    start: int
    end: int
    rule: str = ""
    how: How = How.TEXT
    before: str = ""


@dataclass(frozen=True, slots=True)
class Rewriter:
    """Writes one text anew, in one sweep."""

    text: str
    scan: Scan
    url: Scan
    scan_cut: Scan
    sweep: Sweep
    path: Path
    depth: int
    cut: int
    """Where the text was cut; 0 where it was not."""

    def rewritten(self, pieces: list[Piece]) -> str:
        """The text with its pieces removed or scanned; all else as it was."""
        shown, done = [], 0
        for piece in _outermost(pieces):
            shown += [self.text[done : piece.start], self._shown(piece)]
            done = piece.end
        return "".join((*shown, self.text[done:]))

    def _shown(self, piece: Piece) -> str:
        raw = self.text[piece.start : piece.end]
        plain = raw if piece.how is How.BARE else dereferenced(raw)
        if is_marker(plain) or is_marker(f"{plain}]") or not plain.strip("]"):
            return raw  # a marker, or either half of one that the bracket of a subset has split
        if piece.rule:
            self.sweep.learn(plain)
            return self.sweep.remove(self.path, piece.rule, plain)
        redact = self.url if piece.how is How.URL else self.scan
        redact = self.scan_cut if piece.end == self.cut else redact
        shown = redact(plain, self.sweep, self.path, self.depth + 1)
        if shown == plain and piece.before and self._is_told(piece.before, plain):
            self.sweep.learn(plain)
            return self.sweep.remove(self.path, "text.spoken", plain)
        return raw if shown == plain else _escaped(shown, piece)

    def _is_told(self, before: str, plain: str) -> bool:
        """Whether a text is a secret because of what was said before it: `Password: <b>…</b>`."""
        if not any(map(str.isalnum, plain)):
            return False  # the end of a marker that a subset's bracket has split off
        alone = Sweep(Marker())
        said = self.scan(before, alone, (), self.depth + 1)
        whole = self.scan(before + plain, alone, (), self.depth + 1)
        return said == before and whole != before + plain and whole.startswith(before.rstrip())


def _outermost(pieces: list[Piece]) -> Iterator[Piece]:
    """The pieces in order, none within another; what goes wins over what is scanned."""
    pieces = sorted(pieces, key=lambda piece: (piece.start, -piece.end))
    removals: list[Piece] = []
    for piece in (piece for piece in pieces if piece.rule):
        if not removals or piece.start >= removals[-1].end:
            removals.append(piece)
    ends = [piece.end for piece in removals]
    scans, done = [], 0
    for piece in (piece for piece in pieces if not piece.rule):
        at = bisect.bisect_right(ends, piece.start)
        is_free = at == len(removals) or removals[at].start >= piece.end
        if is_free and piece.start >= done:
            scans.append(piece)
            done = piece.end
    yield from sorted((*removals, *scans), key=lambda piece: piece.start)


def _escaped(text: str, piece: Piece) -> str:
    if piece.how is How.BARE:
        return text
    escaped = html.escape(text, quote=False)
    return escaped.replace('"', "&quot;").replace("'", "&#x27;") if piece.how is not How.TEXT else escaped
