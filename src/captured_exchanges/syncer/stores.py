"""What the consumer needs of a store, and how to find it in what the host has.

A capability, not a type: a host's own store may have it or not (FORMATS.md, "ExchangesProvider").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from captured_exchanges.exchange import Watermark
from captured_exchanges.store import Committed, Delivery, ExchangesProvider

__all__ = ["DeliveryStore", "find_delivery_store"]


@runtime_checkable
class DeliveryStore(Protocol):
    """Takes deliveries in transactions and knows how far it has come. `ExchangeStore` is one.

    Called from one thread that is not the host's. Its errors are StoreErrors, sqlite3's, or the system's.
    """

    def commit(self, delivery: Delivery) -> Committed | None:
        """Write all of a delivery in one transaction and return once it is durable.

        Raises WatermarkMoved, having written nothing, where the stored watermark of its connector and
        epoch is not its `after_sequence` (none stored: 0).
        """
        ...

    def watermarks(self, connector: str | None = None, limit: int = 64) -> Sequence[Watermark]:
        """The stored watermarks, newest first."""
        ...


def find_delivery_store(store: object) -> DeliveryStore | None:
    """The store itself, or what its `exchanges()` gives; None: it can hold no exchanges."""
    if isinstance(store, DeliveryStore):
        return store
    if isinstance(store, ExchangesProvider):
        inner: object = store.exchanges()
        return inner if isinstance(inner, DeliveryStore) else None
    return None
