"""The demo's syncer process: lists what the connector has, and consumes its exchanges meanwhile.

    stdin   {"target": "unix:…", "out": "….c1z"}
    stdout  {"event": "listed", "counts": …} after each page, then
            {"event": "saved", "sync_id": …, "counts": …, "report": …, "memory": …}

Ended before it has saved, it leaves nothing behind: half a demo is worth nothing, where half of a real sync
would be gone on with. Run as `python -m captured_exchanges.demo.syncer`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import grpc

from captured_exchanges.demo.child import read_configuration, report, run_child, stop_requested
from captured_exchanges.demo.crawl import Crawl
from captured_exchanges.demo.footprint import Footprint
from captured_exchanges.demo.objects import ObjectWriter
from captured_exchanges.demo.options import DemoFailed
from captured_exchanges.demo.sync_ids import new_sync_id
from captured_exchanges.demo.target import discard_unfinished
from captured_exchanges.security import check_target
from captured_exchanges.store import Store, open_store
from captured_exchanges.syncer import ConsumerReport, ExchangeConsumer

__all__ = ["main", "sync"]

DRAIN_TIMEOUT = 60.0


def main() -> int:
    """Sync once, or until told to stop."""
    configuration = read_configuration()
    return run_child(_until_stopped(configuration))


async def _until_stopped(configuration: dict[str, Any]) -> int:
    stop = asyncio.create_task(stop_requested().wait())
    work = asyncio.create_task(sync(configuration["target"], Path(configuration["out"])))
    await asyncio.wait({stop, work}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    work.cancel()
    try:
        await work
    except asyncio.CancelledError:
        return 1
    return 0


async def sync(target: str, out: Path) -> None:
    """List all that the connector at `target` has into `out`, with the exchanges behind it, and report."""
    footprint = Footprint.now()
    try:
        with open_store(out, "rw") as store:
            saved = await _fill(store, target)
    except BaseException:
        discard_unfinished(out)
        raise
    report("saved", **saved, memory=footprint.report())


async def _fill(store: Store, target: str) -> dict[str, Any]:
    sync_id = new_sync_id()
    objects = ObjectWriter(store, sync_id)
    await asyncio.to_thread(objects.begin)
    async with ExchangeConsumer(target, store, sync_id=sync_id) as consumer:
        async with grpc.aio.insecure_channel(check_target(target)) as channel:
            crawl = Crawl(channel, sync_id, objects, lambda counts: report("listed", counts=counts))
            await crawl.run()
        drained = _checked(await consumer.drain(DRAIN_TIMEOUT))
    await asyncio.to_thread(objects.end)
    await asyncio.to_thread(store.save)
    return {"sync_id": sync_id, "counts": crawl.counts, "report": drained}


def _checked(drained: ConsumerReport) -> dict[str, object]:
    """What the parent is told of the drain. A real syncer would carry on without provenance; the demo has
    nothing else to show.
    """
    if drained.error is not None:
        raise DemoFailed(f"the exchanges could not be consumed: {drained.error}")
    if drained.attestation is None or not drained.consistent:
        why = "; ".join(drained.findings) or f"no attestation within {DRAIN_TIMEOUT:g} s"
        raise DemoFailed(f"the drain failed: {why}")
    return {
        "attestation": drained.attestation,
        "committed": drained.committed,
        "duplicates": drained.duplicates,
        "foreign": drained.foreign,
        "lost": drained.lost,
        "quarantined": drained.quarantined,
    }


if __name__ == "__main__":
    sys.exit(main())
