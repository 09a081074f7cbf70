"""A syncer process that may be told where to end: see `failpoints`.

`python -m support.failpoint_syncer STYLE TARGET STORE SYNC` drains the connector into the store in small
deliveries, saves, and prints its report as JSON. STYLE is `asyncio` or `threads`. What is done to the
exchange table is counted as in `counting_syncer`. The file knows its sync, and no other: what is not its
own must not be pruned for that.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from captured_exchanges.exchange import Limits
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ClientSettings, ExchangeConsumer, ThreadedExchangeConsumer
from captured_exchanges.syncer.channel import open_channel, open_threaded_channel
from support.counting_syncer import count_writes, print_report
from support.failpoints import FAILPOINT, FAILPOINT_HIT, AioChannel, DyingStore, Failpoint, ThreadedChannel

OUTSTANDING = 12
"""So few exchanges may be unacked that acks and echoes are many, however quick the machine is."""
SETTINGS = ClientSettings(limits=Limits(OUTSTANDING, 1 << 20, 5, 1 << 18, 0.001), delivery_exchanges=7)


TESTS = Path(__file__).parents[1]


async def live(style, connector, path, sync_id, *, place="", hit=0):
    """One life of such a process, from its start to its end: its exit code, and its report or None."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "support.failpoint_syncer", style, connector.address, str(path), sync_id),
        cwd=TESTS,
        env={**os.environ, FAILPOINT: place, FAILPOINT_HIT: str(hit)},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return process.returncode, json.loads(out) if out else None


def main() -> None:
    """Drain, unless death comes first."""
    style, target, path, sync_id = sys.argv[1:]
    consume = {"asyncio": on_a_loop, "threads": on_threads}[style]
    with open_store(path, "rw") as store:
        count_writes(store)
        _enter_run(store, sync_id)
        failpoint = Failpoint()
        print_report(consume(target, DyingStore(store, failpoint), failpoint, sync_id))


def on_a_loop(target, store, failpoint, sync_id):
    """With an ExchangeConsumer."""

    async def consume():
        async with open_channel(target) as channel:
            listening = AioChannel(channel, failpoint)
            consumer = ExchangeConsumer(listening, store, sync_id=sync_id, settings=SETTINGS)
            failpoint.consumer = consumer
            async with consumer:
                if failpoint.leaves:
                    await asyncio.to_thread(failpoint.leaving.wait)
                else:
                    await consumer.drain()
        return consumer.report

    return asyncio.run(consume())


def on_threads(target, store, failpoint, sync_id):
    """With a ThreadedExchangeConsumer."""
    with open_threaded_channel(target) as channel:
        listening = ThreadedChannel(channel, failpoint)
        consumer = ThreadedExchangeConsumer(listening, store, sync_id=sync_id, settings=SETTINGS)
        failpoint.consumer = consumer
        with consumer:
            if failpoint.leaves:
                failpoint.leaving.wait()
            else:
                consumer.drain()
    return consumer.report


def _enter_run(store, sync_id):
    with store.transaction() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS v1_sync_runs (id integer primary key, sync_id text)")
        connection.execute("DELETE FROM v1_sync_runs")
        connection.execute("INSERT INTO v1_sync_runs (sync_id) VALUES (?)", (sync_id,))


if __name__ == "__main__":
    main()
