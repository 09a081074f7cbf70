"""The consumer of a sync: takes a connector's exchanges into the sync's store while the sync runs.

    async with ExchangeConsumer("unix:/run/…/exchanges.sock", store, sync_id=sync_id) as consumer:
        ...  # the sync
        report = await consumer.drain()

What to do is decided in `handoff`, done in `pump`. Here is what the host holds in its hands, and the
promise that a failure of provenance never fails the sync: entering, draining and leaving raise nothing of
their own. A consumer that cannot go on ends, says so once in the log, and keeps the reason in
`report.error`.
"""

from __future__ import annotations

import asyncio
import logging
import random
from dataclasses import replace
from types import TracebackType
from typing import Self

import grpc.aio

from captured_exchanges.errors import CapturedExchangesError
from captured_exchanges.handoff.consuming import ClientSettings, ConsumerEnd, Stopped
from captured_exchanges.security import Access
from captured_exchanges.syncer.channel import open_channel
from captured_exchanges.syncer.identity import default_consumer_id
from captured_exchanges.syncer.pump import Pump
from captured_exchanges.syncer.report import ConsumerReport, ConsumerState, report_on
from captured_exchanges.syncer.stores import DeliveryStore, find_delivery_store
from captured_exchanges.syncer.writer import Patience, StoreWriter
from captured_exchanges.telemetry import count

__all__ = ["ExchangeConsumer"]

_log = logging.getLogger(__name__)


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
        if access is not None and not isinstance(target, str):
            raise ValueError("`access` is for an address: a channel has credentials of its own")
        self._target = target
        self._access = access
        self._store = store
        self._settings = replace(
            settings or ClientSettings(),
            consumer_id=consumer_id or default_consumer_id(store),
            sync_id=sync_id,
            take_over=take_over,
        )
        self._patience = patience or Patience()
        self._end = ConsumerEnd(self._settings, rng=rng or random.Random())  # noqa: S311 - jitter is no secret
        self._channel: grpc.aio.Channel | None = None
        self._pump: Pump | None = None
        self._task: asyncio.Task[None] | None = None
        self._state: ConsumerState = "idle"
        self._error: Stopped | None = None

    @property
    def report(self) -> ConsumerReport:
        """How it stands at this moment."""
        return report_on(self._end, state=self._current_state(), stopped=self._stopped)

    async def __aenter__(self) -> Self:
        if self._state != "idle":
            raise RuntimeError("a consumer is entered once: make another one")
        try:
            store = find_delivery_store(self._store)
            self._state = "skipped" if store is None else "connecting"
            if store is not None:
                self._begin(store)
        except Exception as error:  # noqa: BLE001 - a host's store may raise anything; the sync goes on without us
            count("syncer.consumer_failed")
            self._refuse(error)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End: commit what has arrived, and after a drain give ownership up. Waits for the store.

        After it neither a task nor a thread of the consumer is left.
        """
        if self._pump is None or self._task is None:
            return
        self._pump.close()
        try:
            await asyncio.wait({self._task})
        finally:
            if not self._task.done():  # the host cannot wait: what is in flight settles, the rest is left
                self._task.cancel()
                await asyncio.wait({self._task})
            if self._channel is not None:
                await self._channel.close()

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
        if self._pump is None:
            return self.report
        try:
            async with asyncio.timeout(timeout):
                await self._pump.drain(settle)
        except TimeoutError:
            return replace(self.report, timed_out=True)
        return self.report

    def _begin(self, store: DeliveryStore) -> None:
        channel = self._target
        if isinstance(channel, str):
            channel = self._channel = open_channel(channel, self._access)
        writer = StoreWriter(store, self._settings.sync_id, self._patience)
        self._pump = Pump(self._end, channel, writer)
        self._task = asyncio.create_task(self._pump.run(), name="exchange-consumer")
        self._task.add_done_callback(lambda _: self._say_why())

    def _refuse(self, error: Exception) -> None:
        known = isinstance(error, CapturedExchangesError)
        self._error = Stopped(
            "refused", str(error) if known else f"the store failed with {type(error).__name__}"
        )
        self._say_why()

    def _say_why(self) -> None:
        stopped = self._stopped
        if stopped is not None and stopped.failed:
            _log.error("captured exchanges are no longer consumed: %s", stopped.message)
        elif stopped is not None and stopped.message:
            _log.info("captured exchanges are not consumed: %s", stopped.message)

    @property
    def _stopped(self) -> Stopped | None:
        return self._error or (self._pump.stopped if self._pump else None)

    def _current_state(self) -> ConsumerState:
        stopped = self._stopped
        if stopped is not None:
            return "unsupported" if stopped.kind == "unsupported" else "stopped"
        return "connected" if self._end.connected else self._state
