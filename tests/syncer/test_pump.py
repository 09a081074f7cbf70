"""The consumer against the real connector: traffic, cuts, handing over, loss, and both ends' accounts."""

import asyncio
import random
import threading
from functools import partial

import pytest

from captured_exchanges.exchange import Batch, Limits
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ClientSettings
from support import both_servers
from support.both_servers import SERVERS
from support.consumers import LOOKS, STYLES
from support.syncer_server import until

QUICK = ClientSettings(delivery_delay=0.02, backoff_max=0.1)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "sync.db", "rw") as store:
        yield store


@pytest.fixture(params=STYLES.values(), ids=STYLES.keys())
def style(request):
    """Both styles of consumer …"""
    return request.param


@pytest.fixture(params=SERVERS.values(), ids=SERVERS.keys())
def serving(request):
    """… against both styles of server."""
    return partial(both_servers.serving, request.param)


def rows(store):
    return [row.request_id for row in store.exchanges().iterate(limit=100_000)]


async def test_traffic_from_a_thread_lands_in_order_and_is_attested(serving, style, store):
    """What was captured while the sync ran is in the store, and both accounts agree."""
    async with serving() as connector, style(connector.address, store, sync_id="ours") as consumer:
        capturing = threading.Thread(target=connector.capture, args=(3000,))
        capturing.start()
        await asyncio.to_thread(capturing.join)
        report = await consumer.drain()
    assert rows(store) == [f"x/{number}" for number in range(1, 3001)]
    assert report.consistent, report.findings
    assert (report.committed, report.lost, report.foreign) == (3000, 0, 0)
    [counters] = report.attestation.counters
    assert (counters.sync_id, counters.captured, counters.acked) == ("ours", 3000, 3000)
    assert connector.buffer.facts().retained_exchanges == 0
    [mark] = store.exchanges().watermarks()
    assert (mark.through_sequence, mark.drained) == (3000, True)


@pytest.mark.parametrize("seed", range(3))
async def test_cuts_at_random_moments_cost_nothing(serving, style, store, seed):
    """The server dies again and again under traffic: each exchange is in the store once, in order."""
    rng = random.Random(seed)
    async with (
        serving() as connector,
        style(connector.address, store, sync_id="ours", settings=QUICK) as consumer,
    ):
        for _ in range(10):
            connector.capture(rng.randint(1, 300))
            wanted = rng.randint(1, connector.captured)
            await until(lambda wanted=wanted: consumer.report.received >= wanted)
            await connector.restart()
        connector.capture(10)
        report = await consumer.drain()
    assert rows(store) == [f"x/{number}" for number in range(1, connector.captured + 1)]
    assert report.consistent, report.findings
    assert report.committed == connector.captured
    assert report.streams > 1


async def test_a_syncer_that_starts_again_goes_on_where_it_was(serving, style, store):
    """Left without drain, the same store comes back under the same id and gets its place at once."""
    async with serving() as connector:
        connector.capture(5)
        async with style(connector.address, store, settings=QUICK) as first:
            await until(lambda: first.report.committed == 5)
        connector.capture(5)
        async with style(connector.address, store, settings=QUICK) as second:
            report = await second.drain()
    assert rows(store) == [f"x/{number}" for number in range(1, 11)]
    assert (report.committed, report.duplicates, report.unknown_losses) == (5, 0, 0)
    assert report.consistent, report.findings


async def test_ownership_passes_on_at_once_after_a_drain(serving, style, store, tmp_path):
    """The next sync, another store, neither waits nor gets what the first one has."""
    async with serving() as connector:
        connector.capture(3)
        async with style(connector.address, store, settings=QUICK) as first:
            await first.drain()
        connector.capture(2)
        with open_store(tmp_path / "next.db", "rw") as following:
            async with style(connector.address, following, settings=QUICK) as second:
                report = await second.drain(5.0)
            assert rows(following) == ["x/4", "x/5"]
        assert report.consistent, report.findings
        assert report.trouble == ""
    assert rows(store) == ["x/1", "x/2", "x/3"]


async def test_another_owner_is_waited_for_and_follows(serving, style, store, tmp_path):
    """While one owns, the other is refused; when it has drained and gone, the other is let in."""
    async with serving() as connector:
        with open_store(tmp_path / "next.db", "rw") as following:
            async with style(connector.address, store, settings=QUICK) as first:
                await until(lambda: first.report.state == "connected")
                second = style(connector.address, following, settings=QUICK)
                async with second:
                    await until(lambda: "owns this connector" in second.report.trouble)
                    await first.drain()
                    await first.__aexit__(None, None, None)
                    connector.capture(2)
                    assert (await second.drain()).committed == 2


async def test_a_second_consumer_of_the_same_id_replaces_the_first(serving, style, store):
    """The first one stops and says so; it does not fight."""
    async with serving() as connector, style(connector.address, store, settings=QUICK) as first:
        await until(lambda: first.report.state == "connected")
        async with style(connector.address, store, settings=QUICK) as second:
            await until(lambda: first.report.state == "stopped")
            assert "REPLACED" in str(first.report.error)
            connector.capture(4)
            assert (await second.drain()).committed == 4
    assert rows(store) == ["x/1", "x/2", "x/3", "x/4"]


async def test_taking_over_stops_the_former_owner(serving, style, store, tmp_path):
    """With `take_over` nobody is waited for, and the loser is told why."""
    async with serving() as connector:
        with open_store(tmp_path / "next.db", "rw") as following:
            async with style(connector.address, store, settings=QUICK) as first:
                await until(lambda: first.report.state == "connected")
                async with style(connector.address, following, take_over=True) as second:
                    await until(lambda: first.report.state == "stopped")
                    assert "TAKEN_OVER" in str(first.report.error)
                    assert (await second.drain()).consistent


async def test_what_the_buffer_dropped_is_in_the_ledger_and_in_the_report(serving, style, store):
    """A buffer too small for the traffic: what is lost is told by both sides, with the same number."""
    async with serving(max_bytes=4000) as connector:
        connector.capture(200)
        async with style(connector.address, store, sync_id="ours", settings=QUICK) as consumer:
            report = await consumer.drain()
    assert report.consistent, report.findings
    assert report.lost > 0
    assert report.committed + report.lost == 200
    assert sum(entry.gap.count for entry in store.exchanges().ledger()) == report.lost
    [counters] = report.attestation.counters
    assert sum(dropped.count for dropped in counters.dropped) == report.lost


async def test_a_tiny_allowance_is_enough(serving, style, store):
    """One exchange at a time is slow, and still arrives."""
    settings = ClientSettings(limits=Limits(1, 1, 1, 1, 0.001), delivery_delay=0.001)
    async with (
        serving() as connector,
        style(connector.address, store, settings=settings) as consumer,
    ):
        connector.capture(20)
        assert (await consumer.drain()).committed == 20


async def test_both_sides_live_through_a_long_silence(serving, style, store):
    """Many heartbeats' worth of nothing breaks nothing."""
    async with (
        serving(heartbeat_interval=0.2) as connector,
        style(connector.address, store, settings=QUICK) as consumer,
    ):
        await until(lambda: consumer.report.state == "connected")
        connector.capture(1)
        await until(lambda: consumer.report.committed == 1)
        beats = asyncio.get_running_loop().time() + 1.2
        await until(lambda: asyncio.get_running_loop().time() > beats)
        assert consumer.report.streams == 1
        assert (await consumer.drain()).consistent


async def test_a_connector_that_stops_lets_the_syncer_drain_and_tells_it(serving, style, store):
    """Rule 11: on the way down an attached owner still gets all, then `closing`."""
    async with serving() as connector:
        async with style(connector.address, store, settings=QUICK) as consumer:
            connector.capture(50)
            await until(lambda: consumer.report.state == "connected")
            stopping = asyncio.create_task(connector.stop_gently(5.0))
            assert (await consumer.drain()).committed == 50
        facts = await stopping
    assert facts.retained_exchanges == 0


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())
async def test_watching_releases_nothing_and_sees_what_is_there(serving, style, store, look):
    """An observer beside the owner: both get everything, only one releases."""
    async with serving() as connector:
        connector.capture(5)
        seen = [response async for response in look(connector.address) if isinstance(response, Batch)]
        assert [row.sequence for one in seen for row in one.exchanges] == [1, 2, 3, 4, 5]
        assert connector.buffer.facts().retained_exchanges == 5
        async with style(connector.address, store, settings=QUICK) as consumer:
            assert (await consumer.drain()).committed == 5
