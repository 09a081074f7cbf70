"""Letters beyond ASCII, in every way that they are written in: in either case, percent-encoded, as escapes of
JSON (in a string of JSON, too), and in pieces (NFD). References of markup are told by the scan of text.
"""

from __future__ import annotations

import unicodedata
import urllib.parse
from collections.abc import Iterator
from functools import lru_cache

from captured_exchanges.redaction.patterns import quoted

__all__ = ["in_any_spelling"]


def in_any_spelling(phrase: str) -> str:
    """A pattern, to be read without regard to case, that occurs in every text in which the words stand."""
    return r"[^A-Za-z\"]{0,3}".join("".join(map(_letter, word)) for word in phrase.split())


@lru_cache(maxsize=1_024)
def _letter(char: str) -> str:
    return quoted(char) if char.isascii() else f"(?:{'|'.join(sorted(set(_spellings(char))))})"


def _spellings(char: str) -> Iterator[str]:
    for cased in {char, char.lower(), char.upper()}:
        yield quoted(cased)
        yield urllib.parse.quote(cased)
        yield "".join(rf"\\+u{ord(each):04x}" for each in cased)
    pieces = unicodedata.normalize("NFD", char)
    if pieces != char:
        yield "".join(map(_letter, pieces))
