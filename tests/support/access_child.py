"""A connector process that gets its credentials on stdin, logs all it can, and captures them by mistake.

python access_child.py STYLE     stdin: a line of dump_access, left open; stdout: the address
"""

from __future__ import annotations

import asyncio
import logging
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
import grpc.aio

from captured_exchanges.connector import (
    SERVER_OPTIONS,
    ExchangeProducer,
    ThreadedExchangeProducer,
    serve_until_stopped,
    threaded_serve_until_stopped,
)
from captured_exchanges.exchange import Body, HttpRequest, HttpResponse
from captured_exchanges.security import Access, BearerToken, load_access


def main() -> None:
    """Serve until stdin ends."""
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    access = load_access(sys.stdin.readline())
    logging.getLogger("child").info("access: %s %r", access, access)
    if sys.argv[1] == "aio":
        asyncio.run(serve(access))
        return
    producer = ThreadedExchangeProducer("child", access=access)
    with ThreadPoolExecutor(2) as pool:
        server = grpc.server(pool, interceptors=[producer.interceptor()], options=SERVER_OPTIONS)
        start(producer, server, access)
        threaded_serve_until_stopped(server, producer, grace=1.0)


async def serve(access: Access) -> None:
    """The same, in an event loop."""
    producer = ExchangeProducer("child", access=access)
    server = grpc.aio.server(interceptors=[producer.interceptor()], options=SERVER_OPTIONS)
    start(producer, server, access)
    await serve_until_stopped(server, producer, grace=1.0)


def start(producer, server, access: Access) -> None:
    """Capture, listen, and tell where."""
    secret = access.value if isinstance(access, BearerToken) else access.private_key.decode()
    body = f"it is {secret}".encode()
    request = HttpRequest("GET", "https://directory.example/", (), None, 0, "HTTP/1.1")
    answer = HttpResponse(
        200, 1.0, "OK", (("Content-Type", "text/plain"),), Body(body, len(body)), "HTTP/1.1"
    )
    producer.recorder.begin("http", lambda: (request, answer)).finish()
    producer.attach(server)
    print(producer.listen(server, "127.0.0.1:0"), flush=True)  # noqa: T201 - to the parent


if __name__ == "__main__":
    main()
