"""A store as its users hold it: one file, `.c1z` or SQLite, opened for reading or for writing.

How it is opened is told in `opening`. Commits to a `.c1z` are durable in the working folder beside it at
once (see `working`), and `save` puts them into the file. Leaving the `with` block saves; leaving it with an
exception does not: then, as after a crash, the next opening for writing goes on where this one ended. A
SQLite database is written in place.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from captured_exchanges.store.budget import Cut, keep_within
from captured_exchanges.store.database import Database
from captured_exchanges.store.exchanges import ExchangeStore
from captured_exchanges.store.faults import explained
from captured_exchanges.store.files import create_private
from captured_exchanges.store.objects import (
    ObjectKind,
    ObjectRow,
    every_object,
    object_ids,
    object_rows,
    sync_runs,
)
from captured_exchanges.store.packing import pack_file
from captured_exchanges.store.prune import prune
from captured_exchanges.store.working import WorkingFolder

__all__ = ["Store"]


class Store:
    """An open store; made by `open_store`. Thread-safe.

    Attributes:
        path: As it was given.
        recovered: What a crashed run had committed, but not saved, was found and is in this store.
        pruned: How many exchanges of syncs that the file no longer knows `save` has taken away.
        cuts: What `save` has cut from syncs that took more than `max_sync_bytes`.
    """

    def __init__(
        self,
        path: Path,
        database: Database,
        *,
        folder: WorkingFolder | None = None,
        recovered: bool = False,
        max_sync_bytes: int | None = None,
    ) -> None:
        self.path = path
        self.recovered = recovered
        self.pruned = 0
        self.cuts: list[Cut] = []
        self._max_sync_bytes = max_sync_bytes
        self._database = database
        self._folder = folder
        self._exchanges = ExchangeStore(database)
        self._closed = False

    def exchanges(self) -> ExchangeStore:
        """The exchange sub-store."""
        return self._exchanges

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """A block with the connection inside BEGIN IMMEDIATE … COMMIT, for a host's own tables.

        Holds the store's lock: others wait. An exception rolls back and passes through; SQLite's own
        become StoreErrors. Blocks do not nest.

        Raises:
            ReadOnlyStore: The store was opened for reading.
        """
        return self._database.writing()

    def snapshot(self) -> AbstractContextManager[sqlite3.Connection]:
        """A block with the connection inside one read transaction: all that it reads is of one moment.

        Holds the store's lock: others wait. Raises StoreError as `transaction`.
        """
        return self._database.snapshot()

    def object_rows(self, kind: ObjectKind, external_id: str, sync_id: str | None = None) -> list[ObjectRow]:
        """The rows of an object, one for each sync that has it, oldest first; or that sync's alone."""
        with self._database.reading() as connection:
            return object_rows(connection, kind, external_id, sync_id)

    def object_ids(self, kind: ObjectKind, prefix: str, *, limit: int) -> list[str]:
        """At most `limit` ids of objects that begin with `prefix`, of any sync, each once, in order."""
        with self._database.reading() as connection:
            return object_ids(connection, kind, prefix, limit)

    def every_object(self, kind: ObjectKind) -> Iterator[ObjectRow]:
        """All objects of a kind, one by one as they are read; holds the store's lock to the end."""
        with self._database.reading() as connection:
            yield from every_object(connection, kind)

    def sync_ids(self) -> list[str]:
        """The syncs of this file, oldest first; where it has no sync runs, those of its exchanges."""
        with self._database.reading() as connection:
            return sync_runs(connection) or self._exchanges.sync_ids()

    @property
    def changed(self) -> bool:
        """Whether anything was committed, or recovered, since the store was opened or last saved."""
        return self._database.dirty

    def save(self) -> None:
        """Prune, keep the budget, and put what was committed into the file, at once and for good.

        Where nothing has changed since the last time the file stays as it is.

        Raises:
            ReadOnlyStore: The store was opened for reading.
            StoreError: The disk is full, or the file cannot be replaced: it is whole, as it was before,
                and what was committed is safe in the working folder.
        """
        self._database.require_writable()
        with self._database.lock, explained(str(self.path)):
            with self._database.writing() as connection:
                self.pruned += prune(connection, self._exchanges.written_syncs)
                if self._max_sync_bytes is not None:
                    self.cuts += keep_within(connection, self._max_sync_bytes, str(self.path))
            if self._folder is not None and (self._database.dirty or not self._folder.target.exists()):
                self._pack(self._folder)
            self._database.dirty = False

    def _pack(self, folder: WorkingFolder) -> None:
        folder.spare.unlink(missing_ok=True)
        create_private(folder.spare).close()
        with self._database.whole(folder.spare) as whole:
            pack_file(whole, folder.packed)
        folder.spare.unlink()
        folder.publish()

    def close(self) -> None:
        """Close. What was committed but not saved stays in the working folder. Repeats do nothing."""
        with self._database.lock, explained(str(self.path)):
            if self._closed:
                return
            self._closed = True
            self._database.close()
            if self._folder is not None:
                if self._database.dirty:
                    self._folder.leave()
                else:
                    self._folder.remove()

    def discard(self) -> None:
        """Close, and let go of what was committed but not saved: for who can make it again.

        What a crashed run left is not: it stays in the working folder, with whatever was added to it. In a
        SQLite database all is written already.
        """
        with self._database.lock:
            self._database.dirty = self._database.dirty and self.recovered
            self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self._database.dirty and not self._closed:
                self.save()
        finally:
            self.close()
