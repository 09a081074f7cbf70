"""The exchange store: `.c1z` and SQLite files, and the exchanges in them."""

from captured_exchanges.store.c1z import MAX_UNPACKED_BYTES
from captured_exchanges.store.delivery import Committed, Delivery
from captured_exchanges.store.exchanges import ExchangeStore
from captured_exchanges.store.ledger import RecordedGap
from captured_exchanges.store.merging import Merged, merge
from captured_exchanges.store.objects import ObjectKind, ObjectRow
from captured_exchanges.store.opening import Mode, open_store
from captured_exchanges.store.provider import ExchangesProvider
from captured_exchanges.store.sidecars import open_sidecar
from captured_exchanges.store.store import Store

__all__ = [
    # opening
    "MAX_UNPACKED_BYTES",
    "Mode",
    "Store",
    "open_store",
    # exchanges
    "Committed",
    "Delivery",
    "ExchangeStore",
    "ExchangesProvider",
    "RecordedGap",
    # merging
    "Merged",
    "merge",
    "open_sidecar",
    # objects
    "ObjectKind",
    "ObjectRow",
]
