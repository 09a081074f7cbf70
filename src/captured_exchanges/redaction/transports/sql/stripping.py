"""A statement that cannot be read: nothing of it is kept from where the first literal may begin.

How it quotes is not known, so every sign that quotes or comments in any dialect counts, and every name that
means a secret: what follows may be a password without quotes.
"""

from __future__ import annotations

from captured_exchanges.redaction.marker import MARKER, is_marker
from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.patterns import clean, compiled
from captured_exchanges.redaction.sweep import Path, Sweep

__all__ = ["UNREAD", "mentions_secret", "stripped"]

UNREAD = "sql.unread"
"""The rule by which the rest of a statement goes that cannot be read."""
_HAZARD = compiled(r"['\"`$\\#\[{]|--|/\*|//|;--|(?i:\bidentified\b)")
_WORD = compiled(r"[\pL_@][\pL\pN_]*")
_NUMBER = compiled(r"\b\d[\pL\pN_.]*")
"""In any notation: `0x1f`, `1e5`."""
_LONGEST = 1_024
_LONGEST_READ = 16_384
_MARKED = compiled(rf"(?s)[^'\"`$\\#\[{{]*'{MARKER}'")


def stripped(statement: str, names: Names, sweep: Sweep, path: Path) -> str:
    """The beginning of a statement up to its first literal, comment or secret name, and a marker."""
    statement = clean(statement)
    if _MARKED.fullmatch(statement) is not None:
        return statement
    head = statement[:_LONGEST]
    hazard = _HAZARD.search(head)
    end = len(head) if hazard is None else hazard.start()
    secret = next((word.end() for word in _WORD.finditer(head[:end]) if names.of(word[0]).secret), end)
    end = min(end, secret)
    kept = _NUMBER.sub(lambda _: "?", head[:end])
    rest = statement[end:]
    if not rest.strip() or is_marker(rest.strip().strip("'")):
        return kept + rest
    space = "" if kept[-1:].isspace() or not kept else " "
    return f"{kept}{space}'{sweep.remove(path, UNREAD, rest)}'"


def mentions_secret(statement: str, names: Names) -> bool:
    """Whether a word of a statement means a secret; of a long one it is assumed."""
    text = clean(statement[:_LONGEST_READ])
    return len(statement) > _LONGEST_READ or any(names.of(word[0]).secret for word in _WORD.finditer(text))
