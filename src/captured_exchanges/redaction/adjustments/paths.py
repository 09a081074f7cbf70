"""Paths into JSON bodies: a subset of JSONPath (RFC 9535), which is what people know from other tools.

    $                      the whole body
    .name  ['a name']      a member; names with other characters than letters, digits, _ and - are quoted
    [0]                    an element, counted from 0
    .*  [*]                every member or element
    ..name  ..[0]  ..*     the same at any depth below

No filters, slices, unions, negative indexes or functions: what is left can be followed step by step while a
document is walked, in time linear in the document. JSON Pointer would have no way to say "at any depth" and
could not tell `*` from a member of that name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Final, TypeAlias

from captured_exchanges.redaction.patterns import Match, compiled
from captured_exchanges.redaction.sweep import Path

__all__ = ["BadPath", "JsonPath", "Paths", "inside_body"]

_STEP = compiled(
    r"(?P<descend>\.\.)?(?:(?P<dot>\.)?(?P<name>[\p{L}_][\p{L}\p{N}_-]*|\*)"
    r"|\[(?:(?P<index>0|[1-9][0-9]{0,8})|(?P<any>\*)|'(?P<single>(?:[^'\\]|\\.)*)'|\"(?P<double>(?:[^\"\\]|\\.)*)\")\])"
)
_ESCAPED = compiled(r"\\(.)")
_DESCEND, _DOT, _NAME, _INDEX, _ANY, _SINGLE, _DOUBLE = range(1, 8)
_MOST_STEPS = 32
_LONGEST = 512


class _Wildcard:
    """Any member, any element."""

    def __repr__(self) -> str:
        return "*"


_WILDCARD: Final = _Wildcard()


class BadPath(ValueError):
    """A path that is none of this language; the message says where and why, and never quotes it."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One step down, and whether it may be taken at any depth."""

    to: str | int | _Wildcard
    descends: bool

    def takes(self, part: str | int) -> bool:
        """Whether it leads to a member or element."""
        return self.to is _WILDCARD or (type(self.to) is type(part) and self.to == part)


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A path, ready to be followed. Thread-safe."""

    steps: tuple[_Step, ...]

    @classmethod
    def parsed(cls, text: str) -> JsonPath:
        """The path of a text. Raises BadPath."""
        if not text.startswith("$"):
            raise BadPath("a path begins with $, the whole body")
        if len(text) > _LONGEST:
            raise BadPath(f"longer than {_LONGEST} characters")
        steps, at = [], 1
        while at < len(text):
            step, at = _step_at(text, at)
            steps.append(step)
        if len(steps) > _MOST_STEPS:
            raise BadPath(f"more than {_MOST_STEPS} steps")
        return cls(tuple(steps))


def _step_at(text: str, at: int) -> tuple[_Step, int]:
    match = _STEP.match(text[at:])
    if match is None or not _is_whole(match):
        raise BadPath(
            f"cannot read it from character {at + 1} on: steps are .name, ['a name'], [0], [*], .* and ..name"
        )
    return _Step(_aim(match), _took_part(match, _DESCEND)), at + match.end()


def _is_whole(match: Match[str]) -> bool:
    """A name follows one dot or two; a bracket none or two."""
    return not _took_part(match, _NAME) or _took_part(match, _DESCEND) != _took_part(match, _DOT)


def _aim(match: Match[str]) -> str | int | _Wildcard:
    if _took_part(match, _ANY) or match[_NAME] == "*":
        return _WILDCARD
    if _took_part(match, _INDEX):
        return int(match[_INDEX])
    if _took_part(match, _NAME):
        return match[_NAME]
    quoted = match[_SINGLE if _took_part(match, _SINGLE) else _DOUBLE]
    return _ESCAPED.sub(lambda escape: escape[1], quoted)


def _took_part(match: Match[str], group: int) -> bool:
    return match.start(group) >= 0


States: TypeAlias = frozenset[tuple[int, int]]
"""How far along each path one is: the number of a path, and of the step to take next."""


class Paths:
    """Several paths, followed at once. Thread-safe."""

    def __init__(self, paths: Iterable[JsonPath]) -> None:
        self._paths = tuple(path.steps for path in paths)
        self.start: States = frozenset((number, 0) for number in range(len(self._paths)))

    def __bool__(self) -> bool:
        return bool(self._paths)

    def down(self, states: States, part: str | int) -> States:
        """How far one is one level below."""
        found = set[tuple[int, int]]()
        for number, at in states:
            if at == len(self._paths[number]):
                continue
            step = self._paths[number][at]
            if step.descends:
                found.add((number, at))
            if step.takes(part):
                found.add((number, at + 1))
        return frozenset(found)

    def arrived(self, states: States) -> bool:
        """Whether any path leads here."""
        return any(at == len(self._paths[number]) for number, at in states)

    def after(self, path: Path) -> States:
        """How far one is at a place inside a body."""
        return reduce(self.down, path, self.start)

    def lead_to(self, path: Path) -> bool:
        """Whether any path leads to a place of a document."""
        inside = inside_body(path)
        return inside is not None and self.arrived(self.after(inside))


def inside_body(path: Path) -> Path | None:
    """A place of a document as one of its body, of a part of its body where that has parts; None outside."""
    match path:
        case ("body", "value", *rest):
            return tuple(rest)
        case ("body", "parts", _, *part):
            return inside_body(tuple(part))
    return None
