"""A connector process that ends as no host should: `python -m support.careless_connector STYLE ADDRESS HOW`.

Prints its target, waits until an owner and an observer are attached, and then, without a stop,

returns     comes to the end of its program
raises      lets an exception out of it
exits       calls sys.exit(3)
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
import grpc.aio

from captured_exchanges.connector import SERVER_OPTIONS, ExchangeProducer, ThreadedExchangeProducer
from support.connector_snapshots import response, seen
from support.syncer_server import until
from support.threaded_calls import until as threaded_until


def end(how):
    """As told."""
    if how == "raises":
        raise LookupError("the host has a bug")
    if how == "exits":
        sys.exit(3)


def main() -> None:
    """Serve, and end."""
    style, address, how = sys.argv[1:]
    if style == "asyncio":
        asyncio.run(_serve(address, how))
    else:
        _serve_from_threads(address, how)


async def _serve(address, how):
    producer = ExchangeProducer("careless")
    server = grpc.aio.server(interceptors=[producer.interceptor()], options=SERVER_OPTIONS)
    _prepare(producer, server, address)
    await server.start()
    await until(lambda: _attended(producer))
    end(how)


def _serve_from_threads(address, how):
    producer = ThreadedExchangeProducer("careless")
    server = grpc.server(ThreadPoolExecutor(2), interceptors=[producer.interceptor()], options=SERVER_OPTIONS)
    _prepare(producer, server, address)
    server.start()
    threaded_until(lambda: _attended(producer))
    end(how)


def _attended(producer):
    standing = producer.servicer.standing()
    return standing.attached and standing.observers


def _prepare(producer, server, address):
    for _ in range(3):
        producer.recorder.begin("http", seen(response())).finish()
    producer.attach(server)
    print(producer.listen(server, address), flush=True)  # noqa: T201 - to the parent


if __name__ == "__main__":
    main()
