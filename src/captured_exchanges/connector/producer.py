"""The ExchangeProducer: everything a connector's author needs, in one piece.

    producer = ExchangeProducer("acme-connector", version="1.2.3")
    instrument_client(client, producer.recorder)                        # what is captured
    server = grpc.aio.server(interceptors=[producer.interceptor()], options=SERVER_OPTIONS)
    ...                                                                 # the connector's own services
    producer.attach(server)                                             # where it is fetched
    producer.listen(server, "unix:/run/acme/connector.sock")
    await serve_until_stopped(server, producer)

It only composes: each part can be had, and replaced, alone. For a threaded `grpc.server` there is the
ThreadedExchangeProducer.
"""

from __future__ import annotations

import os

import grpc
import grpc.aio

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.connector.composition import Composition
from captured_exchanges.connector.guard import GuardedInterceptor
from captured_exchanges.connector.health import Health
from captured_exchanges.connector.interceptor import CaptureInterceptor
from captured_exchanges.connector.options import SERVER_OPTIONS
from captured_exchanges.connector.servicer import ExchangeServicer
from captured_exchanges.exchange import BufferFacts
from captured_exchanges.redaction import Policy, Redactor
from captured_exchanges.security import Access

__all__ = ["ExchangeProducer"]


class ExchangeProducer(Composition[grpc.aio.Server]):
    """Captures into a buffer and serves it. `name` is the connector's, stable over restarts: stores keep
    it beside their watermarks. `heartbeat_interval` is in seconds. `access`: what whoever connects must show;
    None: a Unix socket that the user alone can reach is all there is. `policy` says what is
    redacted; without it, and without a `redactor`, the variable EXCHANGES_POLICY names one (PolicyError where
    that is no policy).

    `recorder` may be used from any thread; everything else belongs to the event loop that serves.
    """

    _OTHER_KIND = grpc.Server
    _INSTEAD = "a threaded grpc.server is served by a ThreadedExchangeProducer"

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
        self.servicer = ExchangeServicer(
            self.buffer,
            connector=self._connector,
            policy=self.redactor.policy,
            heartbeat_interval=heartbeat_interval,
        )
        self._health = Health(self._well())
        self._debug_servers: list[grpc.aio.Server] = []

    def interceptor(self) -> grpc.aio.ServerInterceptor:
        """For `grpc.aio.server(interceptors=[…])`, the first of them: lets nobody pass without the token,
        where `access` is one; scopes every call, stamps the answers of list calls.
        """
        guard = self._guard_asked_for()
        return GuardedInterceptor(guard, CaptureInterceptor()) if guard else CaptureInterceptor()

    async def listen_for_observers(self, path: str | os.PathLike[str], *, channelz: bool = False) -> str:
        """Start a second server, on a socket in a folder of mode 0700, where only observers are admitted:
        to look into a connector whose credentials its parent alone holds. Its canonical address.

        With reflection and health, and with `channelz` (the extra of that name) gRPC's own account of this
        process. It asks for no credentials. `stop` ends it. Raises ConnectionRefused where others could
        reach the socket, MissingExtra where channelz is not installed.
        """
        server = grpc.aio.server(options=SERVER_OPTIONS)
        self._debug_servers.append(server)  # one that is refused below wants its stop too
        address = self._admit_observers(server, path, channelz=channelz)
        await server.start()
        return address

    async def stop(self, grace: float) -> BufferFacts:
        """Refuse new owners, let an attached one drain for `grace` seconds, end every stream.

        Returns what the buffer still holds, which is logged too; stop the server afterwards.
        """
        await self._health.stop()
        left = await self.servicer.stop(grace)
        while self._debug_servers:
            await self._debug_servers.pop().stop(None)
        return left

    def _handler(self, *, observers_only: bool) -> grpc.GenericRpcHandler:
        return self.servicer.handler(observers_only=observers_only)

    def _add_health(self, server: grpc.aio.Server) -> None:
        self._health.add_to(server)
