"""The wall clock may jump: what is captured while it does is handed over, stored and attested as ever."""

import random
import time

import pytest

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.connector import Recorder
from captured_exchanges.exchange import ids
from captured_exchanges.store import open_store
from support.both_servers import SERVERS, serving
from support.connector_snapshots import PlainRedactor, response, seen
from support.consumers import STYLES
from support.syncer_server import until

COUNT = 200
YEARS = 50 * 365 * 86_400 * 1_000_000_000
"""In nanoseconds."""


@pytest.fixture
def jumping(monkeypatch):
    """A wall clock that is somewhere else, by up to fifty years, each time we look at it. `time.time` is left
    alone: gRPC takes it for the clock of the system, as it should be.
    """
    dice, real = random.Random(11), time.time_ns
    monkeypatch.setattr(ids, "_last", ids._last)  # other tests want theirs of today
    monkeypatch.setattr(time, "time_ns", lambda: real() + dice.randint(-YEARS, YEARS))


@pytest.mark.usefixtures("jumping")
@pytest.mark.parametrize("kind", SERVERS.values(), ids=SERVERS)
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
async def test_jumps_of_the_clock_do_not_matter(tmp_path, style, kind):
    """Ids are unique and ascend, rows come once and in order, nobody counts as dead, nothing as too old."""
    buffer = CaptureBuffer(max_age=600.0)
    recorder = Recorder(PlainRedactor(), buffer)
    async with serving(kind, buffer=buffer, heartbeat_interval=0.2) as connector:
        with open_store(tmp_path / "sync.c1z", "rw") as store:
            async with style(connector.address, store, sync_id="ours") as consumer:
                for number in range(COUNT):
                    recorder.begin("http", seen(response())).finish()
                    if number % 50 == 0:
                        await until(lambda: consumer.report.retained == 0 and consumer.report.streams == 1)
                report = await consumer.drain()
            stored = [row.request_id for row in store.exchanges().iterate(limit=10 * COUNT)]
    assert (report.consistent, report.lost, report.streams) == (True, 0, 1), report
    assert len(stored) == COUNT
    assert stored == sorted(set(stored))
    assert ids.new_request_id() > stored[-1]
