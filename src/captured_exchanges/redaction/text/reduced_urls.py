"""URLs without values: what a profile that keeps no values leaves of one.

What is given has been redacted already: markers stand where credentials stood, and are left alone.
"""

from __future__ import annotations

import urllib.parse

from captured_exchanges.redaction.marker import MARKED, is_marked, is_marker
from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text.urls import UrlTable, decoded_name, taken_apart
from captured_exchanges.redaction.values import looks_like_credential, looks_random

__all__ = ["ReducedUrls", "origin_of"]

_NAME = compiled(r"[A-Za-z_$][A-Za-z0-9_.$:\[\]-]{0,63}")
_HEAD = compiled(r"[A-Za-z][A-Za-z0-9+.-]{0,30}://")
_HOST = compiled(r"(?:[A-Za-z0-9_.-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_ASSIGNED = compiled(rf"{MARKED}|([;/][A-Za-z0-9_.%-]+=)([^;/?#]+)")


def origin_of(url: str) -> str:
    """Scheme, host and port of an absolute URL; empty where it has none, or an odd one."""
    head, authority, _ = taken_apart(url)
    host = authority.rpartition("@")[2]
    return head + host if _HEAD.fullmatch(head) and _HOST.fullmatch(host) else ""


class ReducedUrls:
    """Takes values out of URLs. Thread-safe."""

    def __init__(self, names: Names, table: UrlTable) -> None:
        self._names = names
        self._exempt = table.exempt

    def without_values(self, url: str, sweep: Sweep, path: Path) -> str:
        """The URL without the values of its query and fragment, and of parameters in its path."""
        head, authority, rest = taken_apart(url)
        rest, sharp, fragment = rest.partition("#")
        rest, mark, query = rest.partition("?")
        route = self._path(rest, sweep, path)
        shown = head + authority + route + mark + self._query(query, sweep, path)
        return shown + sharp + self._fragment(fragment, sweep, path)

    def _path(self, text: str, sweep: Sweep, path: Path) -> str:
        if "=" not in text:
            return text
        return _ASSIGNED.sub(
            lambda match: (
                match[0]
                if is_marked(match[0]) or is_marker(match[2])
                else match[1] + sweep.remove(path, "detail.query", match[2])
            ),
            text,
        )

    def _query(self, query: str, sweep: Sweep, path: Path) -> str:
        separator = "&" if "&" in query or ";" not in query else ";"
        return separator.join(self._piece(piece, sweep, path) for piece in query.split(separator))

    def _piece(self, piece: str, sweep: Sweep, path: Path) -> str:
        name, equals, value = piece.partition("=")
        plain = urllib.parse.unquote_plus(value)
        if not piece or is_marker(urllib.parse.unquote_plus(piece)):
            return piece
        if not equals or not _is_name(decoded_name(name), value):
            return sweep.remove(path, "detail.query", piece)
        if not value or is_marker(plain) or self._stays(decoded_name(name)):
            return piece
        return f"{name}={sweep.remove(path, 'detail.query', plain)}"

    def _stays(self, name: str) -> bool:
        return bool(self._exempt) and " ".join(self._names.words(name)) in self._exempt

    def _fragment(self, text: str, sweep: Sweep, path: Path) -> str:
        route, mark, query = text.partition("?")
        if mark:
            return self._path(route, sweep, path) + mark + self._query(query, sweep, path)
        if "=" in text:
            return self._query(text, sweep, path)
        if not text or text.startswith(("/", "!")) or is_marker(text):
            return text
        return sweep.remove(path, "detail.query", text)


def _is_name(name: str, value: str) -> bool:
    """Whether what stands before an equals sign names a parameter, and is not itself one in base64."""
    if _NAME.fullmatch(name) is None or looks_random(name):
        return False
    return bool(value.strip("=")) or not looks_like_credential(name)
