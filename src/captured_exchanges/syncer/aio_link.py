"""One connector of a consumer on an event loop: its connection, and the task that works for it."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

import grpc.aio

from captured_exchanges.handoff.consuming import ClientSettings, Stopped
from captured_exchanges.security import Access
from captured_exchanges.syncer.connection import AioConnection
from captured_exchanges.syncer.link import Link
from captured_exchanges.syncer.pump import Pump
from captured_exchanges.syncer.report import ConsumerReport
from captured_exchanges.syncer.writer import StoreWriter

__all__ = ["AioLink"]


class AioLink(Link):
    """For one event loop. `target` is an address, where `access` is shown, or a channel, which stays
    the caller's.
    """

    def __init__(
        self,
        target: str | grpc.aio.Channel,
        settings: ClientSettings,
        rng: random.Random | None,
        access: Access | None,
    ) -> None:
        super().__init__(settings, rng)
        self._connection = AioConnection(target, access)
        self._pump: Pump | None = None
        self.task: asyncio.Task[None] | None = None

    async def drain(self, seconds: float, settle: float) -> ConsumerReport:
        """The report once a drain is answered, or when the seconds are over."""
        if self._pump is None:
            return self.report
        try:
            async with asyncio.timeout(seconds):
                await self._pump.drain(settle)
        except TimeoutError:
            return replace(self.report, timed_out=True)
        return self.report

    def close(self) -> None:
        """The host is done: the task ends once what has arrived is committed."""
        if self._pump is not None:
            self._pump.close()

    async def hang_up(self) -> None:
        """Close the connection, if it is ours. The task must be over."""
        await self._connection.close()

    def _start(self, writer: StoreWriter) -> None:
        self._connection.channel  # noqa: B018 - an address that may not be dialled is refused at once
        self._pump = Pump(self._end, self._connection, writer)
        self.task = asyncio.create_task(self._pump.run(), name="exchange-consumer")
        self.task.add_done_callback(lambda _: self._say_why())

    def _ended(self) -> Stopped | None:
        return self._pump.stopped if self._pump is not None else None
