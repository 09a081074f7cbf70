"""A disk that fails under the store: nothing is acked that is not on it, and what it refused comes again.

Faults are injected below SQLite. At every ack the power fails, in a copy: what a disk would hold then, whole
blocks and half ones, is opened and looked at.
"""

import os
import random
import sqlite3
from contextlib import closing

import pytest

from captured_exchanges.exchange import Limits
from captured_exchanges.store import database, open_store
from captured_exchanges.syncer import ClientSettings, Patience
from support.apsw_as_sqlite3 import beneath
from support.both_servers import SERVERS, serving
from support.consumers import STYLES
from support.failing_disk import FAILING, FULL, READ_ONLY, Disk, Fault
from support.syncer_server import until

# A fault that SQLite need tell nobody, such as one in a checkpoint after the commit, apsw tells Python.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. None:pytest.PytestUnraisableExceptionWarning"
)

RUNS = 50 if os.environ.get("SOAK") else 4
"""Of each style of consumer with each style of server."""
SETTINGS = ClientSettings(
    limits=Limits(24, 1 << 20, 6, 1 << 18, 0.001),
    delivery_exchanges=9,
    delivery_delay=0.002,
    backoff_initial=0.001,
    backoff_max=0.01,
)
PATIENCE = Patience(attempts=6, seconds=20.0, first_wait=0.001, longest_wait=0.003)
FOREVER = 10**9
SENTENCES = {
    FULL: "the disk is full: free some space and try again",
    FAILING: "the disk refused to read or write",
    READ_ONLY: "it may not be written",
}
PLACES = [
    ("write", "-wal"),
    ("sync", "-wal"),
    ("write", ""),
    ("sync", ""),
    ("read", "-wal"),
    ("truncate", "-wal"),
]


@pytest.fixture
def disk(request, monkeypatch):
    """What the stores of this test lie on."""
    disk = Disk(f"disk of {request.node.name}")
    monkeypatch.setattr(database, "sqlite3", beneath(disk.name))
    yield disk
    disk.unregister()


@pytest.fixture(params=STYLES.values(), ids=STYLES)
def consumer(request):
    """A consumer of either style, quick to lose patience."""

    def made(connector, store):
        named = {"consumer_id": "syncer", "settings": SETTINGS, "patience": PATIENCE}
        return request.param(connector.address, store, sync_id="ours", **named)

    return made


@pytest.fixture(params=SERVERS.values(), ids=SERVERS)
def kind(request):
    """A connector of either style."""
    return request.param


class PowerCuts:
    """Lets the power fail, in a copy, whenever a connector hears an ack."""

    def __init__(self, connector, disk, folder, dice):
        self._disk = disk
        self._folder = folder
        self._dice = dice
        self._buffer = connector.buffer
        self._release = connector.buffer.release
        self.folders = []
        connector.buffer.release = self._cut

    def _cut(self, through):
        folder = self._folder / f"cut-{len(self.folders)}"
        folder.mkdir()
        self._disk.after_power_cut(folder, self._dice)
        self.folders.append((through, folder))
        self._release(through)

    def end(self):
        """No more of them; how far was acked at the last, and its copy."""
        del self._buffer.release
        return self.folders[-1]

    def check(self):
        """Each copy is whole, and holds all that was acked when it was made."""
        assert self.folders
        for through, folder in self.folders:
            held = ids_in(next(path for path in folder.iterdir() if path.suffix == ".db"))
            assert held[:through] == [f"x/{number}" for number in range(1, through + 1)]


def ids_in(path):
    """The request ids in a database, in the order of their rows, by SQLite's own hand."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = connection.execute("SELECT request_id FROM v1_exchanges ORDER BY id").fetchall()
    return [name for (name,) in rows]


def expected(connector):
    """All that was captured, in order."""
    return [f"x/{number}" for number in range(1, connector.captured + 1)]


def passing(dice):
    """A few faults that strike once or twice, at places and times by the dice, the first one surely; together
    they strike less often than a consumer tries, should all of them meet the same commit.
    """
    yield Fault("write", "-wal", FULL, after=dice.randint(0, 20))
    left = PATIENCE.attempts - 2
    while left:
        times = min(left, dice.randint(1, 2))
        left -= times
        call, suffix = dice.choice(PLACES)
        yield Fault(call, suffix, dice.choice(list(SENTENCES)), after=dice.randint(0, 12), times=times)


@pytest.mark.parametrize("seed", range(RUNS))
async def test_faults_that_pass_cost_nothing_that_was_acked(tmp_path, disk, consumer, kind, seed):
    """Writes, syncs and reads fail here and there: each exchange is stored once, in order, and whatever was
    acked outlives a power cut at that very moment.
    """
    dice = random.Random(seed)
    path = tmp_path / dice.choice(("sync.c1z", "sync.db"))
    async with serving(kind) as connector:
        cuts = PowerCuts(connector, disk, tmp_path, dice)
        with open_store(path, "rw") as store:
            disk.fail(*passing(dice))
            report = await drained(consumer(connector, store), connector, dice.randint(60, 120))
            disk.fail()
        assert report.consistent, report
        assert connector.buffer.facts().retained_exchanges == 0
    assert disk.struck
    cuts.check()
    with open_store(path) as store:
        assert [row.request_id for row in store.exchanges().iterate(limit=1000)] == expected(connector)


@pytest.mark.parametrize("error", SENTENCES, ids=["full", "failing", "read-only"])
async def test_a_fault_that_stays_stops_the_consumer_with_all_state_kept(
    tmp_path, disk, consumer, kind, error
):
    """Bounded attempts and a sentence; what was not committed stays with the connector, what was acked is on
    the disk. When that is well again the same store goes on where it stood.
    """
    path = tmp_path / "sync.db"
    async with serving(kind) as connector:
        cuts = PowerCuts(connector, disk, tmp_path, random.Random(7))
        with open_store(path, "rw") as store:
            await drained(consumer(connector, store), connector, 40)
            disk.fail(Fault("write", "-wal", error, after=12, times=FOREVER))
            report = await drained(consumer(connector, store), connector, 60)
            assert report.state == "stopped"
            assert SENTENCES[error] in str(report.error)
            assert report.store_trouble == str(report.error)
            assert disk.struck == PATIENCE.attempts
            (mark,) = store.exchanges().watermarks()
            facts = connector.buffer.facts()
            assert 40 <= facts.acked_through <= mark.through_sequence < 100
            assert facts.acked_through + facts.retained_exchanges == 100
            disk.fail()
            healed = await drained(consumer(connector, store), connector, 0)
            assert (healed.consistent, healed.store_trouble) == (True, "")
    cuts.check()
    assert ids_in(path) == expected(connector)


async def drained(consumer, connector, count):
    """Capture so many, consume; the report."""
    connector.capture(count)
    async with consumer as running:
        return await running.drain()


async def test_after_a_power_cut_the_next_run_goes_on_from_what_the_disk_held(tmp_path, disk, consumer, kind):
    """The image of a moment in mid-stream, with the newest writes torn, is a store like any other: it takes
    what was not acked, once.
    """
    async with serving(kind) as connector:
        cuts = PowerCuts(connector, disk, tmp_path, random.Random(3))
        with open_store(tmp_path / "sync.db", "rw") as store:
            await drained(consumer(connector, store), connector, 20)
            disk.fail(Fault("sync", "-wal", FAILING, after=3, times=FOREVER))
            await drained(consumer(connector, store), connector, 60)
            disk.fail()
        through, folder = cuts.end()
        assert connector.buffer.facts().retained_exchanges == 80 - through > 0
        with open_store(folder / "sync.db", "rw") as survivor:
            assert (await drained(consumer(connector, survivor), connector, 5)).consistent
    assert ids_in(folder / "sync.db") == expected(connector)


async def test_a_lock_that_another_program_holds_costs_time_alone(tmp_path, consumer):
    """Nothing is acked while it is held, and the report says so; then everything comes, once and in order."""
    path = tmp_path / "sync.db"
    async with serving() as connector:
        with open_store(path, "rw") as store:
            await drained(consumer(connector, store), connector, 10)
            with closing(sqlite3.connect(path, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                connector.capture(20)
                running = consumer(connector, store)
                async with running:
                    await until(lambda: running.report.store_trouble)
                    assert "another program" in running.report.store_trouble
                    assert connector.buffer.facts().acked_through == 10
                    other.execute("ROLLBACK")
                    report = await running.drain()
    assert (report.consistent, report.store_trouble) == (True, "")
    assert ids_in(path) == expected(connector)
