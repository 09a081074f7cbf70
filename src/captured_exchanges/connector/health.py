"""gRPC health: SERVING for the server as a whole and for the exchange stream, until it stops."""

from __future__ import annotations

from typing import Any, cast

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from captured_exchanges.wire import SERVICE

__all__ = ["HEALTH", "Health"]

HEALTH = health.SERVICE_NAME
"""The service's full name."""


class Health:
    """The health service of a server. A host that serves health itself does without this one."""

    def __init__(self) -> None:
        self._servicer = _Servicer()

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve it; the last one added to a server is the one that answers."""
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, cast("Any", server))

    async def stop(self) -> None:
        """From now on everything is NOT_SERVING, and watchers are told."""
        await self._servicer.enter_graceful_shutdown()


class _Servicer(health.aio.HealthServicer):
    """Serves our service from the start: `set` is a coroutine, servers are put together outside of one."""

    def __init__(self) -> None:
        super().__init__()
        status = health_pb2.HealthCheckResponse.SERVING
        self._server_status[SERVICE] = status  # type: ignore[attr-defined]  # the stubs leave it out
