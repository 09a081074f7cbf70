"""A connector with a durable spool is killed under a syncer that goes on: its epoch survives, and so does all
that was flushed; without a spool the next one is another epoch, and the ledger says so.
"""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

from captured_exchanges.handoff.consuming import ClientSettings
from captured_exchanges.security import temporary_private_folder, unix_address
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ExchangeConsumer
from support.threaded_calls import until

SOAK = bool(os.environ.get("SOAK"))
KILLS = 20 if SOAK else 4
EACH = 3_000
TESTS = Path(__file__).parents[1]


@pytest.mark.timeout(900 if SOAK else 120)
async def test_a_syncer_outlives_its_connector(tmp_path, request):
    """SIGKILL of the connector in mid-stream, again and again; nothing that was flushed is missing from the
    store, nothing is there twice, and what is missing is told as `unclean_restart`, in the same epoch.
    """
    seed = random.randrange(2**32)
    request.node.user_properties.append(("seed", seed))
    print(f"seed {seed}")  # noqa: T201 - shown where the test fails
    chance = random.Random(seed)
    with temporary_private_folder() as folder, open_store(tmp_path / "sync.c1z", "rw") as store:
        target = unix_address(folder, "c")
        settings = ClientSettings(backoff_max=0.2, delivery_delay=0.05)
        async with ExchangeConsumer(target, store, sync_id="sync-0", settings=settings) as consumer:
            for life in range(KILLS):
                process = await connector(target, tmp_path, life)
                before = consumer.report.committed
                goal = before + chance.randrange(1, EACH // 2)
                await asyncio.to_thread(until, lambda goal=goal: consumer.report.committed >= goal)
                process.kill()
                await process.wait()
            process = await connector(target, tmp_path, "last")
            diary = tmp_path / "diary"
            await asyncio.to_thread(until, lambda: f"A last-{EACH - 1}" in diary.read_text())
            report = await consumer.drain()
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
        stored = [row.request_id for row in store.exchanges().iterate(limit=10**6)]
    assert (report.consistent, report.findings, report.unknown_losses, report.error) == (True, (), 0, None)
    assert set(report.gaps) <= {"unclean_restart", "overflow"}
    check(diary.read_text().splitlines(), stored)


@pytest.mark.timeout(900 if SOAK else 120)
async def test_without_a_durable_spool_the_ledger_tells_an_unknown_loss(tmp_path):
    """Each death of the connector ends an epoch, and what it held is not known; the next one is complete."""
    with temporary_private_folder() as folder, open_store(tmp_path / "sync.c1z", "rw") as store:
        target = unix_address(folder, "c")
        settings = ClientSettings(backoff_max=0.2, delivery_delay=0.05)
        async with ExchangeConsumer(target, store, sync_id="sync-0", settings=settings) as consumer:
            for life in range(2):
                process = await connector(target, tmp_path, life, durable=False)
                await asyncio.to_thread(until, lambda life=life: taken_from(consumer, life) >= 100)
                process.kill()
                await process.wait()
            process = await connector(target, tmp_path, "last", durable=False)
            diary = tmp_path / "diary"
            await asyncio.to_thread(until, lambda: f"A last-{EACH - 1}" in diary.read_text())
            report = await consumer.drain()
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
        ledger = store.exchanges().ledger()
        stored = [row.request_id for row in store.exchanges().iterate(limit=10**6)]
    lost = [each.gap for each in ledger if each.gap.reason == "unknown_loss"]
    assert len({entry.epoch for entry in lost}) == len(lost) == report.unknown_losses == 2
    assert (report.consistent, report.findings) == (True, ())
    dropped = {line.split()[1] for line in diary.read_text().splitlines() if line.startswith("D")}
    assert {f"last-{number}" for number in range(EACH)} - dropped <= set(stored)
    assert len(set(stored)) == len(stored)


def taken_from(consumer: ExchangeConsumer, life: int) -> int:
    """How much is committed, once this life of the connector is the one that is consumed."""
    report = consumer.report
    return report.committed if report.unknown_losses == life else 0


def check(lines: list[str], stored: list[str]) -> None:
    """Against the connectors' diary."""
    twice = [name for name, count in Counter(stored).items() if count > 1]
    assert not twice
    captured, flushed, dropped, life = [], set(), set(), []
    for line in lines:
        kind, what = line.split()
        if kind == "A":
            life = [] if what.endswith("-0") else life
            life.append(what)
            captured.append(what)
        elif kind == "F":
            flushed |= set(life[: int(what)])
        else:
            dropped.add(what)
    assert len(flushed) > EACH
    assert set(stored) <= set(captured) - dropped
    assert flushed - dropped <= set(stored)


async def connector(
    target: str, folder: Path, life: object, *, durable: bool = True
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "support.durable_connector",
        target, str(folder / "spool") if durable else "", str(folder / "diary"), str(life), str(EACH),
        cwd=TESTS, env={**os.environ, "PYTHONPATH": str(TESTS)}, stdin=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
