"""One connector under either kind of server, at an address with credentials."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio

from captured_exchanges.connector import SERVER_OPTIONS, ExchangeProducer, ThreadedExchangeProducer
from captured_exchanges.exchange import Response
from captured_exchanges.security import Access, MutualTLS
from captured_exchanges.syncer import observe
from support.connector_server import unary
from support.connector_snapshots import response, seen

STYLES = ("aio", "threaded")
LOOPBACK = "127.0.0.1:0"
ECHO = "/test.Host/Echo"
"""A call of the host's own."""


@dataclass(frozen=True)
class Served:
    """Where it listens, and what it serves."""

    address: str
    producer: ExchangeProducer | ThreadedExchangeProducer

    def capture(self, body: bytes = b'{"id":"u-1"}') -> None:
        """Record an exchange as an adapter would."""
        self.producer.recorder.begin("http", seen(response(body))).finish()


@asynccontextmanager
async def serving(
    style: str,
    access: Access | None,
    address: str = LOOPBACK,
    *,
    raw: MutualTLS | None = None,
    producer: ExchangeProducer | ThreadedExchangeProducer | None = None,
) -> AsyncIterator[Served]:
    """Serve. `raw`: listen with these, which `listen` would refuse. For a `producer` of one's own `access`
    counts for nothing.
    """
    serve = _aio if style == "aio" else _threaded
    kind = ExchangeProducer if style == "aio" else ThreadedExchangeProducer
    async with serve(producer or kind("served", version="1.0", access=access), address, raw) as served:
        yield served


@asynccontextmanager
async def _aio(producer: ExchangeProducer, address: str, raw: MutualTLS | None) -> AsyncIterator[Served]:
    async def echo(request: bytes, _context: object) -> bytes:
        return request

    server = grpc.aio.server(interceptors=[producer.interceptor()], options=SERVER_OPTIONS)
    server.add_generic_rpc_handlers((unary(ECHO, echo),))
    producer.attach(server)
    bound = _listen_raw(server, raw) if raw else producer.listen(server, address)
    await server.start()
    try:
        yield Served(bound, producer)
    finally:
        await producer.stop(0.1)
        await server.stop(0)


@asynccontextmanager
async def _threaded(
    producer: ThreadedExchangeProducer, address: str, raw: MutualTLS | None
) -> AsyncIterator[Served]:
    with ThreadPoolExecutor(4) as pool:
        server = grpc.server(pool, interceptors=[producer.interceptor()], options=SERVER_OPTIONS)
        server.add_generic_rpc_handlers((unary(ECHO, lambda request, _context: request),))
        producer.attach(server)
        bound = _listen_raw(server, raw) if raw else producer.listen(server, address)
        server.start()
        try:
            yield Served(bound, producer)
        finally:
            await called(producer.stop, 0.1)
            await called(server.stop(0).wait)


def _listen_raw(server: grpc.Server | grpc.aio.Server, tls: MutualTLS) -> str:
    pairs = [(tls.private_key, tls.certificate)]
    credentials = grpc.ssl_server_credentials(pairs, tls.ca, require_client_auth=True)
    return f"127.0.0.1:{server.add_secure_port(LOOPBACK, credentials)}"


async def look(address: str | grpc.aio.Channel, access: Access | None) -> list[Response]:
    """All that an observer sees."""
    async with asyncio.timeout(20):
        return [each async for each in observe(address, access=access)]


async def called(method: Callable[..., Any], *arguments: object, **named: object) -> Any:
    """Call what is a coroutine with one producer and blocks with the other."""
    if inspect.iscoroutinefunction(method):
        return await method(*arguments, **named)
    return await asyncio.to_thread(method, *arguments, **named)
