"""The consumer of a sync whose host has no event loop: `consumer`, with threads in place of tasks.

    with ThreadedExchangeConsumer("unix:/run/…/exchanges.sock", store, sync_id=sync_id) as consumer:
        ...  # the sync
        report = consumer.drain()

It decides by the same `handoff`, and keeps the same promises. A host that forgets to leave the block loses
nothing but time: its threads do not keep the interpreter from ending, and the next run goes on behind what
was committed.
"""

from __future__ import annotations

import random
import time
from types import TracebackType
from typing import Self

import grpc

from captured_exchanges.handoff.consuming import ClientSettings
from captured_exchanges.security import Access
from captured_exchanges.syncer.fleet import ThreadedFleet
from captured_exchanges.syncer.link import claiming
from captured_exchanges.syncer.report import ConsumerReport
from captured_exchanges.syncer.threaded_link import ThreadedLink
from captured_exchanges.syncer.writer import Patience

__all__ = ["ThreadedExchangeConsumer"]


class ThreadedExchangeConsumer:
    """Consumes a connector's exchanges in the background of a `with` block. `report` and `drain` may be
    asked for by any thread.

    Args:
        target: The connector: its address (`unix:PATH`, or with `access` `HOST:PORT`), or a grpc channel,
            which stays the caller's.
        store, sync_id, consumer_id, take_over, access, settings, patience, rng: As for ExchangeConsumer.
    """

    def __init__(
        self,
        target: str | grpc.Channel,
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
        self._link = ThreadedLink(target, settings, rng, access)
        self._fleet = ThreadedFleet([self._link], store, sync_id, patience)

    @property
    def report(self) -> ConsumerReport:
        """How it stands at this moment."""
        return self._link.report

    def __enter__(self) -> Self:
        self._fleet.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End: commit what has arrived, and after a drain give ownership up. Waits for the store.

        After it no thread of the consumer is left.
        """
        self._fleet.end()

    def drain(self, timeout: float = 60.0, *, settle: float = 0.0) -> ConsumerReport:
        """Have all that was captured before now delivered, committed and attested to.

        Blocks the calling thread; arguments and report are those of ExchangeConsumer's. Never raises.
        """
        until = time.monotonic() + timeout
        return self._link.await_drain(self._link.ask_drain(settle), until)
