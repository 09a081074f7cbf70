"""A connector process of either style, that holds three exchanges and runs until it is told to stop.

python -m support.conformance_child STYLE ADDRESS     stdout: the target, once it listens
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import grpc.aio

from captured_exchanges.connector import (
    SERVER_OPTIONS,
    ExchangeProducer,
    ThreadedExchangeProducer,
    serve_until_stopped,
    threaded_serve_until_stopped,
)
from support.connector_snapshots import response, seen

GRACE = 60.0


def main() -> None:
    """Serve."""
    style, address = sys.argv[1:]
    if style == "asyncio":
        asyncio.run(_serve(address))
        return
    producer = ThreadedExchangeProducer("child")
    with ThreadPoolExecutor(2) as pool:
        server = grpc.server(pool, interceptors=[producer.interceptor()], options=SERVER_OPTIONS)
        _prepare(producer, server, address)
        threaded_serve_until_stopped(server, producer, grace=GRACE)


async def _serve(address: str) -> None:
    producer = ExchangeProducer("child")
    server = grpc.aio.server(interceptors=[producer.interceptor()], options=SERVER_OPTIONS)
    _prepare(producer, server, address)
    await serve_until_stopped(server, producer, grace=GRACE)


def _prepare(producer: Any, server: Any, address: str) -> None:
    for _ in range(3):
        producer.recorder.begin("http", seen(response())).finish()
    producer.attach(server)
    print(producer.listen(server, address), flush=True)  # noqa: T201 - to the parent


if __name__ == "__main__":
    main()
