"""Looking at a connector without touching it: every response of an observer's stream, as it arrives."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import grpc.aio

from captured_exchanges.errors import (
    CapturedExchangesError,
    ConnectionRefused,
    ConsumerStopped,
    ProtocolViolation,
)
from captured_exchanges.exchange import PROTOCOL_VERSION, Closing, Filter, Open, Opened, Response
from captured_exchanges.handoff import Status
from captured_exchanges.security import Access
from captured_exchanges.syncer.channel import open_channel
from captured_exchanges.syncer.handshakes import HANDSHAKE_FAILED
from captured_exchanges.syncer.stream import Ended, ExchangeStream, Garbage, Item

__all__ = ["observe"]

_OPEN_TIMEOUT = 12.5
_DEAD_AFTER = 2.5
_TRIES = 2
"""A call that the server ends at once may lose its status to our write and end INTERNAL (seen: 1 in 100)."""


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
    if access is not None and not isinstance(target, str):
        raise ValueError("`access` is for an address: a channel has credentials of its own")
    channel = open_channel(target, access) if isinstance(target, str) else target
    place = target if isinstance(target, str) else "the channel's target"
    opening = Open(
        protocol_version=PROTOCOL_VERSION, follow=follow, from_sequence=from_sequence, filter=filter
    )
    watch = _Watch(channel, place)
    try:
        async for response in watch.responses(opening):
            yield response
    finally:
        await watch.close()
        if channel is not target:
            await channel.close()


class _Watch:
    """One observer's stream."""

    def __init__(self, channel: grpc.aio.Channel, place: str) -> None:
        self._place = place
        self._changed = asyncio.Event()
        self._parser = ThreadPoolExecutor(1, thread_name_prefix="exchange-parser")
        self._channel = channel
        self._stream: ExchangeStream | None = None
        self._patience = _OPEN_TIMEOUT
        self._closing: Closing | None = None

    async def responses(self, opening: Open) -> AsyncIterator[Response]:
        for _ in range(_TRIES):
            stream, heard = await self._call(opening), False
            while not isinstance(item := await self._next(stream), Ended):
                heard = True
                if isinstance(item, Garbage):
                    raise ProtocolViolation(f"{self._place}: {item.message}")
                if item.response is not None:
                    self._learn(item.response)
                    yield item.response
            ended = item
            if heard or ended.code != Status.INTERNAL:
                break
        self._judge(ended)

    async def close(self) -> None:
        await self._hang_up()
        self._parser.shutdown()

    async def _call(self, opening: Open) -> ExchangeStream:
        await self._hang_up()
        self._stream = ExchangeStream(self._channel, self._parser, self._changed.set)
        self._stream.send(opening)
        self._stream.half_close(flush=True)
        return self._stream

    async def _hang_up(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            await self._stream.wait_closed()

    async def _next(self, stream: ExchangeStream) -> Item:
        try:
            async with asyncio.timeout(self._patience):
                while (item := stream.take()) is None:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError as error:
            raise ConsumerStopped(
                f"{self._place}: the connector has been silent for {self._patience:g} s: is it stuck?",
                code=Status.UNAVAILABLE,
            ) from error
        return item

    def _learn(self, response: Response) -> None:
        if isinstance(response, Opened):
            interval = response.heartbeat_interval
            usable = math.isfinite(interval) and interval > 0
            self._patience = max(1.0, _DEAD_AFTER * interval) if usable else _OPEN_TIMEOUT
        elif isinstance(response, Closing):
            self._closing = response

    def _judge(self, ended: Ended) -> None:
        code, detail = ended.code, ended.detail
        if self._closing is not None:
            code, detail = self._closing.code, self._closing.reason
        if code != Status.OK:
            raise _error_of(code, detail, self._place)


def _error_of(code: int, detail: str, place: str) -> CapturedExchangesError:
    match code:
        case Status.UNAVAILABLE if detail.startswith(HANDSHAKE_FAILED):
            return ConnectionRefused(f"{place}: {detail}")
        case Status.UNAVAILABLE:
            return ConsumerStopped(
                f"{place}: nothing listens here, or it has just gone ({detail})", code=code
            )
        case Status.UNIMPLEMENTED:
            return ConsumerStopped(f"{place}: this server hands over no captured exchanges", code=code)
        case Status.PERMISSION_DENIED | Status.UNAUTHENTICATED:
            return ConnectionRefused(f"{place}: the connector refused us ({detail})")
        case Status.INVALID_ARGUMENT:
            return ProtocolViolation(f"{place}: the connector refused the request ({detail})", code=code)
        case _:
            name = Status(code).name if code in set(Status) else str(code)
            return ConsumerStopped(f"{place}: the stream ended with {name} ({detail})", code=code)
