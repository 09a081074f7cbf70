"""The hits of the prescan in one body, each judged from the name around it.

Those that mean no secret, such as `"passwordChanged":`, are judged once and then painted over wherever they
occur, so that a page of a thousand users costs as many passes as it has different near-misses, not a
thousand. So are those that do, once they are noted. Paint is as long as what it covers.
"""

from __future__ import annotations

import orjson

from captured_exchanges.redaction.bodies.gate import Gate
from captured_exchanges.redaction.harmless import Harmless
from captured_exchanges.redaction.json import ends_long_number
from captured_exchanges.redaction.names import Effect, Names
from captured_exchanges.redaction.patterns import compiled_gate
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.values import looks_like_credential

__all__ = ["Hits", "Judge"]

_MOST, _BYTES_A_HIT = 64, 512
"""Hits that are judged, and one more for so many bytes; a body with more is walked as a whole."""
_MOST_PAINTED = 32
"""Different hits that are painted over, each a pass over the body; others are judged wherever they occur."""
_MOST_KNOWN, _LONGEST_KNOWN = 4_096, 128
_EMPTY = (b":null", b":true", b":false", b':""', b":{}", b":[]")
_DULL = compiled_gate(r":\{(?:[^\"{}\[\]]|\"[^\"\\]{0,19}\"|\{(?:[^\"{}\[\]]|\"[^\"\\]{0,19}\")*\})*\}")
"""An object none of whose strings is long enough to look random."""
_TEXTUAL = compiled_gate(
    r"[=:<>&'`]|\\\"|(?i:\b(?:is|was|are|from|to|eq|ne|co|sw|ew|like)\b)|--[A-Za-z]|\s-[A-Za-z]"
    r"|(?:\s|\\[nrt])[A-Za-z0-9+/=_.~-]{20}"
)
"""What a text has beside a name that it gives a value to; or the value, long enough to look random."""
_BACKSLASH, _BRACE = b"\\{"
_OPENINGS, _OPENED = frozenset(b"{["), (b"{", b"[")
_DENIALS = (b"f", b"n")
"""The first characters of what tells nothing."""
_CLOSINGS = (b"]", b"}")
_BLANKS = (b" ", b"\t", b"\r", b"\n")
_CALM = frozenset({Effect.PLAIN, Effect.KNOWN, Effect.PERMISSIONS, Effect.BESIDE})
_NAMES = frozenset({Effect.CONTAINER, Effect.TRIGGER, Effect.SCALAR, Effect.LEAVES, Effect.SUBTREE})
_MOODS = frozenset({Effect.CONTAINER, Effect.ABOUT})


class Judge:
    """Knows what a literal means by itself. Thread-safe; what it remembers is no secret."""

    def __init__(self, names: Names, text: Text) -> None:
        self._names = names
        self._values = compiled_gate(text.value_source)
        self._beside = compiled_gate(names.beside_source())
        self._vaults = compiled_gate(names.vaults_source())
        self._is_clean = text.is_clean
        self._is_only_a_name: Harmless[bytes] = Harmless(self._holds_only_a_name)
        self.near_misses: dict[bytes, Effect] = {}
        """Strings, keys with their colons and keys with their values that were judged before."""

    def effect(self, name: str) -> Effect:
        """What a name means."""
        return self._names.of(name).effect

    def is_harmless(self, literal: bytes, text: str) -> bool:
        """Whether a literal may mean something only as a name."""
        return self._is_only_a_name(literal) or self._is_clean(text)

    def holds_value(self, literal: bytes) -> bool:
        """Whether a literal holds what may be a value, by its looks; a harmless one included."""
        return literal not in self._is_only_a_name and self._values.search(literal) is not None

    def has_beside(self, data: bytes) -> bool:
        """Whether there is a name in a JSON text that is secret only beside another."""
        return self._beside.search(data) is not None

    def tells(self, name: str) -> bool:
        """Whether a key may tell that another is a vault."""
        return self._names.tells(name)

    def has_vaults(self, data: bytes) -> bool:
        """Whether there is a name in a JSON text that may be a vault."""
        return self._vaults.search(data) is not None

    def remember(self, token: bytes, effect: Effect) -> None:
        """A near-miss, to be passed by unasked from now on."""
        if len(token) <= _LONGEST_KNOWN:
            if len(self.near_misses) >= _MOST_KNOWN:
                self.near_misses.clear()
            self.near_misses[token] = effect

    def _holds_only_a_name(self, literal: bytes) -> bool:
        return self._values.search(literal) is None and _TEXTUAL.search(literal) is None


class Hits:
    """What was hit in one body. `asks_tidiness`: the gate hits what is untidy, too."""

    def __init__(self, judge: Judge, gate: Gate, data: bytes, *, asks_tidiness: bool) -> None:
        self._judge = judge
        self._gate = gate
        self._asks_tidiness = asks_tidiness
        self._left = _MOST + len(data) // _BYTES_A_HIT
        self._paints = _MOST_PAINTED
        self._companions: set[str] = set()
        self._telling: set[str] = set()
        self.names: set[str] = set()
        """Keys, and strings that may be names, around which names have to be judged."""
        self.values: set[str] = set()
        """Keys and strings that have to be scanned."""
        self.saw_value = False
        """Whether anything was hit that may be a value, the harmless included."""
        self.is_whole = True
        """Whether everything that was hit is in these sets."""
        self.is_untidy = False
        self._search(data)
        if self._companions and judge.has_beside(data):
            self.names |= self._companions
        if self._telling and judge.has_vaults(data):
            self.names |= self._telling

    def _search(self, data: bytes) -> None:
        start = 0
        while (end := self._gate.end_of_hit(data, start)) >= 0:
            if self._asks_tidiness and _is_untidy(data, end):
                self.is_untidy = True
            if data[end - 1] in _OPENINGS and data[end - 3 : end - 1] == b'":':
                end -= 3  # a key that is a near-miss, but not before an object
            opening, start = _literal_around(data, end)
            self._left -= 1
            if start < 0 or self._left < 0:
                self.is_whole = False
            if self.is_untidy or not self.is_whole:
                return
            data = self._judged(data, opening, start + 1)

    def _judged(self, data: bytes, opening: int, end: int) -> bytes:
        """The bytes, with what was hit painted over wherever it occurs."""
        first = data[end + 1 : end + 2] if data[end : end + 1] == b":" else b""
        token = data[opening : end + 1] if first else data[opening:end]
        effect = self._judge.near_misses.get(token)
        if effect is None or (effect is Effect.ABOUT and first in _OPENED):
            return self._meant(data, opening, end, first)
        if self._gate.passes_by(token, guarded=effect is Effect.ABOUT):
            return data
        return self._painted(data, token + first, _key_paint(token + first) if first else _text_paint(token))

    def _painted(self, data: bytes, token: bytes, paint: bytes) -> bytes:
        self._paints -= 1
        return data.replace(token, paint) if self._paints >= 0 else data

    def _meant(self, data: bytes, opening: int, end: int, first: bytes) -> bytes:
        """Notes what a literal means, before a value that begins with `first` as its key."""
        literal = data[opening:end]
        text, hit = _decoded(literal), self._gate.hit(data, opening)
        if text is None or hit is None or hit.end() >= end:
            self.is_whole = False  # a hit across strings
            return data
        holds_value = self._judge.holds_value(literal)
        self.saw_value = self.saw_value or holds_value
        if not self._judge.is_harmless(literal, text):
            self.values.add(text)
            return self._painted(data, literal, _text_paint(literal))
        effect = self._judge.effect(text)
        if first:
            return self._key(data, opening, end, text, effect, may_remember=not holds_value)
        if effect in _NAMES:
            self.names.add(text)
        elif effect not in _CALM:
            return data  # as a key it may mean more
        elif not holds_value and not looks_like_credential(text):
            self._judge.remember(literal, effect)
        return self._painted(data, literal, _text_paint(literal))

    def _key(
        self, data: bytes, opening: int, end: int, name: str, effect: Effect, *, may_remember: bool
    ) -> bytes:
        key = data[opening : end + 1]
        first = data[end + 1 : end + 2]
        if self._judge.tells(name):
            may_remember = False  # by what is said once more it may tell
            self._telling |= {name} if first not in _DENIALS else set()
        if effect in _CALM or (effect is Effect.ABOUT and first not in _OPENED):
            if may_remember:
                self._judge.remember(key, effect)
        elif effect is Effect.TRIGGER:
            self._companions.add(name)
        elif value := self._harmless_value(data, data[opening:end], end, name, effect):
            span = key[:-1] + value
            return self._painted(data, span, _number_paint(span))
        else:
            self.names.add(name)
        return self._painted(data, key + first, _key_paint(key + first))

    def _harmless_value(self, data: bytes, literal: bytes, end: int, name: str, effect: Effect) -> bytes:
        """The colon and the value behind a key, where nothing in it can go by what the key means."""
        if empty := next((empty for empty in _EMPTY if data.startswith(empty, end)), b""):
            self._companions.add(name)
            return empty
        dull = _DULL.match(data, end) if effect in _MOODS and data[end + 1] == _BRACE else None
        if dull is None:
            return b""
        before = self._found
        self._search(dull[0][1:])
        if self._found == before:
            self._gate.passes_by(literal + dull[0], guarded=False)
        return dull[0]

    @property
    def _found(self) -> tuple[int, ...]:
        noted = (self.names, self.values, self._companions, self._telling)
        return (*map(len, noted), self.saw_value)


def _text_paint(literal: bytes) -> bytes:
    """The same text may stand under a secret name, or in a suspected object, too: so it is neither empty
    nor shorter.
    """
    return b'"%b"' % (b"-" * (len(literal) - 2))


def _key_paint(token: bytes) -> bytes:
    """A key without a name before the first character of its value."""
    return (b'"":' + token[-1:]).rjust(len(token))


def _number_paint(span: bytes) -> bytes:
    """A key without a name, and a number."""
    return b'"":0'.rjust(len(span))


def _is_untidy(data: bytes, end: int) -> bool:
    """Whether a hit that ends here is one of what is untidy (`json.UNTIDY`); a false alarm costs time."""
    before, last = data[end - 2 : end - 1], data[end - 1 : end]
    if last in _BLANKS:
        return last == b"\n" or before == b'"' or data[end - 3 : end - 1] == b'":'
    if (before == b"\\" and last in (b"u", b"/")) or (before in _CLOSINGS and last in _CLOSINGS):
        return True
    return ends_long_number(data, end)


def _literal_around(data: bytes, end: int) -> tuple[int, int]:
    """The quotes of the JSON string in which a hit ends; the second is -1 where it is in none."""
    opening, closing = data.rfind(b'"', 0, end - 1), data.find(b'"', end)
    while opening > 0 and data[opening - 1] == _BACKSLASH and _is_escaped(data, opening):
        opening = data.rfind(b'"', 0, opening)
    while closing > 0 and data[closing - 1] == _BACKSLASH and _is_escaped(data, closing):
        closing = data.find(b'"', closing + 1)
    return opening, closing if opening >= 0 else -1


def _is_escaped(data: bytes, at: int) -> bool:
    before = at - 1
    while before >= 0 and data[before] == _BACKSLASH:
        before -= 1
    return (at - before) % 2 == 0


def _decoded(literal: bytes) -> str | None:
    """What a JSON string says; None where it is none."""
    try:
        text = orjson.loads(literal)
    except orjson.JSONDecodeError:
        return None
    return text if isinstance(text, str) else None
