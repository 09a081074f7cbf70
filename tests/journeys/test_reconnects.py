"""However often streams break, and whoever breaks them: nothing is lost, and nothing is left behind."""

import asyncio
import json
import sys
from pathlib import Path

import grpc
import grpc.aio
import pytest

from captured_exchanges.connector import SERVER_OPTIONS
from captured_exchanges.exchange import Limits
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ClientSettings
from support.both_servers import SERVERS, serving
from support.consumers import STYLES
from support.examples import SOAK
from support.syncer_server import until

TESTS = Path(__file__).parents[1]
RECONNECTS = {"cut": (1000, 10_000) if SOAK else (100, 300), "bounce": (20, 100)}
"""To warm up, and to be measured, by how streams break."""
MEMORY = 5 << 20
QUICK = ClientSettings(
    limits=Limits(4096, 16 << 20, 16, 512 << 10, 0.002),
    delivery_delay=0.01, backoff_initial=0.01, backoff_max=0.05,
)  # fmt: skip
STREAMS = 200 if SOAK else 6
AGING = (
    *SERVER_OPTIONS,
    ("grpc.max_connection_age_ms", 100),
    ("grpc.max_connection_age_grace_ms", 50),
)
RESTLESS = (
    ("grpc.keepalive_time_ms", 20),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.use_local_subchannel_pool", 1),
)
CHANNELS = {"asyncio": grpc.aio.insecure_channel, "threads": grpc.insecure_channel}

pytestmark = [
    pytest.mark.timeout(3000 if SOAK else 180),
    pytest.mark.parametrize("style", STYLES),
    pytest.mark.parametrize("server", SERVERS),
]


@pytest.mark.parametrize("how", RECONNECTS)
async def test_what_was_there_before_is_there_after(tmp_path, server, style, how):
    """Hundreds of reconnects (in the soak ten thousand) and a hundred deaths of the server, both ends in one
    process: as many tasks, timers, threads and descriptors as before, and no 5 MB of memory more.
    """
    child = (sys.executable, "-m", "support.reconnecting_child")
    process = await asyncio.create_subprocess_exec(
        *(*child, server, style, how, *map(str, RECONNECTS[how]), tmp_path / "sync.db"),
        cwd=TESTS, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()[-2000:]
    said = json.loads(out)
    assert (said["consistent"], said["missing"]) == (True, 0)
    assert said["streams"] >= sum(RECONNECTS[how])
    before, after = said["before"], said["after"]
    assert after.pop("memory") - before.pop("memory") < MEMORY
    assert all(after[name] <= before[name] for name in before), said


async def test_connections_that_grow_old_are_followed_by_others(tmp_path, server, style):
    """A server that sends GOAWAY after a tenth of a second, and shortly after ends what is still open."""
    async with serving(SERVERS[server], options=AGING) as connector:
        await assert_goes_on(tmp_path, connector, connector.address, STYLES[style])


async def test_a_connector_that_wants_no_pings_is_borne(tmp_path, server, style):
    """A server without our options answers a host's restless channel with GOAWAY, too_many_pings."""
    async with serving(SERVERS[server], options=()) as connector:
        channel = CHANNELS[style](connector.address, options=RESTLESS)
        try:
            troubles = await assert_goes_on(tmp_path, connector, channel, STYLES[style], streams=2)
        finally:
            await channel.close() if style == "asyncio" else channel.close()
    assert any("Too many pings" in trouble for trouble in troubles), troubles


async def assert_goes_on(folder, connector, target, style, *, streams=STREAMS):
    """Under traffic so many streams end and others follow, and nothing is lost; what was said of the ends."""
    troubles = set()
    with open_store(folder / "sync.db", "rw") as store:
        async with style(target, store, sync_id="ours", settings=QUICK) as consumer:
            for number in range(1, streams + 1):
                await until(lambda number=number: consumer.report.streams >= number)
                troubles.add(consumer.report.trouble)
                connector.capture(3)
            report = await consumer.drain()
        rows = [row.request_id for row in store.exchanges().iterate(limit=1_000_000)]
    assert report.consistent, report
    assert rows == [f"x/{number}" for number in range(1, connector.captured + 1)]
    return troubles
