"""The optional capability: a store that can hold exchanges says so by having `exchanges()`."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from captured_exchanges.store.exchanges import ExchangeStore

__all__ = ["ExchangesProvider"]


@runtime_checkable
class ExchangesProvider(Protocol):
    """What a syncer asks of a host's store: without it provenance is skipped, as in baton's SDK."""

    def exchanges(self) -> ExchangeStore:
        """The exchange sub-store, the same at every call."""
        ...
