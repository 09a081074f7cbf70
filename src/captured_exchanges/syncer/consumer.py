"""The consumer of a sync: takes a connector's exchanges into the sync's store while the sync runs.

    async with ExchangeConsumer("unix:/run/…/exchanges.sock", store, sync_id=sync_id) as consumer:
        ...  # the sync
        report = await consumer.drain()

What to do is decided in `handoff`, done in `pump`. Here is what the host holds in its hands: entering,
draining and leaving raise nothing of their own (see `link`).
"""

from __future__ import annotations

import random
from types import TracebackType
from typing import Self

import grpc.aio

from captured_exchanges.handoff.consuming import ClientSettings
from captured_exchanges.security import Access
from captured_exchanges.syncer.aio_link import AioLink
from captured_exchanges.syncer.fleet import AioFleet
from captured_exchanges.syncer.link import claiming
from captured_exchanges.syncer.report import ConsumerReport
from captured_exchanges.syncer.writer import Patience

__all__ = ["ExchangeConsumer"]


class ExchangeConsumer:
    """Consumes a connector's exchanges in the background of an `async with` block. For one event loop.

    Args:
        target: The connector: its address (`unix:PATH`, or with `access` `HOST:PORT`), or a grpc.aio channel,
            which stays the caller's.
        store: Where exchanges go: a Store, or anything whose `exchanges()` takes deliveries, or such a
            thing itself. One that can hold none is skipped without a word of error.
        sync_id: The sync that this store is of; given to exchanges that have none of their own.
        consumer_id: Who claims ownership. Default: derived from machine and path of the store, so that a
            syncer that crashed gets its place back at once; random for a store without a `path`.
        take_over: Become owner at once where another consumer is.
        access: The credentials to show at an address; a channel has its own.
        settings: Bounds and timeouts; its ids and `take_over` are replaced by the arguments above.
        patience: How long to retry what the store refuses, before the consumer stops.
        rng: Draws the jitter of reconnecting.
    """

    def __init__(
        self,
        target: str | grpc.aio.Channel,
        store: object,
        *,
        sync_id: str = "",
        consumer_id: str | None = None,
        take_over: bool = False,
        access: Access | None = None,
        settings: ClientSettings | None = None,
        patience: Patience | None = None,
        rng: random.Random | None = None,
    ) -> None:
        settings = claiming(settings, store, sync_id=sync_id, consumer_id=consumer_id, take_over=take_over)
        self._link = AioLink(target, settings, rng, access)
        self._fleet = AioFleet([self._link], store, sync_id, patience)

    @property
    def report(self) -> ConsumerReport:
        """How it stands at this moment."""
        return self._link.report

    async def __aenter__(self) -> Self:
        self._fleet.begin()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End: commit what has arrived, and after a drain give ownership up. Waits for the store.

        After it neither a task nor a thread of the consumer is left.
        """
        await self._fleet.end()

    async def drain(self, timeout: float = 60.0, *, settle: float = 0.0) -> ConsumerReport:  # noqa: ASYNC109 - the wait alone is bounded, the drain goes on
        """Have all that was captured before now delivered, committed and attested to.

        Args:
            timeout: How long to wait here, in seconds. Reconnecting and asking again are part of it; a
                drain not answered in time goes on in the background.
            settle: How long the connector waits for exchanges that have begun and not ended, in seconds;
                0: its default (5 s).

        Returns:
            The report at that moment. `attestation` is the answer to this drain, or to an earlier one
            where `timed_out`; `consistent` says whether both sides agree. A consumer that has stopped, or
            skips its store, answers at once: see `state` and `error`. Never raises.
        """
        return await self._link.drain(timeout, settle)
