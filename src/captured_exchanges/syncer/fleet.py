"""Links that share a store: how they begin together on one writer thread, and end together.

A consumer of one connector is a fleet of one. What one link suffers is no concern of the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Generic, TypeVar

from captured_exchanges.syncer.aio_link import AioLink
from captured_exchanges.syncer.link import Link
from captured_exchanges.syncer.settling import settle
from captured_exchanges.syncer.stores import find_delivery_store
from captured_exchanges.syncer.threaded_link import ThreadedLink
from captured_exchanges.syncer.writer import Patience, StoreWriter

__all__ = ["AioFleet", "ThreadedFleet"]

_Member = TypeVar("_Member", bound=Link)


class _Fleet(Generic[_Member]):
    """The beginning, which is the same for both styles."""

    def __init__(
        self, links: Collection[_Member], store: object, sync_id: str, patience: Patience | None
    ) -> None:
        self._links = links
        self._store = store
        self._sync_id = sync_id
        self._patience = patience or Patience()
        self._begun = False
        self._writer: StoreWriter | None = None

    def begin(self) -> None:
        """Let all begin; raises RuntimeError the second time, and nothing else."""
        if self._begun:
            raise RuntimeError("a consumer is entered once: make another one")
        self._begun = True
        try:
            store = find_delivery_store(self._store)
        except Exception as error:  # noqa: BLE001 - a host's store may raise anything; the sync goes on without us
            for link in self._links:
                link.refuse(error, "the store")
            return
        if store is None:
            for link in self._links:
                link.skip()
            return
        self._writer = StoreWriter(store, self._sync_id, self._patience)
        for link in self._links:
            link.begin(self._writer)

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()


class AioFleet(_Fleet[AioLink]):
    """For one event loop."""

    async def end(self) -> None:
        """End all: commit what has arrived, and after a drain give ownership up. Waits for the store.

        After it neither a task nor a thread is left. Cancelled, be it again and again, it lets what is in
        flight settle and leaves the rest.
        """
        for link in self._links:
            link.close()
        tasks = {link.task for link in self._links if link.task is not None}
        try:
            if tasks:
                await asyncio.wait(tasks)
        finally:
            await settle(self._wind_up({task for task in tasks if not task.done()}))

    async def _wind_up(self, late: set[asyncio.Task[None]]) -> None:
        for task in late:
            task.cancel()
        try:
            if late:
                await asyncio.wait(late)
            for link in self._links:
                await link.hang_up()
        finally:
            self._close_writer()


class ThreadedFleet(_Fleet[ThreadedLink]):
    """For one thread of the host's."""

    def end(self) -> None:
        """As that of AioFleet. Interrupted, it lets what is in flight settle and leaves the rest."""
        try:
            for link in self._links:
                link.close()
            self._join()
        finally:
            for link in self._links:
                link.abandon()
            self._join()
            for link in self._links:
                link.hang_up()
            self._close_writer()

    def _join(self) -> None:
        for link in self._links:
            link.join()
