"""One connector of a consumer on an event loop: its channel, and the task that works for it."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

import grpc.aio

from captured_exchanges.handoff.consuming import ClientSettings, Stopped
from captured_exchanges.security import Access
from captured_exchanges.syncer.channel import open_channel, require_address
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
        require_address(target, access)
        self._access = access
        self._target = target
        self._channel: grpc.aio.Channel | None = None
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
        """Close the channel, if it is ours. The task must be over."""
        if self._channel is not None:
            await self._channel.close()

    def _start(self, writer: StoreWriter) -> None:
        channel = self._target
        if isinstance(channel, str):
            channel = self._channel = open_channel(channel, self._access)
        self._pump = Pump(self._end, channel, writer)
        self.task = asyncio.create_task(self._pump.run(), name="exchange-consumer")
        self.task.add_done_callback(lambda _: self._say_why())

    def _ended(self) -> Stopped | None:
        return self._pump.stopped if self._pump is not None else None
