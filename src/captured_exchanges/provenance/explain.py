"""The question this package exists for: which exchanges built this object?

An object is named by its external id: `type:id` for a resource (the id may hold colons itself), the whole
id of an entitlement or a grant, the name of a resource type. One name may belong to objects of several
kinds and syncs: all of them are answered, and nothing about a name has to be guessed from its shape.
"""

from __future__ import annotations

from captured_exchanges.provenance.annotated import read_annotated
from captured_exchanges.provenance.explanation import Explanation
from captured_exchanges.provenance.kinds import KINDS
from captured_exchanges.provenance.missing import not_found
from captured_exchanges.store import ExchangeStore, ObjectKind, ObjectRow, Store

__all__ = ["explain"]


def explain(store: Store, reference: str, *, sync_id: str | None = None) -> list[Explanation]:
    """Which exchanges built the object: one explanation per kind and sync, newest sync first.

    With `sync_id`, of that sync only. Reads by index: the size of the file does not matter. Thread-safe
    as the store is.

    Raises:
        ObjectNotFound: There is no such object (in that sync).
        CorruptStore: The object's data cannot be read.
        StoreError: The file cannot be read.
    """
    found = [(kind, row) for kind in KINDS for row in store.object_rows(kind, reference, sync_id)]
    if not found:
        raise not_found(store, reference, sync_id)
    age = {known: -place for place, known in enumerate(store.sync_ids())}
    found.sort(key=lambda pair: age.get(pair[1].sync_id, 1))
    return [_explain_one(store.exchanges(), kind, row) for kind, row in found]


def _explain_one(exchanges: ExchangeStore, kind: ObjectKind, row: ObjectRow) -> Explanation:
    annotated = read_annotated(kind, row)
    stored = exchanges.list_exchanges_for_object(annotated.request_ids, sync_id=row.sync_id)
    present = {exchange.request_id for exchange in stored}
    return Explanation(
        kind=kind,
        object_id=row.external_id,
        display_name=annotated.display_name,
        sync_id=row.sync_id,
        request_ids=annotated.request_ids,
        exchanges=tuple(stored),
        dangling=tuple(request_id for request_id in annotated.request_ids if request_id not in present),
        from_other_syncs=tuple(e.request_id for e in stored if e.sync_id != row.sync_id),
    )
