"""Bind values: which placeholder of the statement each one fills, and what of them goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from captured_exchanges.redaction.names import Effect, NameInfo, Names
from captured_exchanges.redaction.patterns import clean
from captured_exchanges.redaction.transports.sql.reading import Reading
from captured_exchanges.redaction.transports.sql.stripping import UNREAD

__all__ = ["Bound", "Key", "bound_to", "is_many", "is_sequence", "key_of", "pairs_of"]

Key: TypeAlias = int | str
_SIGNS = "@:$"
_UNREAD = NameInfo(Effect.SUBTREE, UNREAD)
_DOUBTFUL = NameInfo(Effect.SUBTREE, "sql.placeholders")


@dataclass(frozen=True, slots=True)
class Bound:
    """One set of parameters, beside a statement: what each of them met."""

    marks: dict[int, NameInfo]
    """Of the statement's tokens, what goes."""
    infos: dict[Key, NameInfo]
    """Of the parameters, what goes."""
    named: NameInfo | None = None
    """What the conditions of the statement name: `WHERE name = 'smtp_password'`."""


def is_many(parameters: Any, reading: Reading | None) -> bool:  # noqa: ANN401 - as the driver got them
    """Whether these are the sets of an `executemany`, not one set."""
    if isinstance(parameters, Mapping) or not is_sequence(parameters):
        return False
    if not parameters or not all(isinstance(item, Mapping) or is_sequence(item) for item in parameters):
        return False
    wanted = len(reading.binds) if reading is not None else 0
    sizes = {len(item) for item in parameters}
    return wanted != len(parameters) or sizes == {wanted} or isinstance(parameters[0], Mapping)


def bound_to(parameters: Any, reading: Reading | None, names: Names) -> Bound:  # noqa: ANN401
    """What goes of a statement that is bound to one set of parameters, and of these."""
    pairs = pairs_of(parameters)
    named: dict[Key, NameInfo] = {
        key: info for key in pairs if isinstance(key, str) and _tells(info := names.of(clean(key)))
    }
    if reading is None:
        return Bound({}, dict.fromkeys(pairs, _UNREAD) | named)
    places, is_sure = _places(reading, pairs)
    values = {start: pairs[key] for start, key in places.items() if key in pairs}
    marks = {**reading.meeting.marks, **reading.meeting.records.paired(values)}
    met = {key: marks[start] for start, key in places.items() if start in marks}
    if not is_sure and (met or _mentions(reading)):
        met = dict.fromkeys(_doubtful(places, pairs), _DOUBTFUL) | met
    return Bound(marks, met | named, reading.meeting.records.named(values))


def pairs_of(parameters: Any) -> dict[Key, object]:  # noqa: ANN401
    """The parameters of one set by place or by name."""
    if isinstance(parameters, Mapping):
        return {key_of(key): value for key, value in parameters.items()}
    if parameters is None:
        return {}
    return dict(enumerate(parameters)) if is_sequence(parameters) else {0: parameters}


def key_of(key: object) -> Key:
    """The name of a parameter, or its number; of another type there is none."""
    return int.__int__(key) if isinstance(key, int) else str.__str__(key) if isinstance(key, str) else ""


def is_sequence(value: Any) -> bool:  # noqa: ANN401
    """Whether parameters are one after the other."""
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray, memoryview))


def _tells(info: NameInfo) -> bool:
    return info.secret or info.effect is Effect.CONTAINER


def _places(reading: Reading, pairs: Mapping[Key, object]) -> tuple[dict[int, Key], bool]:
    """Which parameter each placeholder stands for, and whether that is sure."""
    by_name = {_bare(key): key for key in pairs if isinstance(key, str)}
    if by_name:
        found = {token.start: by_name.get(_bare(token.text)) for token in reading.binds}
        places: dict[int, Key] = {start: key for start, key in found.items() if key is not None}
        return places, len(set(places.values())) == len(by_name)
    places, next_place = {}, 0
    for token in reading.binds:
        if token.text.isdecimal() and int(token.text[:9]) > 0:
            places[token.start] = int(token.text[:9]) - 1
        elif not token.text or not token.source.startswith("@"):
            places[token.start] = next_place
            next_place += 1
    return places, set(places.values()) == set(pairs)


def _doubtful(places: Mapping[int, Key], pairs: Mapping[Key, object]) -> list[Key]:
    """Parameters that may fill any placeholder: all that have no name, and names that none is called by."""
    placed = set(places.values())
    return [key for key in pairs if isinstance(key, int) or key not in placed]


def _bare(name: str) -> str:
    return clean(name).lstrip(_SIGNS).casefold()


def _mentions(reading: Reading) -> bool:
    names = (token for token in reading.tokens if token.text and token.source[0] != "'")
    return bool(reading.meeting.marks) or any(reading.sense.of_token(token) is not None for token in names)
