"""`consumers` for a host without an event loop: several connectors, one store, threads in place of tasks."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

import grpc

from captured_exchanges.handoff.consuming import ClientSettings
from captured_exchanges.security import Access
from captured_exchanges.syncer.fleet import ThreadedFleet
from captured_exchanges.syncer.link import claiming
from captured_exchanges.syncer.several import named, settings_of_each
from captured_exchanges.syncer.summary import ConsumersReport
from captured_exchanges.syncer.threaded_link import ThreadedLink
from captured_exchanges.syncer.writer import Patience

__all__ = ["ThreadedExchangeConsumers"]


class ThreadedExchangeConsumers:
    """Consumes the exchanges of several connectors in the background of a `with` block. `report` and
    `drain` may be asked for by any thread.

    Args:
        connectors: As for ExchangeConsumers, with grpc channels.
        store, sync_id, consumer_id, take_over, access, settings, patience, rng: As for ExchangeConsumers.

    Raises:
        ValueError: No connector, one twice, or one with an empty name.
    """

    def __init__(
        self,
        connectors: Mapping[str, str | grpc.Channel] | Iterable[str],
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
        self._links = {
            name: ThreadedLink(target, each[name], rng, access) for name, target in targets.items()
        }
        self._fleet = ThreadedFleet(self._links.values(), store, sync_id, patience)

    @property
    def report(self) -> ConsumersReport:
        """How they stand at this moment."""
        return ConsumersReport({name: link.report for name, link in self._links.items()})

    def __enter__(self) -> Self:
        self._fleet.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all, as ThreadedExchangeConsumer does; what is drained gives ownership up."""
        self._fleet.end()

    def drain(self, timeout: float = 60.0, *, settle: float = 0.0) -> ConsumersReport:
        """Drain all at once. Blocks the calling thread, never raises.

        Returns when the last has answered or the time is over, which it is where a connector is not there.
        """
        until = time.monotonic() + timeout
        asked = {name: link.ask_drain(settle) for name, link in self._links.items()}
        return ConsumersReport(
            {name: self._links[name].await_drain(number, until) for name, number in asked.items()}
        )
