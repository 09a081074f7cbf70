"""A syncer that stands still under load costs its connector bounded memory, and no upstream call any time."""

import asyncio
import json
import signal
import sys
import time
from collections import Counter
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from captured_exchanges.security import temporary_private_folder, unix_address
from captured_exchanges.store import open_store
from support.counted_rows import writes_of
from support.examples import SOAK
from support.loaded_connector import EACH, INTERVAL

TESTS = Path(__file__).parents[1]
BOUND = (64 if SOAK else 8) << 20
MARGIN = 40 << 20
STOPPED = 60.0 if SOAK else 6 * INTERVAL
"""Seconds at least: longer than it takes until the syncer counts as dead."""
ROUND = BOUND // EACH
AT_PEACE = {"consistent": True, "findings": [], "error": "", "unknown_losses": 0}


@pytest.mark.timeout(600 if SOAK else 120)
@pytest.mark.parametrize("style", ["asyncio", "threads"])
@pytest.mark.parametrize("server", ["asyncio", "threaded"])
async def test_a_syncer_is_stopped_under_load(tmp_path, server, style):
    """SIGSTOP in mid-stream; the connector goes on with several times what its buffer holds. Every call that
    begins also ends while nobody takes anything; memory stays below the bound and 40 MB above idle; in the
    end each exchange is in the file once, or told in the ledger, as both sides count.
    """
    async with connector(server) as loaded, syncer(loaded.target, tmp_path / "sync.c1z", style) as consuming:
        await loaded.do(f"calls {ROUND}")
        idle = await loaded.until(lambda said: said["retained"] == 0)
        await loaded.do(f"calls {ROUND}")
        consuming.send_signal(signal.SIGSTOP)
        said = await under_load(loaded, consuming, idle)
        consuming.send_signal(signal.SIGCONT)
        await loaded.until(lambda said: said["retained"] == 0)
        out, _ = await consuming.communicate(b"drain\n")
        assert consuming.returncode == 0
        last = await loaded.do("look")
    report = json.loads(out)
    assert {name: report[name] for name in AT_PEACE} == AT_PEACE, report
    assert said["samples"] > 0
    assert_account_is_told(tmp_path / "sync.c1z", report, last)


async def under_load(loaded, consuming, idle):
    """Round after round, for as long as the syncer is to be stopped; the connector's last word."""
    until = time.monotonic() + STOPPED
    rounds = 0
    while time.monotonic() < until or rounds < 4:
        said = await loaded.do(f"calls {ROUND}")
        assert psutil.Process(consuming.pid).status() == psutil.STATUS_STOPPED
        assert said["ended"] == said["begun"]
        assert said["retained_bytes"] <= BOUND
        assert said["peak"] - idle["memory"] <= BOUND + MARGIN, (said, idle)
        rounds += 1
    assert not said["attached"], "it counts as dead"
    return said


def assert_account_is_told(path, report, last):
    """Rows, ledger, and the connector's counters are of one mind, sync by sync."""
    with open_store(path) as store:
        rows = Counter(row.sync_id for row in store.exchanges().iterate(limit=1_000_000))
        gaps = [entry.gap for entry in store.exchanges().ledger(limit=10_000)]
    told = Counter()
    for gap in gaps:
        told.update({each.sync_id: each.count for each in gap.syncs})
    assert last["begun"] == sum(each["captured"] for each in last["counters"])
    assert sum(told.values()) == sum(report["gaps"].values()) > 0
    for each in last["counters"]:
        dropped = sum(reason["count"] for reason in each["dropped"])
        assert (each["acked"], dropped) == (rows[each["sync_id"]], told[each["sync_id"]])
        assert each["captured"] == each["acked"] + dropped
    assert set(writes_of(path, "%").values()) == {1}


class Loaded:
    """A connector process that does what it is told."""

    def __init__(self, process, target):
        self._process = process
        self.target = target

    async def do(self, command):
        """Its answer."""
        self._process.stdin.write(f"{command}\n".encode())
        return json.loads(await self._process.stdout.readline())

    async def until(self, condition):
        """Ask until the answer is as wished."""
        async with asyncio.timeout(60):
            while not condition(said := await self.do("look")):  # noqa: ASYNC110 - another process's
                await asyncio.sleep(0.05)
        return said


@asynccontextmanager
async def connector(style):
    """Until the block is left."""
    with temporary_private_folder() as folder:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "support.loaded_connector", style, unix_address(folder, "s"), str(BOUND)),
            cwd=TESTS, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        target = (await process.stdout.readline()).decode().strip()
        yield Loaded(process, target)
        process.stdin.close()
        assert await process.wait() == 0


@asynccontextmanager
async def syncer(target, path, style):
    """Until the block is left; a stopped one is killed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "support.counting_syncer", target, str(path), "one", style),
        cwd=TESTS, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
