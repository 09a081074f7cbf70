"""gRPC health: SERVING for the server as a whole and for the exchange stream, until it stops."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from captured_exchanges.connector.pooled import Pooled
from captured_exchanges.wire import SERVICE

__all__ = ["HEALTH", "Health", "ThreadedHealth"]

HEALTH = health.SERVICE_NAME
"""The service's full name."""
_WATCHERS = 16
"""Under a threaded server; more than these wait for one to leave."""


class Health:
    """The health service of a `grpc.aio` server. A host that serves health itself does without this one."""

    def __init__(self) -> None:
        self._servicer = _Servicer()

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve it; the last one added to a server is the one that answers."""
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, cast("Any", server))

    async def stop(self) -> None:
        """From now on everything is NOT_SERVING, and watchers are told."""
        await self._servicer.enter_graceful_shutdown()


class ThreadedHealth:
    """As Health, for a threaded server. Who watches takes none of the server's workers.

    Watchers bring threads of their own, because grpc's way to do without (`experimental_non_blocking`) sends
    under a lock that the end of any watcher wants too, and stands still for good (seen at the stop).
    """

    def __init__(self) -> None:
        self._servicer = cast("Any", health.HealthServicer())
        self._servicer.set(SERVICE, health_pb2.HealthCheckResponse.SERVING)
        self._servicer.Watch = Pooled(self._servicer.Watch, ThreadPoolExecutor(_WATCHERS, "exchange-health"))

    def add_to(self, server: grpc.Server) -> None:
        """Serve it; the last one added to a server is the one that answers."""
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, server)

    def stop(self) -> None:
        """From now on everything is NOT_SERVING, and watchers are told."""
        self._servicer.enter_graceful_shutdown()


class _Servicer(health.aio.HealthServicer):
    """Serves our service from the start: `set` is a coroutine, servers are put together outside of one."""

    def __init__(self) -> None:
        super().__init__()
        status = health_pb2.HealthCheckResponse.SERVING
        self._server_status[SERVICE] = status  # type: ignore[attr-defined]  # the stubs leave it out
