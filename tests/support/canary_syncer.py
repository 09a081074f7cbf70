"""The demo's syncer over loopback TCP, with a token; it notes the words of all its objects too.

stdin   {"target": …, "access": …, "out": …}
stdout  {"event": "saved", …}
"""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

from captured_exchanges import telemetry
from captured_exchanges.demo.child import read_configuration, report, run_child
from captured_exchanges.demo.crawl import Crawl
from captured_exchanges.demo.objects import ObjectWriter
from captured_exchanges.security import load_access
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ExchangeConsumer, open_channel
from support.canary_reprs import reprs

SYNC_ID = "canaries"


async def sync(configuration: dict) -> int:
    """List everything, drain, save."""
    access = load_access(configuration["access"])
    with open_store(Path(configuration["out"]), "rw") as store:
        objects = ObjectWriter(store, SYNC_ID)
        await asyncio.to_thread(objects.begin)
        async with ExchangeConsumer(
            configuration["target"], store, sync_id=SYNC_ID, access=access
        ) as consumer:
            async with open_channel(configuration["target"], access) as channel:
                crawl = Crawl(channel, SYNC_ID, objects, lambda counts: report("listed", counts=counts))
                await crawl.run()
            drained = await consumer.drain(60)
            words = [*reprs(consumer, store, drained), *reprs(*store.exchanges().iterate())]
            await asyncio.to_thread(Path("syncer-reprs").write_text, "\n".join(words))
        await asyncio.to_thread(objects.end)
        await asyncio.to_thread(store.save)
    report(
        "saved",
        committed=drained.committed,
        lost=drained.lost,
        counters=telemetry.counters(),
        report=repr(drained),
    )
    return 0


def main() -> int:
    """With the log of this package as loud as can be."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("captured_exchanges").setLevel(logging.DEBUG)
    return run_child(sync(read_configuration()))


if __name__ == "__main__":
    sys.exit(main())
