"""Every row of every table of a policy, and the policy without it.

A row is an item of a set or a tuple, a key of a mapping, or an item of the collection under one. A row that
is a record has rows of its own, but for the last item of a collection, without which it would be another.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from captured_exchanges.exchange import PolicyInfo
from captured_exchanges.redaction import DEFAULT_POLICY, Policy, engine
from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.values import Families


@dataclass(frozen=True)
class Row:
    """One row: the table and field that it is in, what it says, and the policy without it."""

    place: str
    said: Any
    without: Callable[[], Policy]

    def __str__(self):
        return f"{self.place}: {self.said}"


def rows(policy=DEFAULT_POLICY):
    """All rows of all tables of a policy."""
    return [Row(place, said, without) for place, said, without in _of_record(policy, "")]


def make_redactors_cheap(monkeypatch):
    """Nearly all that a Redactor costs goes into gates, which only say where to look, and into families. The
    whole policy's gates do without a row, too; equal families are made once; and nobody asks for the hash.
    """
    for reader in (Names, Families):
        source = reader().source()
        monkeypatch.setattr(reader, "source", lambda _self, source=source: source)
    monkeypatch.setattr(engine, "Families", lru_cache(maxsize=2)(Families))
    monkeypatch.setattr(Policy, "info", lambda policy: PolicyInfo(policy.name, policy.version, ""))


def _of_record(record, place):
    """Where each row is, what it says, and a function that makes the record without it."""
    for field in dataclasses.fields(record):
        inside = _of(getattr(record, field.name), f"{place}.{field.name}".lstrip("."))
        for where, said, without in inside:
            yield where, said, _replacing(record, field.name, without)


def _replacing(record, name, without):
    return lambda: dataclasses.replace(record, **{name: without()})


def _of(value, place):
    if dataclasses.is_dataclass(value):
        yield from _of_record(value, place)
    elif isinstance(value, frozenset):
        yield from ((place, item, lambda item=item: value - {item}) for item in sorted(value))
    elif isinstance(value, Mapping):
        yield from _of_mapping(value, place)
    elif isinstance(value, tuple):
        yield from _of_tuple(value, place)


def _of_mapping(value, place):
    for key, under in value.items():
        if not isinstance(under, (tuple, frozenset)) or not under:
            yield place, key, lambda key=key: {other: value[other] for other in value if other != key}
        for _, item, without in _of(under, place):
            yield place, (key, item), lambda key=key, without=without: {**value, key: without()}


def _of_tuple(value, place):
    for at, item in enumerate(value):
        before, after = value[:at], value[at + 1 :]
        yield place, item, lambda before=before, after=after: (*before, *after)
        for where, said, without in _of_record(item, place) if dataclasses.is_dataclass(item) else ():
            if len(getattr(item, where.rpartition(".")[2])) > 1:
                yield where, (item, said), lambda b=before, a=after, without=without: (*b, without(), *a)
