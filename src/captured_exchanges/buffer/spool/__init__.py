"""The disk behind the capture buffer: what is written there, how, and what is found again."""

from captured_exchanges.buffer.spool.options import DEFAULT_SPOOL_BYTES, FLUSH_INTERVAL, SpoolOptions

__all__ = [
    # what an operator chooses
    "SpoolOptions",
    # bounds
    "DEFAULT_SPOOL_BYTES",
    "FLUSH_INTERVAL",
]
