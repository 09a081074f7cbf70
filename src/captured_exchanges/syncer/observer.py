"""Looking at a connector without touching it: every response of an observer's stream, as it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import grpc.aio

from captured_exchanges.exchange import Filter, Response
from captured_exchanges.security import Access
from captured_exchanges.syncer.channel import open_channel, require_address
from captured_exchanges.syncer.mailbox import Ended, Item
from captured_exchanges.syncer.stream import ExchangeStream
from captured_exchanges.syncer.watching import Watching

__all__ = ["observe"]


async def observe(
    target: str | grpc.aio.Channel,
    *,
    follow: bool = False,
    from_sequence: int = 0,
    filter: Filter = Filter(),  # noqa: A002, B008 - the protocol's name for it; frozen
    access: Access | None = None,
) -> AsyncIterator[Response]:
    """Every response of a connector to an observer, `opened` first; unknown variants are left out.

    Args:
        target: The connector: its address (`unix:PATH`, or with `access` `HOST:PORT`), or a channel, which
            stays the caller's.
        follow: Go on with what is captured from now on; else end where the buffer ended at the open.
        from_sequence: Where to begin; 0: at the oldest retained.
        filter: Which exchanges to see.
        access: The credentials to show at an address; a channel has its own.

    Raises:
        ConnectionRefused: The rules of who may connect forbid the target, or the connector refused us, in
            the TLS handshake or by a status.
        ProtocolViolation: What came is no answer of the protocol, or our request was refused as invalid.
        ConsumerStopped: Nothing listens there, the stream broke off, or it was ended with an error; `code`
            is the gRPC status.
    """
    require_address(target, access)
    channel = open_channel(target, access) if isinstance(target, str) else target
    place = target if isinstance(target, str) else "the channel's target"
    watch = _Watch(channel, Watching(place, follow=follow, from_sequence=from_sequence, wanted=filter))
    try:
        async for response in watch.responses():
            yield response
    finally:
        await watch.close()
        if channel is not target:
            await channel.close()


class _Watch:
    """The calls of one look, on an event loop."""

    def __init__(self, channel: grpc.aio.Channel, watching: Watching) -> None:
        self._channel = channel
        self._watching = watching
        self._changed = asyncio.Event()
        self._parser = ThreadPoolExecutor(1, thread_name_prefix="exchange-parser")
        self._stream: ExchangeStream | None = None

    async def responses(self) -> AsyncIterator[Response]:
        again = True
        while again:
            stream = await self._call()
            while not isinstance(item := await self._next(stream), Ended):
                response = self._watching.response_in(item)
                if response is not None:
                    yield response
            again = self._watching.once_more(item)

    async def close(self) -> None:
        await self._hang_up()
        self._parser.shutdown()

    async def _call(self) -> ExchangeStream:
        await self._hang_up()
        self._stream = ExchangeStream(self._channel, self._parser, self._changed.set)
        self._stream.send(self._watching.opening)
        self._stream.half_close(flush=True)
        return self._stream

    async def _hang_up(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            await self._stream.wait_closed()

    async def _next(self, stream: ExchangeStream) -> Item:
        try:
            async with asyncio.timeout(self._watching.patience):
                while (item := stream.take()) is None:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError as error:
            raise self._watching.silent() from error
        return item
