"""Which objects and arrays of a document hold certain texts, so that a walk can pass by the others."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from captured_exchanges.redaction.json.exact import MAX_NESTING, TooDeep

__all__ = ["holders"]


def holders(document: Any, texts: AbstractSet[str]) -> set[int]:  # noqa: ANN401 - any JSON
    """The identities of all objects and arrays that hold one of the texts, as a key or a string, at any
    depth. Raises TooDeep.
    """
    found: set[int] = set()
    if type(document) is dict or type(document) is list:
        _mark(document, texts, found, MAX_NESTING)
    return found


def _mark(value: Any, texts: AbstractSet[str], found: set[int], left: int) -> bool:  # noqa: ANN401
    """Marks what is in a container; whether anything is."""
    if not left:
        raise TooDeep
    if type(value) is dict:
        holds = not texts.isdisjoint(value)
        items = value.values()
    else:
        holds, items = False, value
    for item in items:
        kind = type(item)
        if kind is str:
            if item in texts:
                holds = True
        elif (kind is dict or kind is list) and item and _mark(item, texts, found, left - 1):
            holds = True
    if holds:
        found.add(id(value))
    return holds
