"""Markup in text: XML or HTML in which an element, an attribute or a field is named like a secret.

Until markup is taken apart, such a text goes as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator

from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.patterns import compiled

__all__ = ["Markup"]

_TAG = compiled(r"<[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_.-]+)?(?:[\s/][^<>]*)?(?:>|$)")
_QUOTED = compiled(r"\"[^\"]*\"|'[^']*'")
_NAME = compiled(r"[^\x00-\x20\x7f\"'`=;,&<>(){}\[\]/\\|!#*+?~^]+")
_BETWEEN = compiled(r">\s*([^<>]{1,64})\s*</")
_LOOKS = compiled(r"</[A-Za-z_]|/>|<[A-Za-z_][A-Za-z0-9_:.-]*\s[^<>]*=|<!\[CDATA\[")
_LONGEST_NAME = 64


class Markup:
    """Judges markup by its names. Thread-safe."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def rule(self, text: str) -> str:
        """The rule by which a text goes; empty where it is no markup, or holds no secret name."""
        if "<" not in text or _LOOKS.search(text) is None:
            return ""
        infos = map(self._names.of, _names(text))
        return next((info.rule.replace("name.", "text.", 1) for info in infos if info.secret), "")


def _names(text: str) -> Iterator[str]:
    """Names of elements and attributes, and what may name a field: a quoted value, a text between tags."""
    for tag in _TAG.findall(text):
        yield from _NAME.findall(_QUOTED.sub(lambda _: "", tag))
        yield from (value[1:-1] for value in _QUOTED.findall(tag) if len(value) <= _LONGEST_NAME)
    yield from (match[1] for match in _BETWEEN.finditer(text))
