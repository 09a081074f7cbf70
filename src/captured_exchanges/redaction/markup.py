"""Markup in text: XML or HTML in which an element, an attribute or a field is named like a secret.

Until markup is taken apart, such a text goes as a whole.
"""

from __future__ import annotations

from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.patterns import compiled

__all__ = ["Markup"]

_TAG = compiled(r"<[A-Za-z_][^<>]*>?")
_QUOTED = compiled(r"\"[^\"]*\"|'[^']*'")
_NAME = compiled(r"[^\x00-\x20\x7f\"'`=;,&<>(){}\[\]/\\|!#*+?~^]+")
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
        for tag in _TAG.findall(text):
            values = [value[1:-1] for value in _QUOTED.findall(tag) if len(value) <= _LONGEST_NAME]
            for name in (*_NAME.findall(_QUOTED.sub(lambda _: "", tag)), *values):
                info = self._names.of(name)
                if info.secret:
                    return info.rule.replace("name.", "text.", 1)
        return ""
