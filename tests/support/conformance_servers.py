"""gRPC servers of both styles, behind one interface: started, and ended at once, from any thread.

The door of a server (who may enter, and where) is that of our producers; what they serve is a test's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import grpc
import grpc.aio

from captured_exchanges.connector import (
    SERVER_OPTIONS,
    ExchangeProducer,
    ExchangeServicer,
    ThreadedExchangeProducer,
    ThreadedExchangeServicer,
)
from captured_exchanges.exchange import BufferFacts
from support.conformance_loop import LoopThread
from support.conformance_play import asyncio_script, threaded_script
from support.conformance_transports import Transport
from support.threaded_calls import PATIENCE

__all__ = ["SERVERS", "AsyncioServers", "ThreadedServers"]

_WORKERS = 4


class AsyncioServers:
    """Servers of grpc.aio on a transport. `script` makes the behaviour of a handler that a script plays."""

    servicer = ExchangeServicer

    def __init__(self, loop: LoopThread, transport: Transport) -> None:
        self._loop = loop
        self._transport = transport
        self._door = ExchangeProducer("conformance", access=transport.wanted)
        self.script = asyncio_script

    def start(self, handlers: Iterable[Any], address: str = "") -> tuple[str, Callable[[], None]]:
        """Serve, at a new address unless told where; the target, and the call that ends it at once."""
        target, server = self._loop.run(self._start(tuple(handlers), address))
        return target, lambda: self._loop.run(server.stop(0))

    def stop(self, servicer: ExchangeServicer, deadline: float) -> Future[BufferFacts]:
        """Begin to stop a servicer."""
        return self._loop.submit(servicer.stop(deadline))

    async def _start(self, handlers: tuple[Any, ...], address: str) -> tuple[str, grpc.aio.Server]:
        server = grpc.aio.server(interceptors=[self._door.interceptor()], options=SERVER_OPTIONS)
        server.add_generic_rpc_handlers(handlers)
        target = self._door.listen(server, address or self._transport.address())
        await server.start()
        return target, server


class ThreadedServers:
    """As AsyncioServers, of the synchronous grpc."""

    servicer = ThreadedExchangeServicer

    def __init__(self, _loop: LoopThread, transport: Transport) -> None:
        self._transport = transport
        self._door = ThreadedExchangeProducer("conformance", access=transport.wanted)
        self.script = threaded_script

    def start(self, handlers: Iterable[Any], address: str = "") -> tuple[str, Callable[[], None]]:
        """Serve, at a new address unless told where; the target, and the call that ends it at once."""
        stack = ExitStack()
        pool = stack.enter_context(ThreadPoolExecutor(_WORKERS))
        server = grpc.server(pool, interceptors=[self._door.interceptor()], options=SERVER_OPTIONS)
        server.add_generic_rpc_handlers(tuple(handlers))
        target = self._door.listen(server, address or self._transport.address())
        server.start()
        stack.callback(lambda: server.stop(0).wait(PATIENCE))
        return target, stack.close

    def stop(self, servicer: ThreadedExchangeServicer, deadline: float) -> Future[BufferFacts]:
        """Begin to stop a servicer."""
        other = ThreadPoolExecutor(1)
        stopping = other.submit(servicer.stop, deadline)
        other.shutdown(wait=False)
        return stopping


SERVERS = {"asyncio": AsyncioServers, "threaded": ThreadedServers}
"""By style."""
