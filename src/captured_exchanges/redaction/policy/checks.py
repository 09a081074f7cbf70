"""Whether a single rule of a policy's author can be used, and how it is written in the tables.

Each check returns the rule ready for its table or raises Unusable with the reason: one sentence, fit to
stand behind the place of the rule in a file or in a call.
"""

from __future__ import annotations

import random
import string
from functools import lru_cache

from captured_exchanges.redaction.adjustments import BadPath, JsonPath, ValueRule, is_protected_name
from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.patterns import PatternError, compiled
from captured_exchanges.redaction.transports import DEFAULT_HEADERS

__all__ = [
    "Unusable",
    "cookie",
    "header",
    "kept_header",
    "kept_name",
    "kept_value",
    "label",
    "name",
    "path",
    "value",
]

_HEADER = compiled(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")
_LABEL = compiled(r"[a-z][a-z0-9_.-]{0,39}")
_GATE = compiled(r"[^\x00-\x1f\x7f\"\\]{2,64}")
_LONGEST_NAME = 128
_LONGEST_PATTERN = 2_000
_ANYTHING = "".join(random.Random(7).choices(string.printable, k=200))  # noqa: S311 - a text like no other
"""What only a pattern for everything matches as a whole."""


class Unusable(ValueError):
    """A rule that cannot be used; the message is the reason."""


def name(words: str) -> str:
    """A name, as the words that it is made of. One that a policy removes may end longer names too."""
    phrase = " ".join(_names().words(words)) if len(words) <= _LONGEST_NAME else ""
    if not phrase:
        raise Unusable(f"a name has letters or digits, and at most {_LONGEST_NAME} characters")
    return phrase


def kept_name(words: str) -> str:
    """A name whose values stay."""
    phrase = name(words)
    if is_protected_name(phrase, _names()):
        raise Unusable("this names a private key or a part of one, which no exemption can uncover")
    return phrase


def header(text: str) -> str:
    """The name of a header, in lower case."""
    if _HEADER.fullmatch(text) is None:
        raise Unusable("the name of a header has letters, digits and dashes: no colon, no value")
    return text.lower()


def kept_header(text: str) -> str:
    """The name of a header whose value stays."""
    lowered = header(text)
    if lowered in DEFAULT_HEADERS.live:
        cookies = "; exempt single cookies by `cookies`" if "cookie" in lowered else ""
        raise Unusable(f"this header carries live credentials, which no exemption can uncover{cookies}")
    return lowered


def cookie(text: str) -> str:
    """The name of a cookie, in lower case."""
    if _HEADER.fullmatch(text) is None:
        raise Unusable("the name of a cookie has no spaces, no = and no ;")
    return text.lower()


def path(text: str) -> str:
    """A path into JSON bodies."""
    try:
        JsonPath.parsed(text)
    except BadPath as error:
        raise Unusable(str(error)) from None
    return text


def label(text: str) -> str:
    """The name of a rule of a policy's own."""
    if _LABEL.fullmatch(text) is None:
        raise Unusable(
            "markers show this name: a lower-case letter, then letters, digits, _ . - (at most 40)"
        )
    return text


def value(rule: ValueRule) -> ValueRule:
    """A regular expression over values."""
    label(rule.name)
    if not rule.pattern or len(rule.pattern) > _LONGEST_PATTERN:
        raise Unusable(f"a pattern has 1 to {_LONGEST_PATTERN} characters")
    try:
        pattern = compiled(rule.pattern)
    except PatternError as error:
        raise Unusable(_told(error, rule.pattern)) from None
    if pattern.fullmatch("") is not None:
        raise Unusable("the pattern matches the empty text, and so everywhere: demand at least one character")
    gates = tuple(gate.lower() for gate in rule.gates)
    if any(not gate.isascii() or _GATE.fullmatch(gate) is None for gate in gates):
        raise Unusable("a gate is a literal of 2 to 64 ASCII characters without quotes and backslashes")
    return ValueRule(rule.name, rule.pattern, gates)


def kept_value(rule: ValueRule) -> ValueRule:
    """A regular expression over values that stay."""
    checked = value(rule)
    if compiled(rf"(?s:{rule.pattern})").fullmatch(_ANYTHING) is not None:
        raise Unusable("the pattern matches any value whatever: an exemption says which values are harmless")
    return checked


def _told(error: Exception, pattern: str) -> str:
    """RE2's words and where the trouble is; RE2 names the fragment that it cannot read, not its place."""
    words = error.args[0]
    sentence = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    what, _, fragment = sentence.partition(": ")
    at = pattern.find(fragment) if fragment else -1
    place = f" at character {at + 1}"
    if "missing" in what or at < 0:
        place = f", noticed at its end (character {len(pattern)})"
    return f"bad pattern: {what}{place}; RE2 has no look-around and no back-references"


@lru_cache(maxsize=1)
def _names() -> Names:
    return Names()
