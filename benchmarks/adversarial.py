"""What a stranger can make redaction cost: each pattern of the room, and whole bodies, at four sizes.

Every pattern meets inputs made to keep it busy: members of its own family cut short, and what its syntax
counts or repeats. The dearest of them is measured at all sizes. Ten times the bytes should cost ten times
the time: what grows faster, up to the size that costs most, is marked. A step before that is RE2 leaving its
automaton, for an engine that is as linear.
"""

from __future__ import annotations

import importlib
import pkgutil
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import captured_exchanges.redaction as room
from benchmarks.pages import exchange_of
from captured_exchanges.redaction import Redactor
from captured_exchanges.redaction.values import DEFAULT_FAMILIES
from captured_exchanges.redaction.values.table import example

__all__ = ["report"]

_SIZES = (1_000, 10_000, 100_000, 1_000_000)
_STEEP = 25.0
"""Times the cost for ten times the bytes, beyond any noise."""
_SHOWN = 12
_PIECES = (
    "a", "0", " ", "\n", "\\", "%41", "%", '"', "'", "=", "a=", "a:", "a=b&", "&amp;", "<a b='", "<a>",
    "</a>", "{", "[", '{"a":', '["', "[[", "//", "//a:", "http://a/", "a@", "eyJ.", "password=",
    "-----BEGIN A PRIVATE KEY-----", "password ", "password is ", '"password": ', "password:\n ",
    "name=password value=", "--a b ", "00a-M", "00MNO9-.", "a.b.c.", "$2a$", "{SHA}", "\\u0061", '\\"',
    ",", ";", "; a=", "| ", "- a: ", "{{", "((",
)  # fmt: skip
_TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
    "application/xml",
    "text/csv",
)


@dataclass(frozen=True, slots=True)
class _Cost:
    """What was measured of one thing: seconds at each size, with the input that cost most."""

    name: str
    piece: str
    seconds: tuple[float, ...]

    @property
    def growth(self) -> float:
        """What the last ten times as many bytes cost, in times, up to the size that costs most (a larger body
        is left out unread); below a tenth of a millisecond nothing counts.
        """
        dearest = max(range(1, len(self.seconds)), key=lambda at: self.seconds[at])
        return self.seconds[dearest] / max(self.seconds[dearest - 1], 1e-4)

    def __str__(self) -> str:
        shown = " ".join(f"{seconds * 1e3:>9.2f}" for seconds in self.seconds)
        mark = "  GROWS FASTER THAN ITS INPUT" if self.growth > _STEEP else ""
        return f"{self.name[:44]:<44} {self.piece[:20]!r:<22} {shown}{mark}"


def report() -> None:
    """Print the dearest, and all that grow faster than their inputs."""
    _print("patterns", [_measured(name, search, pieces) for name, search, pieces in _patterns()])
    _print("whole bodies", [_measured(name, redact, _PIECES) for name, redact in _bodies()])


def _print(what: str, costs: list[_Cost]) -> None:
    costs.sort(key=lambda cost: -cost.seconds[-1])
    steep = [cost for cost in costs if cost.growth > _STEEP]
    sizes = " ".join(f"{size // 1_000:>6} KB" for size in _SIZES)
    print(f"{f'{len(costs)} {what}, ms at':<67} {sizes}")
    for cost in dict.fromkeys([*costs[:_SHOWN], *steep]):
        print(cost)
    print(f"{len(steep)} of {len(costs)} grow faster than their inputs")


def _measured(name: str, call: Callable[[str], object], pieces: tuple[str, ...]) -> _Cost:
    """The input that costs most at 10 KB, measured at all sizes."""
    inputs = [piece * (_SIZES[1] // len(piece)) for piece in pieces]
    worst = max(range(len(pieces)), key=lambda at: _seconds(call, inputs[at]))
    piece = pieces[worst]
    return _Cost(name, piece, tuple(_seconds(call, piece * (size // len(piece))) for size in _SIZES))


def _seconds(call: Callable[[str], object], text: str) -> float:
    began = time.thread_time()
    call(text)
    return time.thread_time() - began


def _patterns() -> Iterator[tuple[str, Callable[[str], object], tuple[str, ...]]]:
    for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if not isinstance(value, type) and hasattr(value, "programsize"):
                yield f"{module.name.removeprefix(room.__name__)}.{name}", _searched(value), _PIECES
    source = random.Random(1)  # noqa: S311 - the same inputs each time
    for family in DEFAULT_FAMILIES:
        members = tuple(
            example(template, source)[:-1] + end for template in family.templates for end in ("", " ")
        )
        yield (
            f"family {family.name}",
            _searched(family.compile()),
            (*members, *(f"{member} " for member in members), *_PIECES),
        )
    for name, pattern in _gates():
        yield name, _searched(pattern), _PIECES


def _gates() -> Iterator[tuple[str, Any]]:
    redactor = Redactor()
    yield "the gate of texts", redactor._text._gate  # noqa: SLF001 - what has no name outside
    yield "the closing verifier", redactor._closing._families._sure  # noqa: SLF001


def _searched(pattern: Any) -> Callable[[str], object]:  # noqa: ANN401 - a pattern of RE2's
    """A search, which stops at the first match; the dearest inputs are those that have none."""
    return lambda text: (pattern.search(text), pattern.fullmatch(text))


def _bodies() -> Iterator[tuple[str, Callable[[str], object]]]:
    redactor = Redactor()
    for media_type in _TYPES:
        yield (
            media_type,
            lambda text, media_type=media_type: redactor.redact(exchange_of(text.encode(), media_type)),
        )
