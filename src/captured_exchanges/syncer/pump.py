"""Drives a consumer's end on an event loop: one task, one stream at a time.

All decisions are made in the one task of `run`, so nothing here needs a lock: whatever happens wakes the
task, which hands it to the performer.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from captured_exchanges.handoff.consuming import ConsumerEnd, Stopped
from captured_exchanges.syncer.connection import AioConnection
from captured_exchanges.syncer.performer import Performer
from captured_exchanges.syncer.settling import settle
from captured_exchanges.syncer.stream import ExchangeStream
from captured_exchanges.syncer.writer import StoreWriter

__all__ = ["Pump"]


class Pump:
    """Runs a consumer's end over a connection and a store's writer, both of which it leaves open. For one
    event loop.
    """

    def __init__(self, end: ConsumerEnd, connection: AioConnection, writer: StoreWriter) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._parser = ThreadPoolExecutor(1, thread_name_prefix="exchange-parser")
        self._changed = asyncio.Event()
        self._answered = asyncio.Condition()
        self._performer = Performer(
            end, writer, dial=self._dial, distrust=connection.leave, wake=self._wake_from_thread
        )

    @property
    def stopped(self) -> Stopped | None:
        """How it ended; None until it is over."""
        return self._performer.stopped

    async def run(self) -> None:
        """Work until it is over. Raises nothing; cancelled, it still lets the store settle."""
        performer = self._performer
        try:
            performer.start()
            while performer.stopped is None:
                await self._pass_time()
                performer.feed()
                await self._tell_waiters()
        except Exception as error:  # noqa: BLE001 - a bug here ends the consumer, never the sync
            performer.fail(error)
        finally:
            performer.abandon()  # where cancelled
            await settle(self._clean_up())

    def close(self) -> None:
        """The host is done."""
        self._performer.close()
        self._changed.set()

    async def drain(self, settle: float) -> None:
        """Ask for an attestation and wait until it is committed, or all is over."""
        number = self._performer.ask_drain(settle)
        self._changed.set()
        async with self._answered:
            await self._answered.wait_for(lambda: self._performer.answered(number))

    def _dial(self) -> ExchangeStream:
        return ExchangeStream(self._connection.channel, self._parser, self._changed.set)

    def _wake_from_thread(self) -> None:
        self._loop.call_soon_threadsafe(self._changed.set)

    async def _pass_time(self) -> None:
        """Wait until something has happened or is due."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._performer.patience()):
                await self._changed.wait()
        self._changed.clear()

    async def _tell_waiters(self) -> None:
        async with self._answered:
            self._answered.notify_all()

    async def _clean_up(self) -> None:
        self._performer.retire()
        try:
            for stream in self._performer.retired:
                await stream.wait_closed()
            if self._performer.job is not None:
                await asyncio.wait({asyncio.wrap_future(self._performer.job)})
            await self._tell_waiters()
        finally:
            self._parser.shutdown()
