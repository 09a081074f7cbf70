"""One sweep over one document: what was removed where, and what it has taught about secrets.

A sweep belongs to one thread and one document (the request, the response, or the intent of an exchange).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from captured_exchanges.exchange import Json
from captured_exchanges.redaction.marker import Marker

__all__ = ["Path", "Scan", "Sweep"]

Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands in a document: the parts of a JSON pointer."""

MAX_REMOVALS = 2_000
"""Entries of a `redactions` list; what goes beyond is counted in one more entry."""
MAX_LEARNED = 2_000
_LEARNABLE = 8
_DISTINCT = 4
_LONGEST_PART = 128


class Sweep:
    """Collects the removals of one document.

    `oauth` says that the exchange is one of OAuth's, where a `code` is a credential. `of_response`: the
    credentials in its headers are news; those of a request have registered themselves.
    """

    __slots__ = ("_marker", "_more", "_of_response", "learned", "oauth", "removals")

    def __init__(self, marker: Marker, *, oauth: bool = False, of_response: bool = False) -> None:
        self._marker = marker
        self._of_response = of_response
        self._more = 0
        self.oauth = oauth
        self.removals: list[tuple[Path, str]] = []
        self.learned: dict[str, None] = {}

    def remove(self, path: Path, rule: str, value: str) -> str:
        """A rule removes a value: its marker."""
        self.note(path, rule)
        return self._marker.mark(rule, value)

    def learn(self, value: str) -> None:
        """A value was removed by its name: it is a secret wherever else it stands in this exchange. Values
        under eight characters, or of under four different ones, would wreck data.
        """
        if len(value) >= _LEARNABLE and len(set(value)) >= _DISTINCT and len(self.learned) < MAX_LEARNED:
            self.learned[value] = None

    def learn_from_header(self, value: str) -> None:
        """As `learn`, of the value of a header."""
        if self._of_response:
            self.learn(value)

    def note(self, path: Path, rule: str) -> None:
        """Something was removed here."""
        if len(self.removals) < MAX_REMOVALS:
            self.removals.append((path, rule))
        else:
            self._more += 1

    @property
    def count(self) -> int:
        """How many removals there were."""
        return len(self.removals) + self._more

    def forget(self, path: Path) -> None:
        """What stood at a path is not kept after all."""
        self.removals = [entry for entry in self.removals if entry[0][: len(path)] != path]

    def redactions(self) -> list[Json]:
        """The `redactions` list of the document."""
        entries: list[Json] = [{"path": _pointer(path), "rule": rule} for path, rule in self.removals]
        if self._more:
            entries.append({"path": "", "rule": "more", "count": self._more})
        return entries


Scan: TypeAlias = Callable[[str, Sweep, Path, int], str]
"""Redacts a text: `scan(text, sweep, path, depth)`, depth counting nested encodings."""


def _pointer(path: Path) -> str:
    return "".join(f"/{_part(str(part))}" for part in path)


def _part(name: str) -> str:
    name = name if len(name) <= _LONGEST_PART else name[: _LONGEST_PART - 1] + "…"
    return name.replace("~", "~0").replace("/", "~1")
