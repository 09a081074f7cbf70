"""A network that cuts, resets, delays, swallows, half-opens and corrupts costs time, and no exchange."""

import asyncio
import random
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from captured_exchanges.security import issue_run_credentials, new_token
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ClientSettings
from support.bad_network import LOUD, SILENT, bad_network
from support.both_servers import SERVERS, serving
from support.consumers import STYLES
from support.examples import SOAK
from support.syncer_server import until

INTERVAL = 0.3
SLACK = 1.5
"""Intervals beyond the 2.5, for a machine that has other things to do."""
SEEDS = range(10 if SOAK else 1)
FAULTS = 30 if SOAK else 7
QUICK = ClientSettings(
    limits=replace(ClientSettings().limits, max_batch_exchanges=16, max_batch_delay=0.002),
    delivery_delay=0.02, backoff_initial=0.02, backoff_max=0.1, heartbeat_interval=INTERVAL,
)  # fmt: skip
ROUTINE = (*LOUD, *SILENT, "delay", "stall")

pytestmark = pytest.mark.timeout(1800 if SOAK else 120)
both = pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
served = pytest.mark.parametrize("kind", SERVERS.values(), ids=SERVERS.keys())


@both
@served
@pytest.mark.parametrize("seed", SEEDS)
async def test_faults_by_a_seeded_script_cost_nothing(tmp_path, seed, kind, style):
    """Under traffic one fault after another: each is noticed, each time the stream goes on, and in the end
    every exchange is in the store once, in order, and both accounts agree.
    """
    rng = random.Random(seed)
    async with Journey(tmp_path, kind, style, rng) as journey:
        for fault in script(rng, ROUTINE):
            await journey.suffer(fault)
        await journey.arrive()


@both
@served
@pytest.mark.parametrize("seed", SEEDS)
async def test_wrong_bits_are_noticed_by_tls(tmp_path, seed, kind, style):
    """Over mutual TLS, which is a must beyond this machine, a changed bit ends a connection and no more."""
    rng = random.Random(seed)
    async with Journey(tmp_path, kind, style, rng, credentials=issue_run_credentials()) as journey:
        for fault in script(rng, ("corrupt", "corrupt", "reset", "blackhole")):
            await journey.suffer(fault)
        await journey.arrive()


@both
@served
@pytest.mark.parametrize("fault", SILENT)
async def test_silence_is_death_at_both_ends_after_two_and_a_half_heartbeats(tmp_path, fault, kind, style):
    """While the network stays down both ends give the other one up, counted in heartbeats; when it is back
    the consumer is there again, long before any timeout of the transport.
    """
    async with Journey(tmp_path, kind, style, random.Random(fault)) as journey:
        await journey.progress()
        journey.network.down = True
        heartbeats = await journey.heartbeats_until(journey.given_up, fault)
        assert max(heartbeats) <= 2.5 + SLACK, heartbeats
        journey.network.down = False
        heartbeats = await journey.heartbeats_until([lambda: journey.standing.attached])
        assert max(heartbeats) <= 2.5 + SLACK, heartbeats
        await journey.arrive()


def script(rng, faults):
    """All of these at least once, if there is time, in any order."""
    return [*rng.sample(faults, len(faults)), *rng.choices(faults, k=FAULTS)][:FAULTS]


class Journey:
    """A connector, a network, a consumer, a store, and how far they have come."""

    def __init__(self, folder, kind, style, rng, *, credentials=None):
        self._folder = folder
        self._kind = kind
        self._style = style
        self._rng = rng
        self._credentials = credentials
        self._stack = AsyncExitStack()

    async def __aenter__(self):
        enter, wanted, shown = self._stack.enter_async_context, None, new_token()
        if self._credentials:
            wanted, shown = self._credentials
        self._store = self._stack.enter_context(open_store(self._folder / "sync.db", "rw"))
        address = "127.0.0.1:0" if wanted else ""
        self._connector = await enter(
            serving(self._kind, address=address, access=wanted, heartbeat_interval=INTERVAL, closing_wait=0.1)
        )
        self.network = await enter(bad_network(self._connector.address, self._rng))
        self._work = asyncio.create_task(captures(self._connector))
        self._consumer = await enter(
            self._style(self.network.address, self._store, sync_id="ours", access=shown, settings=QUICK)
        )
        return self

    async def __aexit__(self, *error):
        self._work.cancel()
        await self._stack.__aexit__(*error)

    @property
    def standing(self):
        return self._connector.servicer.standing()

    @property
    def given_up(self):
        """Each end no longer counts on the other."""
        return (lambda: self._consumer.report.state != "connected", lambda: not self.standing.attached)

    async def progress(self):
        """Some more exchanges are committed."""
        goal = self._consumer.report.committed + self._rng.randint(1, 60)
        await until(lambda: self._consumer.report.committed >= goal)

    async def suffer(self, fault):
        """A fault, and that the stream goes on behind it: the old one, where nobody need have noticed."""
        await self.progress()
        streams = self._consumer.report.streams
        if fault in ("delay", "stall"):
            self.network.delay(INTERVAL if fault == "delay" else 4 * INTERVAL)
        else:
            await self.heartbeats_until([lambda: self._consumer.report.streams > streams], fault)
        await self.progress()

    async def heartbeats_until(self, conditions, fault=None):
        """How many heartbeats pass until each of these comes true.

        Counted on the loop that the asyncio ends live on: while it stands still no time passes for anybody.
        """
        if fault:
            getattr(self.network, fault)()
        ticks, steps, left = 0, 20, dict.fromkeys(conditions)
        while None in left.values():
            await asyncio.sleep(INTERVAL / steps)
            ticks += 1
            left = {c: t if t is not None or not c() else ticks / steps for c, t in left.items()}
            assert ticks < 100 * steps, "it never came true"
        return list(left.values())

    async def arrive(self):
        """The end: all that was captured is here."""
        self._work.cancel()
        report = await self._consumer.drain()
        assert (report.consistent, report.error, report.lost) == (True, None, 0), report
        await self._stack.aclose()
        rows = [row.request_id for row in self._store_rows()]
        assert rows == [f"x/{number}" for number in range(1, self._connector.captured + 1)]
        assert self._connector.account.samples

    def _store_rows(self):
        with open_store(self._folder / "sync.db") as store:
            return list(store.exchanges().iterate(limit=1_000_000))


async def captures(connector):
    """A connector at work, a thousand exchanges a second at most."""
    while True:
        connector.capture(5)
        await asyncio.sleep(0.005)
