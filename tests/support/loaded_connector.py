"""A connector process under load: `python -m support.loaded_connector STYLE ADDRESS MAX_BYTES`.

Prints its target, then does what each line of stdin says and answers with a line of JSON: how many upstream
calls have begun and ended, its memory in bytes and the most that was since the line before, how often the
account of its buffer was looked at, and what that account says.

calls N     four threads make so many upstream calls, which are captured and redacted as an adapter does it
look        nothing
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict

import grpc
import grpc.aio
import psutil

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.capture import intent
from captured_exchanges.connector import SERVER_OPTIONS, ExchangeProducer, ThreadedExchangeProducer
from captured_exchanges.exchange import Body
from support.connector_snapshots import request, response
from support.conservation import conserving

INTERVAL = 0.3
"""Of heartbeats, in seconds: 2.5 of them, and a stopped peer is dead."""
THREADS = 4
EACH = 16 * 1024
SYNCS = ("one", "two")


class Load:
    """Upstream calls, made by threads of the host's."""

    def __init__(self, producer):
        self._producer = producer
        self._lock = threading.Lock()
        self._body = Body(json.dumps({"users": [{"id": "u", "name": "Zoe"}] * (EACH // 32)}).encode(), EACH)
        self.begun = self.ended = 0

    def make(self, number):
        """So many calls; returns when all have ended."""
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(self._call, range(number)))

    def _call(self, number):
        self._count(begun=1)
        with intent(surface="sync", entrypoint="List", resource_type="user", sync_id=SYNCS[number % 2]):
            self._producer.recorder.begin("http", self._seen).finish()
        self._count(ended=1)

    def _seen(self):
        return request(), response(self._body.data)

    def _count(self, *, begun=0, ended=0):
        with self._lock:
            self.begun += begun
            self.ended += ended


class Memory:
    """This process's, watched."""

    def __init__(self):
        self._process = psutil.Process()
        self._over = threading.Event()
        self.peak = 0

    def now(self):
        """Bytes."""
        return self._process.memory_info().rss

    def watch(self):
        """Note the most until the end."""
        while not self._over.wait(0.01):
            self.peak = max(self.peak, self.now())

    def end(self):
        """Look no more."""
        self._over.set()


def main() -> None:
    """Serve, until stdin ends."""
    style, address, max_bytes = sys.argv[1:]
    buffer = CaptureBuffer(max_bytes=int(max_bytes))
    if style == "asyncio":
        asyncio.run(_serve(buffer, address))
    else:
        with _threaded_server(buffer, address) as producer:
            _obey(producer)


async def _serve(buffer, address):
    producer = ExchangeProducer("loaded", buffer=buffer, heartbeat_interval=INTERVAL)
    server = grpc.aio.server(interceptors=[producer.interceptor()], options=SERVER_OPTIONS)
    producer.attach(server)
    _say_target(producer.listen(server, address))
    await server.start()
    await asyncio.to_thread(_obey, producer)
    await producer.stop(0)
    await server.stop(0)


@contextmanager
def _threaded_server(buffer, address):
    producer = ThreadedExchangeProducer("loaded", buffer=buffer, heartbeat_interval=INTERVAL)
    with ThreadPoolExecutor(2) as pool:
        server = grpc.server(pool, interceptors=[producer.interceptor()], options=SERVER_OPTIONS)
        producer.attach(server)
        _say_target(producer.listen(server, address))
        server.start()
        yield producer
        producer.stop(0)
        server.stop(0).wait()


def _say_target(target):
    print(target, flush=True)  # noqa: T201


def _obey(producer):
    load, memory = Load(producer), Memory()
    watching = threading.Thread(target=memory.watch)
    watching.start()
    try:
        with conserving(producer.buffer) as watch:
            for line in sys.stdin:
                memory.peak = 0
                command, *number = line.split()
                if command == "calls":
                    load.make(int(number[0]))
                print(json.dumps(_state(producer, load, memory, watch)), flush=True)  # noqa: T201
    finally:
        memory.end()
        watching.join()


def _state(producer, load, memory, watch):
    facts, counters = producer.buffer.snapshot()
    return {
        "begun": load.begun,
        "ended": load.ended,
        "memory": memory.now(),
        "peak": max(memory.peak, memory.now()),
        "samples": watch.samples,
        "retained": facts.retained_exchanges,
        "retained_bytes": facts.retained_bytes,
        "attached": producer.servicer.standing().attached,
        "counters": [asdict(each) for each in counters],
    }


if __name__ == "__main__":
    main()
