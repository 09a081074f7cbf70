"""Markers: what stands where a credential stood.

`[REDACTED:<rule>:<tag>]`. The tag is six hex digits of an HMAC-SHA-256 under a key that is made at random
in this process and never leaves it: equal secrets show equal tags within a run, and nothing can be guessed
back from one. Values under eight characters get no tag: there are too few of them.
"""

from __future__ import annotations

import hmac
import os

from captured_exchanges.redaction.patterns import compiled

__all__ = ["MARKED", "MARKER", "Marker", "is_marked", "is_marker", "slug"]

_RULE = r"(?:(?:name|value|header|url|text|sql|ldap|detail|policy)\.[a-z0-9_.-]+|registered|depth|failed)"
MARKER = rf"\[REDACTED:{_RULE}(?::[0-9a-f]{{6}})?\]"
"""The pattern of a marker."""
MARKED = rf"{MARKER}|%5B{MARKER[2:-2]}%5D"
"""The same, and as it stands in the authority of a URL."""
_MARKER = compiled(MARKER)
_STARTS = ("[REDACTED:", "%5BREDACTED:")
_TAGGED_FROM = 8
_NO_SLUG = compiled(r"[^a-z0-9]+")
_LONGEST_SLUG = 40
_LONGEST = 96


def is_marker(text: str) -> bool:
    """Whether all of a text is one marker, so that what was redacted before is left as it is."""
    return text.startswith("[REDACTED:") and len(text) <= _LONGEST and _MARKER.fullmatch(text) is not None


def is_marked(match: str) -> bool:
    """Whether what a pattern `MARKED|…` matched is a marker, which is left as it is."""
    return match.startswith(_STARTS)


def slug(words: str) -> str:
    """Words as the label of a rule; `own` where none of their letters are ASCII."""
    return _NO_SLUG.sub(lambda _: "_", words.lower()).strip("_")[:_LONGEST_SLUG] or "own"


class Marker:
    """Makes the markers of one process. Thread-safe."""

    __slots__ = ("_key",)

    def __init__(self) -> None:
        self._key = os.urandom(32)

    def mark(self, rule: str, value: str | bytes) -> str:
        """The marker of a value that a rule removed."""
        if len(value) < _TAGGED_FROM:
            return f"[REDACTED:{rule}]"
        data = value.encode("utf-8", "replace") if isinstance(value, str) else value
        return f"[REDACTED:{rule}:{hmac.digest(self._key, data, 'sha256').hex()[:6]}]"
