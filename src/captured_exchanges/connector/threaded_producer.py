"""The ThreadedExchangeProducer: what the ExchangeProducer is, for a threaded `grpc.server`.

producer = ThreadedExchangeProducer("acme-connector", version="1.2.3")
instrument_client(client, producer.recorder)
pool = ThreadPoolExecutor(10)
server = grpc.server(pool, interceptors=[producer.interceptor()], options=SERVER_OPTIONS)
...
producer.attach(server)
producer.listen(server, "unix:/run/acme/connector.sock")
threaded_serve_until_stopped(server, producer)
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import grpc
import grpc.aio

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.connector.composition import Composition
from captured_exchanges.connector.guard import ThreadedGuardedInterceptor
from captured_exchanges.connector.health import ThreadedHealth
from captured_exchanges.connector.options import SERVER_OPTIONS
from captured_exchanges.connector.threaded_interceptor import ThreadedCaptureInterceptor
from captured_exchanges.connector.threaded_servicer import ThreadedExchangeServicer
from captured_exchanges.exchange import BufferFacts
from captured_exchanges.redaction import Policy, Redactor
from captured_exchanges.security import Access

__all__ = ["ThreadedExchangeProducer"]

_DEBUG_WORKERS = 2
"""For health and channelz; streams and reflection bring their own."""


class ThreadedExchangeProducer(Composition[grpc.Server]):
    """As an ExchangeProducer, with the same arguments; everything may be used from any thread."""

    _OTHER_KIND = grpc.aio.Server
    _INSTEAD = "a grpc.aio server is served by an ExchangeProducer"

    def __init__(
        self,
        name: str,
        *,
        version: str = "",
        redactor: Redactor | None = None,
        policy: Policy | None = None,
        buffer: CaptureBuffer | None = None,
        heartbeat_interval: float | None = None,
        access: Access | None = None,
    ) -> None:
        super().__init__(
            name, version=version, redactor=redactor, policy=policy, buffer=buffer, access=access
        )
        self.servicer = ThreadedExchangeServicer(
            self.buffer,
            connector=self._connector,
            policy=self.redactor.policy,
            heartbeat_interval=heartbeat_interval,
        )
        self._health = ThreadedHealth(self._well())
        self._debug_servers: list[tuple[grpc.Server, ThreadPoolExecutor]] = []

    def interceptor(self) -> grpc.ServerInterceptor:
        """For `grpc.server(interceptors=[…])`; see ExchangeProducer."""
        guard = self._guard_asked_for()
        if guard is None:
            return ThreadedCaptureInterceptor()
        return ThreadedGuardedInterceptor(guard, ThreadedCaptureInterceptor())

    def listen_for_observers(self, path: str | os.PathLike[str], *, channelz: bool = False) -> str:
        """Start a second server where only observers are admitted; see ExchangeProducer."""
        pool = ThreadPoolExecutor(_DEBUG_WORKERS, "exchange-debug")
        server = grpc.server(pool, options=SERVER_OPTIONS)
        self._debug_servers.append((server, pool))
        address = self._admit_observers(server, path, channelz=channelz)
        server.start()
        return address

    def stop(self, grace: float) -> BufferFacts:
        """Refuse new owners, let an attached one drain for `grace` seconds, end every stream.

        Blocks; returns what the buffer still holds, which is logged too; stop the server afterwards.
        """
        self._health.stop()
        left = self.servicer.stop(grace)
        while self._debug_servers:
            server, pool = self._debug_servers.pop()
            server.stop(None).wait()
            pool.shutdown()
        return left

    def _handler(self, *, observers_only: bool) -> grpc.GenericRpcHandler:
        return self.servicer.handler(observers_only=observers_only)

    def _add_health(self, server: grpc.Server) -> None:
        self._health.add_to(server)
