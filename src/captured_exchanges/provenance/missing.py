"""What to say where an object is not in a file: which syncs have it, or which names begin alike."""

from __future__ import annotations

from captured_exchanges.provenance.explanation import ObjectNotFound
from captured_exchanges.provenance.kinds import KINDS
from captured_exchanges.store import Store

__all__ = ["not_found"]

_SIMILAR = 3


def not_found(store: Store, reference: str, sync_id: str | None) -> ObjectNotFound:
    """The error for an object that is not there (in that sync). A few look-ups by index."""
    if sync_id is not None:
        syncs = _syncs_with(store, reference)
        if syncs:
            return ObjectNotFound(
                f"{store.path}: sync {sync_id!r} has no object {reference!r}; these have: {', '.join(syncs)}"
            )
    similar = _similar(store, reference)
    hint = (
        f"similar: {', '.join(similar)}" if similar else "give type:id, an entitlement's id or a grant's id"
    )
    return ObjectNotFound(f"{store.path}: no object {reference!r}; {hint}", similar=similar)


def _syncs_with(store: Store, reference: str) -> list[str]:
    rows = (row for kind in KINDS for row in store.object_rows(kind, reference))
    return list(dict.fromkeys(row.sync_id for row in rows))


def _similar(store: Store, reference: str) -> tuple[str, ...]:
    """Ids that share the longest beginning with the reference that any id shares with it."""
    shared, too_long = 0, len(reference) + 1
    found: list[str] = []
    while too_long - shared > 1:
        length = (shared + too_long) // 2
        ids = _beginning(store, reference[:length])
        if ids:
            shared, found = length, ids
        else:
            too_long = length
    return tuple(found)


def _beginning(store: Store, prefix: str) -> list[str]:
    ids = (i for kind in KINDS for i in store.object_ids(kind, prefix, limit=_SIMILAR))
    return list(dict.fromkeys(ids))[:_SIMILAR]
