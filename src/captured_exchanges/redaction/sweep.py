"""One sweep over one document: what was removed where, and what it has taught about secrets.

A sweep belongs to one thread and one document (the request, the response, or the intent of an exchange).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from captured_exchanges.exchange import Json
from captured_exchanges.redaction.marker import Marker
from captured_exchanges.redaction.patterns import compiled

__all__ = ["Path", "Place", "Scan", "Sweep", "Whims", "pointer"]

Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands in a document: the parts of a JSON pointer."""

MAX_REMOVALS = 2_000
"""Entries of a `redactions` list; what goes beyond is counted in one more entry."""
MAX_LEARNED = 2_000
_LEARNABLE = 8
_DISTINCT = 4
_LONGEST_PART = 128
_TIME = compiled(r"[12][0-9]{3}-?[01][0-9]-?[0-3][0-9](?:[T ]?[0-9:.]*(?:Z|[+-][0-9:]+)?)?|1[0-9]{9,17}")
_MOST_CLAIMS = 32


@dataclass(frozen=True, slots=True)
class Whims:
    """What a policy says about single removals: `exempts(path, rule, value)`, whether a value stays that a
    rule would remove; `claims(value)`, what is told of a value that was removed, None where it is nothing.
    """

    exempts: Callable[[Path, str, str], bool] | None = None
    claims: Callable[[str], Json] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What of JSON goes because of the URL of its exchange: all below the whole names `named` (as words),
    each by its rule, and what looks random below the whole names `random`; or of all of it what `goes` says,
    as of a `Vault`: `all`, `values`, `random`, empty for nothing.
    `bare` is the rule by which a body goes that is a secret and nothing else, empty where none is expected;
    `is_login`: only where it looks like a token, for it may be a name.
    """

    named: Mapping[str, str]
    goes: str = ""
    bare: str = ""
    is_login: bool = False
    random: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.named or self.goes or self.random)


_NO_WHIMS = Whims()
_NO_PLACE = Place({})


class Sweep:
    """Collects the removals of one document.

    `oauth` says that the exchange is one of OAuth's, where a `code` is a credential. `place`: what of its
    JSON goes because its URL says that it is a store of secrets. `of_response`: the credentials in its
    headers are news; those of a request have registered themselves. `whims` is what the policy says about
    single removals. `spliced` is JSON that stands in the document as it came, and in which no value family
    has a member.
    """

    __slots__ = (
        "_claims",
        "_marker",
        "_more",
        "_news",
        "_of_response",
        "_whims",
        "learned",
        "oauth",
        "place",
        "removals",
        "spliced",
    )

    def __init__(
        self, marker: Marker, *, oauth: bool = False, of_response: bool = False, whims: Whims = _NO_WHIMS
    ) -> None:
        self._marker = marker
        self._whims = whims
        self._news: list[str] = []
        self._claims: list[tuple[Path, str, Json]] = []
        self._of_response = of_response
        self._more = 0
        self.oauth = oauth
        self.place = _NO_PLACE
        self.spliced = b""
        self.removals: list[tuple[Path, str]] = []
        self.learned: dict[str, str] = {}

    def remove(self, path: Path, rule: str, value: str) -> str:
        """A rule removes a value: its marker; the value itself where the policy exempts it, and then what
        was learned on the way to this removal is forgotten.
        """
        if self._whims.exempts is not None and self._exempts(path, rule, value):
            return value
        self.note(path, rule)
        if self._whims.claims is not None and len(self._claims) < _MOST_CLAIMS:
            told = self._whims.claims(value)
            self._claims += [] if told is None else [(path, rule, told)]
        return self._marker.mark(rule, value)

    def _exempts(self, path: Path, rule: str, value: str) -> bool:
        news, self._news = self._news, []
        exempted = self._whims.exempts is not None and self._whims.exempts(path, rule, value)
        if exempted:
            for learned in news:
                self.learned.pop(learned, None)
        return exempted

    def learn(self, value: str, rule: str = "") -> None:
        """A value was removed by a rule, for its name: it is a secret wherever else it stands in this
        exchange. Values under eight characters, of under four different ones, or that a time may have, would
        wreck data.
        """
        if len(value) < _LEARNABLE or len(set(value)) < _DISTINCT or len(self.learned) >= MAX_LEARNED:
            return
        if not (self._of_response and value[0] in "12" and _TIME.fullmatch(value)):
            if self._whims.exempts is not None and value not in self.learned:
                self._news.append(value)
            self.learned.setdefault(value, rule.partition(".")[2])

    def learn_from_header(self, value: str, rule: str = "") -> None:
        """As `learn`, of the value of a header."""
        if self._of_response:
            self.learn(value, rule)

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
        self._claims = [entry for entry in self._claims if entry[0][: len(path)] != path]

    def redactions(self) -> list[Json]:
        """The `redactions` list of the document."""
        claims: dict[tuple[Path, str], list[Json]] = {}
        for path, rule, claim in self._claims:
            claims.setdefault((path, rule), []).append(claim)
        entries: list[Json] = []
        for removal in self.removals:
            told = claims.get(removal)
            more: dict[str, Json] = {"jwt": told.pop(0)} if told else {}
            entries.append({"path": pointer(removal[0]), "rule": removal[1], **more})
        if self._more:
            entries.append({"path": "", "rule": "more", "count": self._more})
        return entries


Scan: TypeAlias = Callable[[str, Sweep, Path, int], str]
"""Redacts a text: `scan(text, sweep, path, depth)`, depth counting nested encodings."""


def pointer(path: Path) -> str:
    """A path as a JSON pointer, long names cut."""
    return "".join(f"/{_part(str(part))}" for part in path)


def _part(name: str) -> str:
    name = name if len(name) <= _LONGEST_PART else name[: _LONGEST_PART - 1] + "…"
    return name.replace("~", "~0").replace("/", "~1")
