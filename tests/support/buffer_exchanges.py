"""Encoded exchanges for tests of the buffer, which never looks into their bytes."""

from captured_exchanges.exchange import ENTRY_OVERHEAD, EncodedExchange


def encoded(size: int = 100, sync_id: str = "sync-1", request_id: str = "request") -> EncodedExchange:
    """An exchange whose `size` is exactly this many bytes."""
    return EncodedExchange(request_id, sync_id, "http", "sync", bytes(size - ENTRY_OVERHEAD))
