"""JSON that ends too early: completed up to the last value that is there as a whole.

A value in which the cut falls is left out, for half a secret looks like none, and so is a name without its
value. In objects that the cut left open, what would be a secret beside a name that may have followed goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from captured_exchanges.redaction.json.exact import MAX_NESTING, NotJson
from captured_exchanges.redaction.names import Effect, Names, Pair

__all__ = ["Completed", "completed", "in_doubt"]

_CLOSERS = {ord("{"): b"}", ord("["): b"]"}
_OPENERS = {ord("}"): ord("{"), ord("]"): ord("[")}
_NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_MARKS = (b",", b":", b"[", b"{", b"}", b"]", b'"')
_FEW = 8


@dataclass(frozen=True, slots=True)
class Completed:
    """A JSON text that was cut, with an end of its own, and how many levels the cut had left open."""

    data: bytes
    open_levels: int


def completed(data: bytes) -> Completed:
    """The text up to its last whole value, closed. Raises NotJson where its brackets do not match."""
    # Of the same length, without escapes: what quotes are left begin and end strings.
    bare = data.replace(b"\\\\", b"__").replace(b'\\"', b"__")
    if bare.count(b'"') % 2:
        bare = bare[: bare.rindex(b'"')]
    bare = _without_tail(bare)
    levels = _open(b"".join(bare.split(b'"')[::2]).translate(None, _NO_BRACKETS))
    closers = b"".join(_CLOSERS[level] for level in reversed(levels))
    return Completed(data[: len(bare)] + closers, len(levels))


def _without_tail(bare: bytes) -> bytes:
    """Without a scalar that may go on, a name without a value, a comma without another value."""
    bare = bare.rstrip()
    if bare and bare[-1:] not in b'{}[],:"':
        scalar = len(bare) - max(bare.rfind(mark) for mark in _MARKS) - 1
        bare = bare[: len(bare) - scalar].rstrip()
        if bare[-1:] in b'}]"':
            raise NotJson("more than JSON")
    if bare.endswith(b'"') and _is_name(bare):
        bare = bare[: _start_of_string(bare)].rstrip()
    if bare.endswith(b":"):
        bare = bare[:-1].rstrip()
        bare = bare[: _start_of_string(bare)].rstrip()
    return bare.removesuffix(b",")


def _start_of_string(bare: bytes) -> int:
    start = bare.rfind(b'"', 0, len(bare) - 1)
    if start < 0 or not bare.endswith(b'"'):
        raise NotJson("no JSON that was cut")
    return start


def _is_name(bare: bytes) -> bool:
    """Whether the last string is the name of a member, whose value would have followed."""
    before = bare[: _start_of_string(bare)].rstrip()
    if before.endswith(b"{"):
        return True
    if not before.endswith(b","):
        return False
    levels = _open(b"".join(before.split(b'"')[::2]).translate(None, _NO_BRACKETS))
    return bool(levels) and levels[-1] == ord("{")


def _open(brackets: bytes) -> list[int]:
    """The brackets that are open at the end. Raises NotJson where they do not match, or are too deep."""
    levels: list[int] = []
    for bracket in brackets:
        opener = _OPENERS.get(bracket)
        if opener is None:
            levels.append(bracket)
        elif not levels or levels.pop() != opener:
            raise NotJson("brackets that do not match")
    if len(levels) > MAX_NESTING:
        raise NotJson("nested too deep")
    return levels


def in_doubt(document: Any, open_levels: int, names: Names) -> Iterator[tuple[dict[str, Any], str]]:  # noqa: ANN401 - any JSON
    """The members, with their objects, that would be secrets beside a name that the cut may have taken."""
    for _ in range(open_levels):
        if isinstance(document, dict):
            yield from ((document, key) for key in _doubtful(document, names))
        below = list(document.values()) if isinstance(document, dict) else document
        if not below or not isinstance(below, list):
            return
        document = below[-1]


def _doubtful(obj: dict[str, Any], names: Names) -> list[str]:
    infos = {key: names.of(key) for key in obj}
    is_named = any(info.pair in (Pair.NAME, Pair.LABEL) for info in infos.values())
    return [
        key
        for key, info in infos.items()
        if (info.effect is Effect.BESIDE or (info.pair is Pair.VALUE and not is_named))
        and _is_small(obj[key])
    ]


def _is_small(value: Any) -> bool:  # noqa: ANN401
    """Whether a value is one, or a few, that a pair may have; not a list of things, or an object."""
    if isinstance(value, list):
        return 0 < len(value) <= _FEW and all(map(_is_small, value))
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)
