"""A syncer process that never leaves its consumer.

`python -m support.forgetful_syncer TARGET STORE COUNT [STYLE [HOW]]`: once that many exchanges are stored it
`returns`, as any program that reaches its last line; or `raises`, or `exits` with code 3.
"""

import asyncio
import sys
from pathlib import Path

from captured_exchanges.store import open_store
from captured_exchanges.syncer import ExchangeConsumer, ThreadedExchangeConsumer
from support.careless_connector import end
from support.syncer_server import until
from support.threaded_calls import until as threaded_until

target, path, count, style, how = (*sys.argv[1:], *("threads", "returns")[len(sys.argv) - 4 :])
store = open_store(Path(path), "rw")


async def forget():
    """On a loop."""
    consumer = await ExchangeConsumer(target, store, sync_id="ours").__aenter__()
    await until(lambda: consumer.report.committed >= int(count))
    end(how)


if style == "asyncio":
    asyncio.run(forget())
else:
    kept = ThreadedExchangeConsumer(target, store, sync_id="ours").__enter__()
    threaded_until(lambda: kept.report.committed >= int(count))
    end(how)
