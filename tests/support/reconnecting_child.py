"""Both ends in a process of their own, whose streams break again and again: what is left of it all.

`python -m support.reconnecting_child SERVER STYLE HOW WARM_UP TIMES STORE` prints as JSON what the process
had (tasks, timers, threads, descriptors, bytes of memory) after the first WARM_UP streams, and after TIMES
more.
HOW is `cut` (the connection breaks as soon as a stream is open) or `bounce` (the server dies and comes back).
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import threading

import psutil

from captured_exchanges.exchange import Limits
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ClientSettings
from support.both_servers import SERVERS, serving
from support.consumers import STYLES
from support.relay import relay

LIMITS = Limits(4096, 16 << 20, 256, 512 << 10, 0.001)
AT_ONCE = ClientSettings(limits=LIMITS, delivery_delay=0.01, backoff_initial=1e-4, backoff_max=1e-3)
PATIENCE = 60.0
TURN = 0.0005
LOOKS = 10
POOLS = ("asyncio_", "exchange-streams")
SETTLED = ("tasks", "timers", "threads", "descriptors")


def main() -> None:
    """Break, measure, break, measure, drain."""
    server, style, how, *numbers, path = sys.argv[1:]
    with open_store(path, "rw") as store:
        said = asyncio.run(_live(SERVERS[server], STYLES[style], how, map(int, numbers), store))
    print(json.dumps(said))  # noqa: T201


async def _live(server, style, how, numbers, store):
    warm_up, times = numbers
    async with (
        serving(server) as connector,
        relay(connector.address) as way,
        style(way.address, store, sync_id="ours", settings=AT_ONCE) as consumer,
    ):
        break_ = {"cut": lambda: _cut(way), "bounce": connector.restart}[how]
        await _suffer(break_, connector, consumer, warm_up)
        before = await _at_most(connector.servicer)
        await _suffer(break_, connector, consumer, times)
        after = await _settled(before, connector.servicer)
        report = await consumer.drain()
    return {
        "before": before,
        "after": after,
        "streams": report.streams,
        "consistent": report.consistent,
        "missing": connector.captured - store.exchanges().count(),
    }


async def _suffer(break_, connector, consumer, times):
    for number in range(times):
        if not number % 10:
            connector.capture()
        streams = consumer.report.streams
        await _until(lambda: consumer.report.state == "connected")
        await break_()
        await _until(lambda streams=streams: consumer.report.streams > streams)


async def _cut(way):
    way.cut()


async def _settled(before, servicer):
    """What is there once no more is there than before, or at the end of all patience."""
    for _ in range(int(PATIENCE * LOOKS)):
        after = _had(servicer)
        if all(after[name] <= before[name] for name in SETTLED):
            return after
        await asyncio.sleep(1 / LOOKS)
    return after | {"names": _threads(servicer)}


async def _at_most(servicer):
    """The most there is of each within a second: a timer comes and goes."""
    looks = []
    for _ in range(LOOKS):
        await asyncio.sleep(1 / LOOKS)
        looks.append(_had(servicer))
    return {name: max(look[name] for look in looks) for name in looks[0]}


def _had(servicer):
    gc.collect()
    process = psutil.Process()
    return {
        "tasks": len(asyncio.all_tasks()),
        "timers": sum(not timer.cancelled() for timer in asyncio.get_running_loop()._scheduled),
        "threads": len(_threads(servicer)),
        "descriptors": process.num_fds(),
        "memory": process.memory_info().rss,
    }


def _threads(servicer):
    """By name; of the pools only workers that are busy: they keep the idle ones, up to their bound."""
    names = [thread.name for thread in threading.enumerate()]
    pool = getattr(servicer, "_pool", None)
    busy = len(pool._threads) - pool._idle_semaphore._value if pool else 0
    return [name for name in names if not name.startswith(POOLS)] + ["busy"] * busy


async def _until(condition, turn=TURN):
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - a consumer's streams tell nobody
            await asyncio.sleep(turn)


if __name__ == "__main__":
    main()
