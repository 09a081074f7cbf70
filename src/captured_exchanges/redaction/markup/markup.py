"""Markup: which texts are XML or HTML, and what such a text is without its credentials."""

from __future__ import annotations

from collections.abc import Callable

from captured_exchanges.redaction.encodings import dereferenced
from captured_exchanges.redaction.markup.attributes import Attributes
from captured_exchanges.redaction.markup.frames import Span
from captured_exchanges.redaction.markup.meanings import Meanings
from captured_exchanges.redaction.markup.pieces import Rewriter
from captured_exchanges.redaction.markup.reader import Kind, read
from captured_exchanges.redaction.markup.table import MarkupTable
from captured_exchanges.redaction.markup.walk import Rules, Walk
from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.sweep import Path, Scan, Sweep
from captured_exchanges.redaction.values import looks_like_credential

__all__ = ["Markup"]

_LETTER = r"[A-Za-z_\x{80}-\x{10FFFF}]"
_LOOKS = compiled(
    rf"</{_LETTER}|/>|<{_LETTER}[^\s<>/=]*\s[^<>]*=|<!\[CDATA\[|<!--|<!DOCTYPE|<{_LETTER}[^<>]*>\s*<{_LETTER}"
)
_JOINTS = compiled(r"<!--(?s:.*?)-->|<!\[CDATA\[|\]\]>")
_WHOLE = compiled(rf"\s*<(?:[!?/]|{_LETTER}(?:[^\s<>/]*[^\s<>/:])?(?:[\s/>]|\z))")
_HEADER = compiled(r"<[^<>]*\s[A-Za-z][A-Za-z-]*:\s")
"""A header's line in angle brackets: no attribute is called so."""
_BEGINNING = 2_000
_LAST_WORD = compiled(r"[^\s<>\"'=&;,\[\]]{8,}\z")
_END = 65_536
_DEEPEST_CUT = 3


class Markup:
    """Redacts markup. Thread-safe. `spots` tells where in a text something might have to go, `url` redacts
    a URL, `scan` any other text.
    """

    def __init__(
        self,
        names: Names,
        table: MarkupTable,
        scan: Scan,
        *,
        url: Scan,
        spots: Callable[[str], list[Span]],
        code_siblings: frozenset[str],
    ) -> None:
        meanings = Meanings(names, table)
        self._rules = Rules(names, meanings, table, Attributes(names, meanings, table), code_siblings)
        self._scan = scan
        self._url = url
        self._spots = spots

    def source(self) -> str:
        """A pattern that occurs in every text in which something is a secret in markup alone."""
        return self._rules.meanings.source()

    def looks_marked_up(self, text: str) -> bool:
        """Whether there is markup in a text."""
        return "<" in text and _LOOKS.search(text) is not None

    def looks_whole(self, text: str) -> bool:
        """Whether a text is markup from its beginning."""
        begins = _WHOLE.match(text[:_BEGINNING]) is not None and _HEADER.search(text) is None
        return begins and self.looks_marked_up(text)

    def bare(self, text: str) -> str:
        """What a text says to those who read through comments, CDATA and references."""
        return dereferenced(_JOINTS.sub(lambda _: "", text) if "<!" in text else text)

    def redact(
        self, text: str, sweep: Sweep, path: Path, depth: int, *, is_whole: bool, is_cut: bool = False
    ) -> str | None:
        """The text without its credentials, None where there is no markup in it after all. `is_whole`: it is
        nothing else; `is_cut`: its end may be missing.
        """
        tokens = list(read(text))
        if all(token.kind is Kind.TEXT for token in tokens):
            return None
        walk = Walk(self._rules, text, self._spots(text), oauth=sweep.oauth, is_whole=is_whole, is_cut=is_cut)
        end = len(text.rstrip()) if is_cut else 0
        rewriter = Rewriter(text, self._scan, self._url, self._scan_cut, sweep, path, depth, end)
        shown = rewriter.rewritten(walk.pieces(tokens))
        return self._uncut(shown, sweep, path) if is_cut else shown

    def _scan_cut(self, text: str, sweep: Sweep, path: Path, depth: int) -> str:
        """As `scan`, of what the end of a text is missing from: perhaps markup in markup."""
        if "<" in text and depth <= _DEEPEST_CUT:
            shown = self.redact(text, sweep, path, depth, is_whole=True, is_cut=True)
            text = text if shown is None else shown
        return self._scan(text, sweep, path, depth)

    def _uncut(self, text: str, sweep: Sweep, path: Path) -> str:
        """The text without the word that it was cut in, where that looks like half a credential."""
        last = _LAST_WORD.search(text[-_END:])
        if last is None or not looks_like_credential(last[0]):
            return text
        return text[: len(text) - len(last[0])] + sweep.remove(path, "text.cut", last[0])
