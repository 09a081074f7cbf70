"""Foreign text made safe to print: every string that this package did not write goes through here.

Captured data, ids in a file from a stranger, a peer's sentence: any of them may hold control characters
that move a terminal's cursor, retitle its window or (bidirectional overrides) show another text than the
one that is there. Whatever Unicode does not call printable is shown as a Python escape (a backslash, then
`x1b` or `u202e`) on a terminal and as a JSON escape in NDJSON, so nothing is lost and nothing acts. Spaces
of other scripts and the two joiners, without which names and emoji fall apart, stay.

Layout is not done here: see `table` and `painting`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

__all__ = ["decode", "escape_json", "one_line", "printable"]

_JOINERS = frozenset("\u200c\u200d")
_BMP_END = 0xFFFF


class _Escapes(dict[int, str]):
    """A table for `str.translate` that works out each character once."""

    def __init__(self, escape: Callable[[str], str]) -> None:
        super().__init__()
        self._escape = escape

    def __missing__(self, code: int) -> str:
        character = chr(code)
        shown = character if _is_safe(character) else self._escape(character)
        self[code] = shown
        return shown


def _is_safe(character: str) -> bool:
    return character.isprintable() or character in _JOINERS or unicodedata.category(character) == "Zs"


def _as_python(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


def _as_json(character: str) -> str:
    code = ord(character)
    if code <= _BMP_END:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


_LINE = _Escapes(_as_python)
_TEXT = _Escapes(_as_python)
_TEXT.update({ord("\n"): "\n", ord("\t"): "\t"})
_JSON = _Escapes(_as_json)


def decode(data: bytes) -> str:
    """Bytes that should be UTF-8, as text; a byte that is not shows as an escape. Not yet safe to print."""
    return data.decode("utf-8", "backslashreplace")


def one_line(text: str) -> str:
    """`text` on one line: line feeds and tabs are escaped too."""
    return text if text.isprintable() else text.translate(_LINE)


def printable(text: str) -> str:
    """`text` with its line feeds and tabs; a carriage return before a line feed is dropped."""
    return text if text.isprintable() else text.replace("\r\n", "\n").translate(_TEXT)


def escape_json(document: str) -> str:
    """A JSON document with every unprintable character as a JSON escape: the same document, safe to print.

    In valid JSON such characters stand raw only inside strings, where the escape means the same.
    """
    return document if document.isprintable() else document.translate(_JSON)
