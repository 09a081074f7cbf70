"""The one door to regular expressions: RE2, which is linear in its input whatever a stranger sends.

The standard library's engine backtracks and is banned from this package. RE2 refuses lone surrogates, so
text meets a pattern only after `clean`.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, AnyStr, Protocol, TypeVar

import re2

__all__ = [
    "Alternatives",
    "Match",
    "Pattern",
    "PatternError",
    "clean",
    "compiled",
    "compiled_gate",
    "compiled_once",
    "holding",
    "quoted",
]

_NOTHING = r"[^\x00-\x{10FFFF}]"
"""A pattern that occurs nowhere."""
_MEMORY, _GATE_MEMORY = 16 << 20, 64 << 20
"""Bytes that one pattern's automaton may take; beyond it RE2 falls back, silently, to an engine that is still
linear, and four hundred times slower. The gate of all names and values needs 32 MB for what is around a hit.
"""
_BETWEEN = "\n\0\n"
"""What stands between texts that are searched as one: patterns may ask for the start or the end of a line."""
_MOST_KEPT = 1_024
"""Compiled patterns that are kept: more than all tables of a few policies have."""

PatternError: type[Exception] = re2.error
"""What `compiled` raises of a source that it cannot read: its sentence as bytes."""
_Text_co = TypeVar("_Text_co", str, bytes, covariant=True)


class Match(Protocol[_Text_co]):
    """What is used of a match."""

    def __getitem__(self, group: int) -> _Text_co:
        """A group's text; group 0 is the whole match."""
        ...

    def start(self, group: int = 0) -> int:
        """Where a group starts, -1 where it took no part."""
        ...

    def end(self, group: int = 0) -> int:
        """Where a group ends."""
        ...

    def span(self, group: int = 0) -> tuple[int, int]:
        """Both."""
        ...


class Pattern(Protocol):
    """What is used of a compiled pattern; `str` and `bytes` (UTF-8) inputs both work. Thread-safe."""

    @property
    def pattern(self) -> str:
        """Its source."""
        ...

    @property
    def groups(self) -> int:
        """How many groups it captures."""
        ...

    def search(self, text: AnyStr, pos: int | None = None) -> Match[AnyStr] | None:
        """The leftmost match at or after `pos`."""
        ...

    def match(self, text: AnyStr, pos: int | None = None) -> Match[AnyStr] | None:
        """A match that starts at `pos`."""
        ...

    def fullmatch(self, text: AnyStr) -> Match[AnyStr] | None:
        """A match of all of the text."""
        ...

    def finditer(self, text: AnyStr) -> Iterator[Match[AnyStr]]:
        """All matches, left to right, none overlapping."""
        ...

    def findall(self, text: AnyStr) -> list[AnyStr]:
        """The texts of all matches of a pattern without groups."""
        ...

    def sub(self, repl: Callable[[Match[AnyStr]], AnyStr], text: AnyStr) -> AnyStr:
        """The text with each match replaced."""
        ...


@lru_cache(maxsize=_MOST_KEPT)
def compiled(source: str) -> Pattern:
    """A pattern for text and for UTF-8 bytes. Kept: redactors come by the dozen, and `re2` keeps 128."""
    return _compiled(source, captures=True)


@lru_cache(maxsize=_MOST_KEPT)
def compiled_gate(source: str) -> Pattern:
    """The same for a pattern of which only is asked whether and where it matches: none of its groups
    captures, for captures would make each match several times as dear.
    """
    return _compiled(source, captures=False)


def _compiled(source: str, *, captures: bool) -> Pattern:
    pattern: Pattern = re2.compile(source, _options(captures=captures))
    return pattern


def _options(*, captures: bool) -> Any:  # noqa: ANN401 - re2 has no types
    options = re2.Options()
    options.max_mem = _MEMORY if captures else _GATE_MEMORY
    options.log_errors = False
    options.never_capture = not captures
    return options


def compiled_once(source: str) -> Pattern:
    """A gate that nobody else may keep, for it is made of secrets or soon replaced: `re2` remembers the last
    128 patterns, in plain text and with their automata, and is made to forget them.
    """
    pattern = _compiled(source, captures=False)
    re2.purge()
    return pattern


class Alternatives:
    """Many patterns, of which one pass tells those that occur in a text. Thread-safe."""

    def __init__(self, sources: Sequence[str]) -> None:
        options = _options(captures=False)
        self._all = frozenset(range(len(sources)))
        self._any = compiled_gate("|".join(f"(?:{source})" for source in sources) or _NOTHING)
        self._set = re2.Set.SearchSet(options)
        for source in sources:
            self._set.Add(source)
        if sources:
            self._set.Compile()

    def of(self, text: str) -> frozenset[int]:
        """The places of the patterns that occur in a text."""
        if self._any.search(text) is None:
            return frozenset()
        # RE2 answers that none occurs, too, where its automaton does not fit into the memory it may take.
        return frozenset(self._set.Match(text) or self._all)


def quoted(literal: str) -> str:
    """The source that matches a literal."""
    source: str = re2.escape(literal)
    return source


def clean(text: str) -> str:
    """Text that UTF-8 can hold: lone surrogates, of undecodable bytes or broken escapes, become `?`."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def holding(gate: Pattern, texts: Sequence[str]) -> set[str]:
    """Those of many texts in which a pattern matches, found in one native pass over all."""
    pieces = [text.encode() for text in texts]
    hits = list(gate.finditer(_BETWEEN.encode().join(pieces)))
    found: set[str] = set()
    if hits:
        gap = len(_BETWEEN)
        ends = list(itertools.accumulate(map(len, pieces), lambda end, size: end + gap + size, initial=-gap))
        for hit in hits:
            first, last = bisect.bisect_left(ends, hit.start()), bisect.bisect_left(ends, hit.end())
            found.update(texts[max(0, first - 1) : last])
    return found
