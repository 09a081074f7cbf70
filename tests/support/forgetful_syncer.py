"""A syncer process that never leaves its consumer: `python -m support.forgetful_syncer TARGET STORE COUNT`.

Ends like any program that reaches its last line, once that many exchanges are stored.
"""

import sys
from pathlib import Path

from captured_exchanges.store import open_store
from captured_exchanges.syncer import ThreadedExchangeConsumer
from support.threaded_calls import until

target, path, count = sys.argv[1:]
store = open_store(Path(path), "rw")
consumer = ThreadedExchangeConsumer(target, store, sync_id="ours").__enter__()
until(lambda: consumer.report.committed >= int(count))
