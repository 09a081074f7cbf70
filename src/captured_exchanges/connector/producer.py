"""The ExchangeProducer: everything a connector's author needs, in one piece.

    producer = ExchangeProducer("acme-connector", version="1.2.3")
    instrument_client(client, producer.recorder)                        # what is captured
    server = grpc.aio.server(interceptors=[producer.interceptor()], options=SERVER_OPTIONS)
    ...                                                                 # the connector's own services
    producer.attach(server)                                             # where it is fetched
    producer.listen(server, "unix:/run/acme/connector.sock")
    await serve_until_stopped(server, producer)

It only composes: each part can be had, and replaced, alone.
"""

from __future__ import annotations

from collections.abc import Iterable

import grpc

from captured_exchanges import telemetry
from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.connector.health import HEALTH, Health
from captured_exchanges.connector.interceptor import CaptureInterceptor
from captured_exchanges.connector.recorder import Recorder
from captured_exchanges.connector.reflection import enable_reflection
from captured_exchanges.connector.servicer import ExchangeServicer
from captured_exchanges.exchange import BufferFacts, ConnectorInfo
from captured_exchanges.redaction import Redactor
from captured_exchanges.security import check_listen_address

__all__ = ["MAX_NAME_BYTES", "ExchangeProducer"]

MAX_NAME_BYTES = 256


class ExchangeProducer:
    """Captures into a buffer and serves it. `name` is the connector's, stable over restarts: stores keep
    it beside their watermarks. `heartbeat_interval` is in seconds.

    `recorder` may be used from any thread; everything else belongs to the event loop that serves.
    """

    def __init__(
        self,
        name: str,
        *,
        version: str = "",
        redactor: Redactor | None = None,
        buffer: CaptureBuffer | None = None,
        heartbeat_interval: float | None = None,
    ) -> None:
        if not 0 < len(name.encode()) <= MAX_NAME_BYTES:
            raise ValueError(f"a connector's name has 1 to {MAX_NAME_BYTES} bytes; got {name[:40]!r}")
        self.redactor = redactor or Redactor(on_failure=telemetry.count)
        self.buffer = buffer or CaptureBuffer(on_fault=telemetry.count)
        self.recorder = Recorder(self.redactor, self.buffer)
        connector = ConnectorInfo(self.redactor.scrub(name), self.redactor.scrub(version))
        self.servicer = ExchangeServicer(
            self.buffer,
            connector=connector,
            policy=self.redactor.policy,
            heartbeat_interval=heartbeat_interval,
        )
        self._health = Health()

    def interceptor(self) -> grpc.aio.ServerInterceptor:
        """For `grpc.aio.server(interceptors=[…])`: scopes every call, stamps the answers of list calls."""
        return CaptureInterceptor()

    def attach(
        self,
        server: grpc.aio.Server,
        *,
        services: Iterable[str] = (),
        reflection: bool = True,
        health: bool = True,
    ) -> None:
        """Serve the exchange stream, reflection and health. Call it after the host has added its services.

        `services` are full names of the host's services, for reflection's list. A host with reflection of
        its own may leave ours on: it describes what the host's would. One with health of its own turns
        ours off, for the last one added answers.
        """
        server.add_generic_rpc_handlers((self.servicer.handler(),))
        if health:
            self._health.add_to(server)
        if reflection:
            enable_reflection(server, [*services, *([HEALTH] if health else [])])

    def listen(self, server: grpc.aio.Server, address: str) -> str:
        """Let a server listen on a Unix socket that the user alone can reach; the canonical address.

        Raises ConnectionRefused where others could reach it (see `security`), before anything is opened.
        """
        checked = check_listen_address(address)
        server.add_insecure_port(checked)
        return checked

    async def stop(self, grace: float) -> BufferFacts:
        """Refuse new owners, let an attached one drain for `grace` seconds, end every stream.

        Returns what the buffer still holds, which is logged too; stop the server afterwards.
        """
        await self._health.stop()
        return await self.servicer.stop(grace)
