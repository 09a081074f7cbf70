"""Whoever fights for a connector: one owns, the loser is told, and each store has every row it has once."""

import asyncio
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack

import pytest

from captured_exchanges.exchange import Limits
from captured_exchanges.security import new_token
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ClientSettings
from support.bad_network import bad_network
from support.both_servers import SERVERS, serving
from support.consumers import STYLES
from support.counted_rows import writes_of
from support.counting_syncer import count_writes
from support.examples import SOAK
from support.syncer_server import until

SEEDS = range(30 if SOAK else 2)
OUTSTANDING = 60
LIMITS = Limits(OUTSTANDING, 16 << 20, 16, 512 << 10, 0.002)
QUICK = ClientSettings(limits=LIMITS, delivery_delay=0.01, backoff_initial=0.01, backoff_max=0.05)

pytestmark = [
    pytest.mark.timeout(600 if SOAK else 120),
    pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys()),
    pytest.mark.parametrize("kind", SERVERS.values(), ids=SERVERS.keys()),
]


@pytest.mark.parametrize("seed", SEEDS)
async def test_one_after_another_takes_over_in_mid_batch(tmp_path, seed, kind, style):
    """Each former owner stops, TAKEN_OVER, with a run of rows without a hole; the next goes on where the last
    ack was heard, knows that the rest is elsewhere, and the last one drains.
    """
    rng = random.Random(seed)
    async with Arena(tmp_path, kind, style) as arena:
        former = await arena.enter("a", take_over=True)
        for name in "bcde":
            await arena.committed(former, rng.randint(1, 200))
            successor = await arena.enter(name, take_over=True)
            await arena.told(former, "TAKEN_OVER")
            former = successor
        await arena.drained(former)
    arena.assert_all_is_somewhere_and_once("abcde")


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_stale_owner_releases_nothing(tmp_path, seed, kind, style):
    """One whose acks are stuck in the network while another takes over: they arrive, are refused, and it is
    told. What its acks would have released is the taker's.
    """
    rng = random.Random(seed)
    async with Arena(tmp_path, kind, style) as arena:
        network = await arena.through(bad_network(arena.connector.address, rng))
        stale = await arena.enter("a", address=network.address, access=new_token())
        await arena.committed(stale, rng.randint(1, 200))
        network.hold_requests()
        facts = arena.connector.buffer.facts
        await until(lambda: stale.report.committed == facts().acked_through + OUTSTANDING)
        acked = facts().acked_through
        taker = await arena.enter("b", take_over=True)
        await arena.committed(taker, 1)
        network.flow()
        await arena.told(stale, "TAKEN_OVER")
        await arena.drained(taker)
    assert min(arena.numbers("b")) == acked + 1 <= max(arena.numbers("a"))
    arena.assert_all_is_somewhere_and_once("ab")


@pytest.mark.parametrize("seed", SEEDS)
async def test_of_twins_with_one_store_the_last_one_stays(tmp_path, seed, kind, style):
    """Four consumers of one id into one file, one after another in mid-stream: three are told REPLACED, and
    no row was written twice, though all of them had rows in their hands.
    """
    rng = random.Random(seed)
    async with Arena(tmp_path, kind, style) as arena:
        twin = await arena.enter("a")
        for _ in range(3):
            await arena.committed(twin, rng.randint(1, 100))
            another = await arena.enter("a")
            await arena.told(twin, "REPLACED")
            twin = another
        await arena.drained(twin)
    arena.assert_all_is_somewhere_and_once("a")


@pytest.mark.parametrize("seed", SEEDS)
async def test_of_twins_at_once_one_stays(tmp_path, seed, kind, style):
    """Six of one id, each with a file of its own, start together in any order: five are told REPLACED and do
    not come back; the one that stays drains.
    """
    async with Arena(tmp_path, kind, style) as arena:
        names = random.Random(seed).sample("abcdef", 6)
        twins = await asyncio.gather(*(arena.enter(name, consumer_id="twin") for name in names))
        await until(lambda: sum(twin.report.state == "stopped" for twin in twins) == 5)
        [last] = [twin for twin in twins if twin.report.state != "stopped"]
        for twin in twins:
            if twin is not last:
                await arena.told(twin, "REPLACED")
        await arena.drained(last)
    arena.assert_all_is_somewhere_and_once("abcdef")


async def test_a_storm_of_reconnects_lets_everybody_finish(tmp_path, kind, style):
    """Eight of different ids come at once to a connector that falls over again and again: each becomes the
    owner in its turn, and drains.
    """
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(32))  # each that drains has one
    async with Arena(tmp_path, kind, style, reservation=1.0) as arena:
        names = "abcdefgh"
        rivals = await asyncio.gather(*(arena.enter(name) for name in names))
        falling = asyncio.create_task(arena.fall_over(12 if not SOAK else 200))
        await asyncio.gather(*(arena.drained(rival, stay=False) for rival in rivals))
        await falling
        await arena.drained(await arena.enter("z"))
    arena.assert_all_is_somewhere_and_once(names + "z")


class Arena:
    """A connector at work, and whoever comes to it, each with a file named by a letter."""

    def __init__(self, folder, kind, style, **terms):
        self._folder = folder
        self._kind = kind
        self._style = style
        self._terms = terms
        self._stack = AsyncExitStack()
        self._stores = {}

    async def __aenter__(self):
        self.connector = await self.through(serving(self._kind, **self._terms))
        self._work = asyncio.create_task(self._capture())
        self._stack.callback(self._work.cancel)
        return self

    async def __aexit__(self, *error):
        await self._stack.__aexit__(*error)

    async def through(self, context):
        """Enter this, and leave it in the end."""
        return await self._stack.enter_async_context(context)

    async def enter(self, name, *, address="", **named):
        """Somebody comes, and stays to the end unless he leaves."""
        store = self._stack.enter_context(open_store(self._path(name), "rw"))
        count_writes(store)
        target = address or self.connector.address
        consumer = self._style(target, store, sync_id="ours", settings=QUICK, **named)
        return await self.through(consumer)

    async def committed(self, consumer, more):
        """It has committed so many more, and has others in its hands."""
        goal = consumer.report.committed + more
        await until(lambda: consumer.report.committed >= goal)

    async def told(self, consumer, why):
        """It stops, and says this."""
        await until(lambda: consumer.report.state == "stopped")
        assert why in str(consumer.report.error)

    async def drained(self, consumer, *, stay=True):
        """It has the attestation; nothing is captured any more unless it leaves others behind."""
        if stay:
            self._work.cancel()
        report = await consumer.drain()
        assert (report.consistent, report.error, report.lost) == (True, None, 0), report
        if not stay:
            await consumer.__aexit__(None, None, None)

    async def fall_over(self, times):
        """The server dies and comes back, after some progress or a little time."""
        for _ in range(times):
            await asyncio.sleep(0.05)
            await self.connector.restart()

    def numbers(self, name):
        """Those of the exchanges in a file, in the order of its rows."""
        with open_store(self._path(name)) as store:
            rows = store.exchanges().iterate(limit=1_000_000)
            return [int(row.request_id.removeprefix("x/")) for row in rows if row.request_id[:2] == "x/"]

    def assert_all_is_somewhere_and_once(self, names):
        """Every file has what it has in order, each row written once; together they have everything."""
        everything = set()
        for name in names:
            numbers = self.numbers(name)
            assert numbers == sorted(numbers)
            assert writes_of(self._path(name), "x/%") == Counter((f"x/{n}", "insert") for n in numbers)
            everything.update(numbers)
        assert everything == set(range(1, self.connector.captured + 1))

    def _path(self, name):
        return self._folder / f"{name}.db"

    async def _capture(self):
        while True:
            self.connector.capture(5)
            await asyncio.sleep(0.005)
