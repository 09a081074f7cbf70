"""Search filters (RFC 4515): what is asserted of a secret attribute goes, everything else stays by the byte.

Read item by item, without recursion: brackets are told from values by the grammar, which has values escape
theirs. What is no filter by it (but for the outermost brackets, which many leave out) goes as a whole: a
filter put together without escapes may have a password anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.encodings import spoken
from captured_exchanges.redaction.marker import is_marker
from captured_exchanges.redaction.names import Attributes
from captured_exchanges.redaction.patterns import clean, compiled
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.transports.ldap.escapes import escaped, unescaped, unescaped_text

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "UNREADABLE", "Filters"]

MAX_DEPTH = 100
"""Levels of brackets that are followed."""
MAX_LENGTH = 64 * 1024
"""Characters of a filter that is read."""
UNREADABLE = "ldap.filter"
"""The rule by which a filter goes that cannot be read."""
HIDDEN = "?"
"""What stands for a value where no values are kept."""
_TOKEN = compiled(r"[()]|[^()]+")
_HEAD = compiled(
    r"\s*!?\s*([A-Za-z][A-Za-z0-9_.-]*|(?i:oid\.)?\d+(?:\.\d+)*)?((?:;[A-Za-z0-9-]+)*)"
    r"((?::[A-Za-z0-9.-]+)*)\s*[:~<>]?"
)
_VALUE = compiled(r"(?:[^\\\x00()]|\\[0-9a-fA-F]{2})*")
_OPERATORS = frozenset("&|!")
_PRESENT = "*"


@dataclass(frozen=True, slots=True)
class _Item:
    """One assertion, or (without an attribute) what stands around them; `head` ends with the operator."""

    head: str
    value: str = ""
    attribute: str = ""


class _Unreadable(Exception):
    """No filter by RFC 4515."""


class _Next(Enum):
    """What may come next in a filter."""

    FILTER = 0
    INSIDE = 1
    FILTERS = 2
    CLOSING = 3
    NOTHING = 4


class Filters:
    """Redacts filters. Thread-safe."""

    def __init__(self, attributes: Attributes, text: Text, detail: Detail = Detail.FULL) -> None:
        self._attributes = attributes
        self._text = text
        self._detail = detail

    def redact(self, text: str, sweep: Sweep, path: Path) -> str:
        """The filter without credentials; all of it goes where it cannot be read."""
        text = clean(text)
        if not text.strip() or is_marker(text):
            return text
        try:
            items = list(_items(text))
        except _Unreadable:
            return sweep.remove(path, UNREADABLE, text)
        calm = "\\" not in text and not self._text.suspicious(text)
        return "".join(item.head + self._value(item, sweep, path, calm=calm) for item in items)

    def _value(self, item: _Item, sweep: Sweep, path: Path, *, calm: bool) -> str:
        value = item.value.strip()
        if not value or value == _PRESENT or is_marker(value):
            return item.value
        if rule := self._attributes.rule(item.attribute, unescaped_text(value)):
            for part in (value, *(part for part in value.split("*") if part)):
                self._learn(part, sweep)
            return sweep.remove(path, rule, value)
        if self._detail < Detail.FULL:
            return "*".join(part and HIDDEN for part in value.split("*"))
        return item.value if calm else self._scanned(item.value, sweep, path)

    def _learn(self, value: str, sweep: Sweep) -> None:
        for learned in (value, *spoken(unescaped(value))):
            sweep.learn(learned)

    def _scanned(self, value: str, sweep: Sweep, path: Path) -> str:
        """The value as any text; what escapes hide is looked at too."""
        plain = unescaped_text(value)
        scanned = self._text.scan(plain, sweep, path)
        return value if scanned == plain else escaped(scanned)


class _Reading:
    """Where the reading of a filter stands: what may come next, and how deep it is."""

    def __init__(self) -> None:
        self._depth = 0
        self._next = _Next.FILTER

    def read(self, token: str) -> _Item:
        """The next piece of a filter. Raises _Unreadable where it may not stand here."""
        said = token.strip()
        if not said:
            return _Item(token)
        if said == "(":
            return self._went(token, {_Next.FILTER, _Next.FILTERS}, _Next.INSIDE, deeper=1)
        if said == ")":
            after = _Next.FILTERS if self._depth > 1 else _Next.NOTHING
            return self._went(token, {_Next.FILTERS, _Next.CLOSING}, after, deeper=-1)
        if said in _OPERATORS:
            return self._went(token, {_Next.INSIDE}, _Next.FILTERS)
        self._went(token, {_Next.INSIDE}, _Next.CLOSING)
        return _item(token)

    @property
    def is_whole(self) -> bool:
        """Whether a filter may end here."""
        return self._next is _Next.NOTHING

    def _went(self, token: str, allowed: set[_Next], after: _Next, deeper: int = 0) -> _Item:
        self._depth += deeper
        if self._next not in allowed or self._depth > MAX_DEPTH:
            raise _Unreadable
        self._next = after
        return _Item(token)


def _items(text: str) -> Iterator[_Item]:
    """The filter in pieces that are put together again. Raises _Unreadable."""
    if len(text) > MAX_LENGTH:
        raise _Unreadable
    if not text.lstrip().startswith("("):
        yield _item(text)
        return
    reading = _Reading()
    for match in _TOKEN.finditer(text):
        yield reading.read(match[0])
    if not reading.is_whole:
        raise _Unreadable


def _item(text: str) -> _Item:
    head, equals, value = text.partition("=")
    match = _HEAD.fullmatch(head)
    if not equals or match is None or not (match[1] or match[3]) or _VALUE.fullmatch(value) is None:
        raise _Unreadable
    return _Item(head + equals, value, (match[1] or "") + (match[2] or ""))
