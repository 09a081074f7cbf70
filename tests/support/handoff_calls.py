"""A connector that serves for real, and callers that speak the protocol by hand over its Unix socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import grpc
import grpc.aio

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.connector.servicer import ExchangeServicer
from captured_exchanges.exchange import Ack, Batch, Closing, Drain, Open, Opened, Request, Response
from captured_exchanges.handoff.serving import Terms
from captured_exchanges.wire import METHOD, decode_response, encode_request
from support.handoff_connector import CONNECTOR, POLICY

PATIENCE = 20
"""Seconds after which a test gives up waiting; nothing is expected to take that long."""


class Caller:
    """One call of StreamCapturedExchanges."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.call = channel.stream_stream(METHOD)()
        self.heard: list[Response] = []
        self.sizes: list[int] = []  # of the messages heard, in bytes

    async def say(self, *requests: Request | bytes) -> None:
        """Write requests; bytes go as they are."""
        for request in requests:
            await self.call.write(request if isinstance(request, bytes) else encode_request(request))

    async def half_close(self) -> None:
        """Write no more."""
        await self.call.done_writing()

    async def hear(self) -> Response | None:
        """The next message; None: there are no more."""
        try:
            async with asyncio.timeout(PATIENCE):  # giving up kills the call, and the test with it
                raw = await self.call.read()
        except grpc.aio.AioRpcError:  # the end, with a status that is not OK: `status` tells
            return None
        if raw is grpc.aio.EOF:
            return None
        self.sizes.append(len(raw))
        message = decode_response(raw)
        self.heard.append(message)
        return message

    async def until(self, kind: type) -> Response:
        """The next message of a kind."""
        while (message := await self.hear()) is not None:
            if isinstance(message, kind):
                return message
        raise AssertionError(f"the stream ended before {kind.__name__}: {await self.status()}")

    async def rest(self) -> list[Response]:
        """Everything up to the end; half-closes when `closing` comes, as a consumer must."""
        rest = []
        while (message := await self.hear()) is not None:
            rest.append(message)
            if isinstance(message, Closing):
                await self.half_close()
        return rest

    async def exchanges(self, count: int, *, ack: bool = False) -> list[int]:
        """Hear until so many exchanges have come; their sequences. With `ack` each batch is acked."""
        sequences: list[int] = []
        while len(sequences) < count:
            batch = await self.until(Batch)
            sequences += [exchange.sequence for exchange in batch.exchanges]
            if ack:
                await self.say(Ack(batch.epoch, sequences[-1]))
        return sequences

    async def drain(self, settle: float = 0.0) -> None:
        """Ask for the attestation; unfinished exchanges have `settle` seconds."""
        await self.say(Drain(settle))

    async def status(self) -> tuple[grpc.StatusCode, str]:
        """How the call ended."""
        async with asyncio.timeout(PATIENCE):
            return await self.call.code(), await self.call.details() or ""


class Serving:
    """A served capture buffer."""

    def __init__(self, servicer: ExchangeServicer, buffer: CaptureBuffer, address: str) -> None:
        self.servicer = servicer
        self.buffer = buffer
        self.address = address
        self.channels: list[grpc.aio.Channel] = []

    def caller(self) -> Caller:
        """A call over a connection of its own."""
        options = [("grpc.use_local_subchannel_pool", 1)]
        channel = grpc.aio.insecure_channel(self.address, options=options)
        self.channels.append(channel)
        return Caller(channel)

    async def opened(self, open_: Open) -> tuple[Caller, Opened]:
        """A call that has opened."""
        caller = self.caller()
        await caller.say(open_)
        return caller, await caller.until(Opened)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in code that sets no event
            await asyncio.sleep(0.005)


@asynccontextmanager
async def serving(
    folder,
    *,
    buffer: CaptureBuffer | None = None,
    observers_only: bool = False,
    handlers: Iterable[grpc.GenericRpcHandler] = (),
    **terms,
) -> AsyncIterator[Serving]:
    """Serve on a socket below a folder, until the block ends."""
    buffer = buffer or CaptureBuffer()
    servicer = ExchangeServicer(buffer, connector=CONNECTOR, policy=POLICY, terms=Terms(**terms))
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((servicer.handler(observers_only=observers_only), *handlers))
    address = f"unix:{folder}/exchanges.sock"
    server.add_insecure_port(address)
    await server.start()
    served = Serving(servicer, buffer, address)
    try:
        yield served
    finally:
        for channel in served.channels:
            await channel.close()
        await server.stop(0)
