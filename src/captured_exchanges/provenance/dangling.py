"""Annotations that lead nowhere: objects that name request ids of which the file holds no exchange."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from captured_exchanges.errors import CorruptStore
from captured_exchanges.provenance.annotated import read_annotated
from captured_exchanges.provenance.kinds import KINDS
from captured_exchanges.store import Store

__all__ = ["Annotations", "survey"]

_OBJECTS_A_LOOK = 250
_MOST_EXAMPLES = 3


@dataclass(slots=True)
class Annotations:
    """The objects of a file: how many there are, how many are annotated, of how many some request id leads
    nowhere, of how many all do; ids of a few of those. And how many objects cannot be read.
    """

    objects: int = 0
    annotated: int = 0
    dangling: int = 0
    lost: int = 0
    unreadable: int = 0
    examples: tuple[str, ...] = ()


def survey(store: Store) -> Annotations:
    """Follow every annotation of every object, a few hundred objects in memory at a time.

    Raises StoreError where the file cannot be read.
    """
    found = Annotations()
    objects = _annotated(store, found)
    while group := list(islice(objects, _OBJECTS_A_LOOK)):
        missing = store.exchanges().missing(name for _, names in group for name in names)
        for object_id, names in group:
            absent = sum(name in missing for name in names)
            found.annotated += 1
            found.dangling += absent > 0
            found.lost += absent == len(names)
            if absent and len(found.examples) < _MOST_EXAMPLES:
                found.examples = (*found.examples, object_id)
    return found


def _annotated(store: Store, found: Annotations) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each annotated object by its id; the others are only counted."""
    for kind in KINDS:
        for row in store.every_object(kind):
            found.objects += 1
            try:
                names = read_annotated(kind, row).request_ids
            except CorruptStore:
                found.unreadable += 1
                continue
            if names:
                yield row.external_id, names
