"""What a JSON body may hold, found out in native passes over its bytes, so that most are never walked.

One pattern finds everything that might mean a secret, in most bodies nothing. Hits that mean none, such as
`"passwordChanged":`, are judged once each and then taken out of the bytes wherever they occur, so that a
page of a thousand users costs as many passes as it has different near-misses, not a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from captured_exchanges.redaction.harmless import Harmless
from captured_exchanges.redaction.names import Effect, Names
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.text import Text

__all__ = ["Need", "Prescan"]

_ROUNDS = 64
"""Different hits that are judged; a body with more is walked."""
_QUOTE = ord('"')
_EMPTY = (b":null", b":true", b":false", b':""', b":{}", b":[]")
_DULL = compiled(r":\{(?:[^\"{}\[\]]|\"[^\"\\]{0,19}\"|\{(?:[^\"{}\[\]]|\"[^\"\\]{0,19}\")*\})*\}")
"""An object none of whose strings is long enough to look random."""
_SOMETHING = b'"%b"' % (b"-" * 20)
"""A string, in place of a harmless one, that is too long to be dull."""
_BESIDE = compiled(r"(?i:hash|salt|digest)")
_TEXTUAL = compiled(r"[=:<>&'`]|(?i:\b(?:is|was|are)\b)|--[A-Za-z]|\s-[A-Za-z]")
"""What a text has beside a name that it gives a value to."""
_CALM = frozenset({Effect.PLAIN, Effect.KNOWN, Effect.PERMISSIONS, Effect.BESIDE})


class Need(IntEnum):
    """What a body needs."""

    NOTHING = 0
    NAMES = 1
    """A walk that judges names alone: no value in it is a secret by its looks."""
    ALL = 2


class Prescan:
    """Judges JSON by its bytes. Thread-safe."""

    def __init__(self, names: Names, text: Text) -> None:
        self._names = names
        self._pattern = compiled(text.gate_source)
        self._values = compiled(text.value_source)
        self._is_only_a_name: Harmless[bytes] = Harmless(self._holds_no_value)
        self._is_clean = text.is_clean

    def need(self, data: bytes) -> Need:
        """What a JSON text needs that is UTF-8, has no space beside its colons, and escapes nothing but
        what must be escaped.
        """
        need, start, saw_empty = Need.NOTHING, 0, False
        for _ in range(_ROUNDS):
            hit = self._pattern.search(data, start)
            if hit is None:
                return max(need, Need.NAMES) if saw_empty and _BESIDE.search(data) else need
            start, end = _literal_around(data, *hit.span())
            judged = self._judge(data, start, end)
            need, saw_empty = max(need, judged.need), saw_empty or judged.is_empty
            if need is Need.ALL:
                return need
            if judged.until:
                data = data.replace(data[start : judged.until], judged.instead)
            else:
                start = end
        return Need.ALL

    def _judge(self, data: bytes, start: int, end: int) -> _Judged:
        literal = data[start:end]
        if not (literal[0] == _QUOTE == literal[-1] and len(literal) > 1):
            return _Judged(Need.ALL)
        name = literal[1:-1].decode("utf-8", "replace")
        if not self._is_only_a_name(literal) and not self._is_clean(name):
            return _Judged(Need.ALL)
        if data[end : end + 1] == b":":
            return self._key(data, name, end)
        info = self._names.of(name)
        if info.secret or info.effect is Effect.CONTAINER:
            return _Judged(Need.NAMES)
        return _Judged(Need.NOTHING, end if info.effect in _CALM else 0)

    def _holds_no_value(self, literal: bytes) -> bool:
        """Whether no more than a name stands in a literal."""
        return self._values.search(literal) is None and _TEXTUAL.search(literal) is None

    def _key(self, data: bytes, name: str, end: int) -> _Judged:
        effect = self._names.of(name).effect
        first = data[end + 1 : end + 2]
        if effect in _CALM or (effect is Effect.ABOUT and first not in (b"{", b"[")):
            return _Judged(Need.NOTHING, end + 2, b'"":' + first)
        if effect is Effect.TRIGGER:
            return _Judged(Need.NAMES, end + 1, b'"":')
        for empty in _EMPTY:
            if data.startswith(empty, end):
                return _Judged(Need.NOTHING, end + len(empty), b'"":0', is_empty=True)
        dull = _DULL.match(data, end) if effect in (Effect.CONTAINER, Effect.ABOUT) else None
        if dull is None:
            return _Judged(Need.NAMES)
        return _Judged(self.need(data[end + 1 : dull.end()]), dull.end(), b'"":0')


def _literal_around(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The JSON string that a hit stands in; the hit itself where it is in none, or that one has escapes."""
    opening, closing = data.rfind(b'"', 0, start), data.find(b'"', end)
    inside = data[opening + 1 : closing]
    if opening < 0 or closing < 0 or b'"' in inside or b"\\" in inside:
        return start, end
    return opening, closing + 1


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a hit needs; up to where it may be taken out of the bytes (0: not at all), and what is put in
    its place; whether it is a secret name without a value. The same text may stand under a secret name, or
    in a suspected object, too: so what is put there is neither empty nor short.
    """

    need: Need
    until: int = 0
    instead: bytes = _SOMETHING
    is_empty: bool = False
