"""A real connector in this process, served from grpc.aio or from a threaded grpc.server, that can die."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import grpc
import grpc.aio

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.connector import SERVER_OPTIONS, ExchangeServicer, ThreadedExchangeServicer
from captured_exchanges.connector.listening import listen
from captured_exchanges.exchange import ConnectorInfo, PolicyInfo
from captured_exchanges.handoff.serving import Terms
from captured_exchanges.security import temporary_private_folder, unix_address
from captured_exchanges.wire import encode_exchange
from support.conservation import conserving
from support.syncer_messages import captured

WORKERS = 4


class Connector:
    """Holds what is captured; its server can be stopped as a killed process stops, and started again."""

    def __init__(
        self,
        address,
        *,
        name="acme",
        max_bytes=64 << 20,
        buffer=None,
        access=None,
        options=SERVER_OPTIONS,
        **terms,
    ):
        self.address = address
        self._access = access
        self._options = options
        self.buffer = buffer or CaptureBuffer(max_bytes=max_bytes)
        self.servicer = self._made(ConnectorInfo(name), PolicyInfo("default"), Terms(**terms))
        self.captured = 0

    def capture(self, number=1, *, sync_id="ours"):
        """Exchanges x/1, x/2, … arrive at the buffer, from whatever thread."""
        for _ in range(number):
            self.captured += 1
            self.buffer.accept(encode_exchange(captured(self.captured, epoch="x", sync_id=sync_id).exchange))

    async def restart(self):
        """Die at once, and come back."""
        await self.stop()
        await self.start()


class AioConnector(Connector):
    """On an event loop."""

    def _made(self, connector, policy, terms):
        return ExchangeServicer(self.buffer, connector=connector, policy=policy, terms=terms)

    async def start(self):
        self._server = grpc.aio.server(options=self._options)
        self._server.add_generic_rpc_handlers((self.servicer.handler(),))
        self.address = listen(self._server, self.address, self._access)
        await self._server.start()

    async def stop(self):
        await self._server.stop(0)

    async def stop_gently(self, deadline):
        return await self.servicer.stop(deadline)


class ThreadedConnector(Connector):
    """On a pool of threads."""

    def _made(self, connector, policy, terms):
        return ThreadedExchangeServicer(self.buffer, connector=connector, policy=policy, terms=terms)

    async def start(self):
        self._pool = ThreadPoolExecutor(WORKERS)
        self._server = grpc.server(self._pool, options=self._options)
        self._server.add_generic_rpc_handlers((self.servicer.handler(),))
        self.address = listen(self._server, self.address, self._access)
        self._server.start()

    async def stop(self):
        await asyncio.to_thread(self._server.stop(0).wait)
        await asyncio.to_thread(self._pool.shutdown)

    async def stop_gently(self, deadline):
        return await asyncio.to_thread(self.servicer.stop, deadline)


SERVERS = {"aio-server": AioConnector, "threaded-server": ThreadedConnector}


@asynccontextmanager
async def serving(kind=AioConnector, *, address="", **named):
    """A connector at an address of its own, for the length of a block, and its account looked at meanwhile.
    With `access` give a TCP address.
    """
    with temporary_private_folder() as folder:
        connector = kind(address or unix_address(folder, "s"), **named)
        await connector.start()
        try:
            with conserving(connector.buffer) as connector.account:
                yield connector
        finally:
            await connector.stop()
