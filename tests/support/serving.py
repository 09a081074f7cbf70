"""A connector's server in this process, on a Unix socket, holding exchanges that were really captured."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc.aio

from captured_exchanges.capture import intent
from captured_exchanges.connector import SERVER_OPTIONS, ExchangeProducer
from captured_exchanges.exchange import Body, HttpRequest, HttpResponse
from captured_exchanges.security import temporary_private_folder, unix_address


@dataclass(frozen=True, slots=True)
class Serving:
    """Where it listens, and what it serves."""

    socket: Path
    target: str
    producer: ExchangeProducer

    def capture(self, count: int, *, sync_id: str = "sync-1") -> list[str]:
        """Record that many exchanges as an adapter would; their request ids."""
        with intent(
            surface="sync", entrypoint="ListResources", resource_type="user", sync_id=sync_id
        ) as scope:
            for page in range(1, count + 1):
                self.producer.recorder.begin("http", lambda page=page: _page(page)).finish()
        return list(scope.request_ids)


@asynccontextmanager
async def serving() -> AsyncIterator[Serving]:
    """A producer attached to a listening server, for the length of a block."""
    producer = ExchangeProducer("served-in-a-test", version="1.0")
    server = grpc.aio.server(options=SERVER_OPTIONS)
    producer.attach(server)
    with temporary_private_folder() as folder:
        target = producer.listen(server, unix_address(folder, "c"))
        await server.start()
        try:
            yield Serving(folder / "c", target, producer)
        finally:
            await producer.stop(1.0)
            await server.stop(1.0)


def _page(number: int) -> tuple[HttpRequest, HttpResponse]:
    body = b'{"users":[{"id":"u%d","name":"Zo\xc3\xab"}]}' % number
    headers = (("Content-Type", "application/json"),)
    request = HttpRequest("GET", f"https://directory.example/users?page={number}", (), None, 0, "HTTP/1.1")
    return request, HttpResponse(200, 12.5, "OK", headers, Body(body, len(body)), "HTTP/1.1")
