"""What a JSON body may hold, found out in native passes over its bytes, so that most are never walked.

One pattern finds everything that might mean a secret, in most bodies nothing. Each hit is judged from the
name around it (`hits`), without a walk. What is left is told by its texts, and the walk goes where they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from captured_exchanges.redaction.bodies.gate import Gate
from captured_exchanges.redaction.bodies.hits import Hits, Judge
from captured_exchanges.redaction.json import UNTIDY
from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.values import in_one_string

__all__ = ["EVERYTHING", "Findings", "Need", "Prescan"]


class Need(IntEnum):
    """What a body needs."""

    NOTHING = 0
    NAMES = 1
    """A walk that judges names alone: no value in it is a secret by its looks."""
    ALL = 2


@dataclass(frozen=True, slots=True)
class Findings:
    """What a body needs, and all keys and strings because of which it does: around them the walk has to
    look, and nowhere else. None: they are not all known.
    """

    need: Need
    texts: frozenset[str] | None = None
    has_no_values: bool = False
    """No hit was one of a value: as they stand, the bytes hold no member of any family."""
    is_untidy: bool = False
    """The JSON is spelled otherwise than ours; nothing else is known of it."""


EVERYTHING = Findings(Need.ALL)
"""All of a body is walked: where more decides than what can be seen in its bytes."""


class Prescan:
    """Judges JSON by its bytes. Thread-safe."""

    def __init__(self, names: Names, text: Text) -> None:
        self._judge = Judge(names, text)
        source = in_one_string(text.gate_source)
        self._gate = Gate(source)
        self._untidy_too = Gate(f"{UNTIDY}|{source}")

    def look(self, data: bytes, *, is_tidy: bool = False) -> Findings:
        """What a JSON text (UTF-8) needs. `is_tidy`: it has no space beside its colons and escapes nothing
        but what must be escaped, as `dumps` writes it.
        """
        hits = Hits(self._judge, self._gate if is_tidy else self._untidy_too, data, asks_tidiness=not is_tidy)
        if hits.is_untidy:
            return Findings(Need.ALL, is_untidy=True)
        if not hits.is_whole:
            return EVERYTHING
        need = Need.ALL if hits.values else Need.NAMES if hits.names else Need.NOTHING
        return Findings(need, frozenset(hits.values | hits.names), has_no_values=not hits.saw_value)
