"""Writing what a connector listed into the object tables of a `.c1z`, as baton's syncer does.

Only the demo's syncer writes objects, and only into a file it has made. Each page is one transaction. The
object's bytes are stored as the connector sent them, annotations included.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TypeAlias, TypeVar

from google.protobuf.message import Message

from captured_exchanges.demo.object_tables import (
    PUT_ENTITLEMENT,
    PUT_GRANT,
    PUT_RESOURCE,
    PUT_RESOURCE_TYPE,
    create_statements,
)
from captured_exchanges.store import Store
from captured_exchanges.wire import baton

__all__ = ["ObjectWriter", "database_time"]

_Columns: TypeAlias = tuple[str | None, ...]
_Object = TypeVar("_Object", bound=Message)


class ObjectWriter:
    """One sync's objects in one store. As thread-safe as the store's transactions; blocks on disk."""

    def __init__(self, store: Store, sync_id: str) -> None:
        self._store = store
        self._sync_id = sync_id

    def begin(self) -> None:
        """Make the tables, where a run that crashed has not made them, and say that the sync has started."""
        with self._store.transaction() as database:
            for statement in create_statements():
                database.execute(statement)
            # Grants made here are never expandable, so there is nothing left to backfill.
            database.execute(
                "INSERT INTO v1_sync_runs (sync_id, started_at, sync_token, grants_backfilled) "
                "VALUES (?, ?, '', 1)",
                (self._sync_id, database_time()),
            )

    def end(self) -> None:
        """Say that the sync has ended."""
        with self._store.transaction() as database:
            database.execute(
                "UPDATE v1_sync_runs SET ended_at = ? WHERE sync_id = ?", (database_time(), self._sync_id)
            )

    def write_resource_types(self, types: Iterable[baton.ResourceType]) -> None:
        """Add a page of resource types."""
        self._put(PUT_RESOURCE_TYPE, types, lambda each: (each.id,))

    def write_resources(self, resources: Iterable[baton.Resource]) -> None:
        """Add a page of resources; `external_id` is `type:id`."""
        self._put(PUT_RESOURCE, resources, _resource_columns)

    def write_entitlements(self, entitlements: Iterable[baton.Entitlement]) -> None:
        """Add a page of entitlements."""
        self._put(PUT_ENTITLEMENT, entitlements, lambda each: (*_name(each.resource), each.id))

    def write_grants(self, grants: Iterable[baton.Grant]) -> None:
        """Add a page of grants."""
        self._put(PUT_GRANT, grants, _grant_columns)

    def _put(
        self, statement: str, objects: Iterable[_Object], columns: Callable[[_Object], _Columns]
    ) -> None:
        tail = (self._sync_id, database_time())
        rows = [(*columns(each), each.SerializeToString(), *tail) for each in objects]
        with self._store.transaction() as database:
            database.executemany(statement, rows)


def _name(resource: baton.Resource) -> tuple[str, str]:
    return (resource.id.resource_type, resource.id.resource)


def _resource_columns(resource: baton.Resource) -> _Columns:
    kind, identity = _name(resource)
    parent = resource.parent_resource_id
    return (kind, f"{kind}:{identity}", parent.resource_type or None, parent.resource or None)


def _grant_columns(grant: baton.Grant) -> _Columns:
    return (*_name(grant.entitlement.resource), grant.entitlement.id, *_name(grant.principal), grant.id)


def database_time() -> str:
    """Now, as baton's SDK writes it: UTC, nanoseconds, trailing zeros of the fraction dropped."""
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{text}.{nanoseconds:09}".rstrip("0").rstrip(".")
