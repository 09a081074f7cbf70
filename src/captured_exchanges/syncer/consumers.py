"""The consumer of a sync that draws on several connectors: one store, one writer thread, each its own stream.

    async with ExchangeConsumers({"okta": okta_address, "github": github_address}, store, sync_id=…) as them:
        ...  # the sync
        report = await them.drain()

What one connector suffers is no concern of the others; their transactions take turns in the store.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

import grpc.aio

from captured_exchanges.handoff.consuming import ClientSettings
from captured_exchanges.security import Access
from captured_exchanges.syncer.aio_link import AioLink
from captured_exchanges.syncer.fleet import AioFleet
from captured_exchanges.syncer.link import claiming
from captured_exchanges.syncer.several import named, settings_of_each
from captured_exchanges.syncer.summary import ConsumersReport
from captured_exchanges.syncer.writer import Patience

__all__ = ["ExchangeConsumers"]


class ExchangeConsumers:
    """Consumes the exchanges of several connectors in the background of an `async with` block. For one
    event loop.

    Args:
        connectors: Name and target (address or grpc.aio channel) of each; or addresses, which are their
            names then. The store keeps watermarks and gaps by these names, so that two connectors that
            call themselves alike are told apart: a sync that goes on after a crash must use the same.
        store, sync_id, consumer_id, take_over, patience, rng: As for ExchangeConsumer.
        access: The credentials to show at every address. Where each connector has its own, give
            channels that `open_channel` made, in place of addresses.
        settings: As for ExchangeConsumer. What may be outstanding is for all connectors together.

    Raises:
        ValueError: No connector, one twice, or one with an empty name.
    """

    def __init__(
        self,
        connectors: Mapping[str, str | grpc.aio.Channel] | Iterable[str],
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
        targets = named(connectors)
        each = settings_of_each(connectors, targets, settings)
        self._links = {name: AioLink(target, each[name], rng, access) for name, target in targets.items()}
        self._fleet = AioFleet(self._links.values(), store, sync_id, patience)

    @property
    def report(self) -> ConsumersReport:
        """How they stand at this moment."""
        return ConsumersReport({name: link.report for name, link in self._links.items()})

    async def __aenter__(self) -> Self:
        self._fleet.begin()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all, as ExchangeConsumer does; what is drained gives ownership up."""
        await self._fleet.end()

    async def drain(self, timeout: float = 60.0, *, settle: float = 0.0) -> ConsumersReport:  # noqa: ASYNC109 - the wait alone is bounded, the drain goes on
        """Drain all at once, as ExchangeConsumer does. Never raises.

        Returns when the last has answered or the time is over, which it is where a connector is not there.
        """
        reports = await asyncio.gather(*(link.drain(timeout, settle) for link in self._links.values()))
        return ConsumersReport(dict(zip(self._links, reports, strict=True)))
