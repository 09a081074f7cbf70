"""Observers that stall, die, flood and storm the door: the owner's share of sends is kept, counted."""

import asyncio
import random
from contextlib import AsyncExitStack, suppress

import grpc.aio
import pytest

from captured_exchanges.exchange import Heartbeat, Limits, Open, Opened
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ClientSettings
from support.both_servers import SERVERS, serving
from support.consumers import STYLES
from support.examples import SOAK
from support.handoff_calls import Caller
from support.syncer_server import until
from support.watched_buffer import WatchedBuffer

EXCHANGES = 30_000 if SOAK else 1000
PATIENCE = 800.0 if SOAK else 60.0
ONE_BY_ONE = ClientSettings(limits=Limits(65_536, 64 << 20, 1, 512 << 10, 0.0001), delivery_delay=0.05)
LOOK = Open(follow=True, limits=Limits(max_batch_exchanges=1))

pytestmark = pytest.mark.timeout(900 if SOAK else 120)


async def stall(caller, _rng):
    """Opens, and never reads again."""
    await caller.until(Opened)
    await asyncio.Event().wait()


async def die(caller, rng):
    """Reads a little, and is gone: the call, or its connection."""
    for _ in range(rng.randint(1, 4)):
        await caller.hear()
    if rng.random() < 0.5:
        caller.call.cancel()


async def flood(caller, _rng):
    """Says that it lives as fast as it can, and reads nothing."""
    while not caller.call.done():
        await caller.say(*[Heartbeat()] * 100)


async def read(caller, _rng):
    """Takes whatever it is given, at once."""
    while await caller.hear() is not None:
        pass


async def storm(caller, _rng):
    """Comes and goes as fast as it can."""
    await caller.hear()
    caller.call.cancel()


MIXED = (stall, die, flood, read)
BEHAVIOURS = [(stall,), (die,), (flood,), (read,), (storm,), MIXED] if SOAK else [(flood,), (storm,), MIXED]


def names(behaviours):
    """What a test is called."""
    return "-".join(each.__name__ for each in behaviours)


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=names)
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
@pytest.mark.parametrize("kind", SERVERS.values(), ids=SERVERS.keys())
async def test_the_owners_share_of_sends_is_kept(tmp_path, kind, style, behaviour):
    """Eight of them at once, each replaced by the next when it is gone: together they have one turn for four
    of the owner's and ten a second, and the owner gets everything in order.
    """
    buffer = WatchedBuffer()
    async with serving(kind, buffer=buffer) as connector, AsyncExitStack() as stack:
        store = stack.enter_context(open_store(tmp_path / "sync.db", "rw"))
        observers = await stack.enter_async_context(Observers(connector.address, behaviour))
        await until(lambda: observers.opened >= 8)
        connector.capture(EXCHANGES)
        async with style(connector.address, store, sync_id="ours", settings=ONE_BY_ONE) as consumer:
            report = await consumer.drain(PATIENCE)
        rows = [row.request_id for row in store.exchanges().iterate(limit=1_000_000)]
    assert report.consistent, report
    assert rows == [f"x/{number}" for number in range(1, EXCHANGES + 1)]
    buffer.assert_share_kept(EXCHANGES)


class Observers:
    """Eight who behave so, by turns, until the block is left."""

    def __init__(self, target, behaviours):
        self._target = target
        self._behaviours = behaviours
        self._tasks = []
        self.opened = 0

    async def __aenter__(self):
        kinds = [self._behaviours[number % len(self._behaviours)] for number in range(8)]
        self._tasks = [asyncio.create_task(self._be(kind, random.Random(n))) for n, kind in enumerate(kinds)]
        return self

    async def __aexit__(self, *error):
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        for task in self._tasks:
            assert task.cancelled(), task.exception()

    async def _be(self, behaviour, rng):
        while True:
            channel = grpc.aio.insecure_channel(self._target, options=[("grpc.use_local_subchannel_pool", 1)])
            async with channel:
                with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
                    caller = Caller(channel)
                    await caller.say(LOOK)
                    self.opened += 1
                    await behaviour(caller, rng)
            await asyncio.sleep(0.001)
