"""Is every object of the finished file traced? Asked of the file itself, as a stranger would.

The names of the objects are read with plain SQLite out of the unpacked database; what built each one is
then asked of the file as `exchanges explain` asks.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from captured_exchanges.provenance import Explanation, explain
from captured_exchanges.store import MAX_UNPACKED_BYTES, Store, open_store
from captured_exchanges.store.packing import unpack_file

__all__ = ["Audit", "audit"]

TABLES = {
    "resource_type": "SELECT external_id FROM v1_resource_types WHERE sync_id = ?",
    "resource": "SELECT external_id FROM v1_resources WHERE sync_id = ?",
    "entitlement": "SELECT external_id FROM v1_entitlements WHERE sync_id = ?",
    "grant": "SELECT external_id FROM v1_grants WHERE sync_id = ?",
}


@dataclass(frozen=True, slots=True)
class Audit:
    """What a file holds of one sync.

    `objects` counts by kind, resources by their type (`user`, `group`); `traced` those of them with at
    least one stored exchange and no dangling id. `untraced` names the others. `exchanges` is how many
    exchanges of the sync there are, `example` a user of whom one can tell.
    """

    objects: Counter[str]
    traced: Counter[str]
    untraced: tuple[str, ...]
    exchanges: int
    example: Explanation | None


def audit(path: Path, sync_id: str) -> Audit:
    """Look at every object of a sync in a `.c1z`. Raises StoreError where the file cannot be read."""
    objects: Counter[str] = Counter()
    traced: Counter[str] = Counter()
    untraced: list[str] = []
    example: Explanation | None = None
    with open_store(path) as store:
        for kind, name in _names(path, sync_id):
            label = name.partition(":")[0] if kind == "resource" else kind
            explanation = _explanation(store, kind, name, sync_id)
            objects[label] += 1
            if explanation.exchanges and not explanation.dangling:
                traced[label] += 1
                example = example or (explanation if label == "user" else None)
            else:
                untraced.append(f"{kind} {name}")
        exchanges = store.exchanges().count(sync_id=sync_id)
    return Audit(objects, traced, tuple(untraced), exchanges, example)


def _explanation(store: Store, kind: str, name: str, sync_id: str) -> Explanation:
    found = explain(store, name, sync_id=sync_id)
    return next(explanation for explanation in found if explanation.kind == kind)


def _names(path: Path, sync_id: str) -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory(prefix="captured-exchanges-") as folder:
        unpacked = Path(folder) / "audit.db"
        unpack_file(path, unpacked, limit=MAX_UNPACKED_BYTES, name=str(path))
        with closing(sqlite3.connect(unpacked)) as database:
            for kind, query in TABLES.items():
                for (name,) in database.execute(query, (sync_id,)):
                    yield kind, name
