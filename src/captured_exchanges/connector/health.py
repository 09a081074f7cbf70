"""gRPC health: SERVING as a whole until the stop; a service by itself only while it is well.

Well is what a service's own question says, asked at each check and for watchers once a second: nobody has
to tell. The exchange stream is not well while the disk behind its buffer fails; the server as a whole is, for
the connector's own calls go on, and who stops a connector for its health must not do so for its provenance.

A syncer that serves health itself may ask a consumer:

    Health({"captured_exchanges.store": lambda: not consumer.report.store_trouble}).add_to(server)
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, cast

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from captured_exchanges.connector.pooled import Pooled
from captured_exchanges.wire import SERVICE

__all__ = ["HEALTH", "Health", "ThreadedHealth"]

HEALTH = health.SERVICE_NAME
"""The service's full name."""
_WATCHERS = 16
"""More than these wait for one to leave."""
_ASK_AGAIN = 1.0
_Status = health_pb2.HealthCheckResponse


def _always() -> bool:
    return True


_ALONE: Mapping[str, Callable[[], bool]] = {SERVICE: _always}


class _Standing:
    """How services stand; the empty one is the server as a whole. Thread-safe, as the questions must be."""

    def __init__(self, services: Mapping[str, Callable[[], bool]]) -> None:
        self._well = {"": _always, **services}
        self.stopped = False

    def of(self, service: str) -> int:
        """The status of a service, SERVICE_UNKNOWN where there is none."""
        well = self._well.get(service)
        if well is None:
            return _Status.SERVICE_UNKNOWN
        return _Status.SERVING if not self.stopped and well() else _Status.NOT_SERVING


class Health:
    """The health service of a `grpc.aio` server. `services`: the question of each, from any thread, quick.

    A host that serves health itself does without this one.
    """

    def __init__(self, services: Mapping[str, Callable[[], bool]] = _ALONE) -> None:
        self._servicer = _Servicer(_Standing(services))

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve it; the last one added to a server is the one that answers."""
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, cast("Any", server))

    async def stop(self) -> None:
        """From now on everything is NOT_SERVING, and watchers are told."""
        self._servicer.stop()


class ThreadedHealth:
    """As Health, for a threaded server. Who watches takes none of its workers, but one of 16 threads of our
    own.
    """

    def __init__(self, services: Mapping[str, Callable[[], bool]] = _ALONE) -> None:
        self._servicer = cast("Any", _ThreadedServicer(_Standing(services)))
        self._servicer.Watch = Pooled(self._servicer.Watch, ThreadPoolExecutor(_WATCHERS, "exchange-health"))

    def add_to(self, server: grpc.Server) -> None:
        """Serve it; the last one added to a server is the one that answers."""
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, server)

    def stop(self) -> None:
        """From now on everything is NOT_SERVING, and watchers are told."""
        self._servicer.stop()


class _Servicer(health_pb2_grpc.HealthServicer):
    def __init__(self, standing: _Standing) -> None:
        self._standing = standing
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        self._standing.stopped = True
        self._stopped.set()

    async def Check(self, request: Any, context: Any) -> Any:  # noqa: ANN401, N802 - gRPC's name
        status = self._standing.of(request.service)
        if status == _Status.SERVICE_UNKNOWN:
            await context.abort(grpc.StatusCode.NOT_FOUND)
        return _Status(status=status)

    async def Watch(self, request: Any, context: Any) -> None:  # noqa: ANN401, N802
        told = None
        while True:
            stopped = self._stopped.is_set()
            if (status := self._standing.of(request.service)) != told:
                told = status
                await context.write(_Status(status=status))
            with suppress(TimeoutError):
                async with asyncio.timeout(_ASK_AGAIN):
                    await (asyncio.Event() if stopped else self._stopped).wait()


class _ThreadedServicer(health_pb2_grpc.HealthServicer):
    def __init__(self, standing: _Standing) -> None:
        self._standing = standing
        self._changed = threading.Condition()

    def stop(self) -> None:
        self._standing.stopped = True
        with self._changed:
            self._changed.notify_all()

    def Check(self, request: Any, context: Any) -> Any:  # noqa: ANN401, N802
        status = self._standing.of(request.service)
        if status == _Status.SERVICE_UNKNOWN:
            context.abort(grpc.StatusCode.NOT_FOUND, "")
        return _Status(status=status)

    def Watch(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: ANN401, N802
        told = None
        context.add_callback(self._wake)
        while context.is_active():
            if (status := self._standing.of(request.service)) != told:
                told = status
                yield _Status(status=status)
            with self._changed:
                if self._standing.of(request.service) == told and context.is_active():
                    self._changed.wait(_ASK_AGAIN)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
