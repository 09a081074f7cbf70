"""Distinguished names: values of secret attributes go, and nothing else changes by a byte.

Taken apart by hand, leniently: RFC 4514 with its escapes, the semicolons and quotes of RFC 2253, several
attributes in one RDN, spaces anywhere. A piece without `=` belongs to the value before it, so that a
password with a comma in it goes as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator

from captured_exchanges.redaction.encodings import spoken
from captured_exchanges.redaction.marker import is_marker
from captured_exchanges.redaction.names import Attributes
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.transports.ldap.escapes import unescaped, unescaped_text

__all__ = ["DistinguishedNames"]

_PIECE = compiled(r"(?s)(?:\\.|\"(?:\\.|[^\"\\])*\"|[^,;+\\\"]|\\\z|\")+|[,;+]")
_TYPE = compiled(r"(?s)(\s*([A-Za-z][A-Za-z0-9_-]*|(?i:oid\.)?\d+(?:\.\d+)*)(?:;[A-Za-z0-9-]+)*\s*=\s*)(.*)")
_ATTRIBUTE = compiled(r"([A-Za-z0-9._-]+)\s*=")
_SEPARATORS = frozenset(",;+")


class DistinguishedNames:
    """Redacts distinguished names. Thread-safe."""

    def __init__(self, attributes: Attributes) -> None:
        self._attributes = attributes

    def redact(self, name: str, sweep: Sweep, path: Path) -> str:
        """The name without values of secret attributes; as it is where it is no name."""
        if "=" not in name or not any(self._attributes.rule(match[1]) for match in _ATTRIBUTE.finditer(name)):
            return name
        shown = (
            kind + self._value(attribute, value, sweep, path) + separator
            for kind, attribute, value, separator in _taken_apart(name)
        )
        return "".join(shown)

    def _value(self, attribute: str, value: str, sweep: Sweep, path: Path) -> str:
        said = value.strip()
        rule = self._attributes.rule(attribute, unescaped_text(said))
        if not rule or not said or is_marker(said):
            return value
        for learned in (said, *spoken(unescaped(said))):
            sweep.learn(learned)
        return sweep.remove(path, rule, said)


def _taken_apart(name: str) -> Iterator[tuple[str, str, str, str]]:
    """The pieces of a name: an attribute type with its `=`, the attribute, the value, and the separator that
    follows; put together, without the second, they are the name.
    """
    kind = attribute = separator = ""
    value: list[str] = []
    for match in _PIECE.finditer(name):
        piece = match[0]
        if piece in _SEPARATORS:
            value.append(separator)
            separator = piece
        elif (typed := _TYPE.fullmatch(piece)) is None:
            value += [separator, piece]
            separator = ""
        else:
            yield kind, attribute, "".join(value), separator
            kind, attribute, value, separator = typed[1], typed[2], [typed[3]], ""
    yield kind, attribute, "".join(value), separator
