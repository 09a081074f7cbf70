"""The connector's bounded holding place: what was captured and not yet committed by a syncer."""

from captured_exchanges.buffer.accounts import MAX_SYNCS
from captured_exchanges.buffer.capture_buffer import DEFAULT_MAX_BYTES, CaptureBuffer
from captured_exchanges.buffer.overflow import Block, Overflow
from captured_exchanges.buffer.spool import DEFAULT_SPOOL_BYTES, FLUSH_INTERVAL, SpoolOptions

__all__ = [
    # the buffer
    "CaptureBuffer",
    # what an operator chooses
    "Block",
    "Overflow",
    "SpoolOptions",
    # bounds
    "DEFAULT_MAX_BYTES",
    "DEFAULT_SPOOL_BYTES",
    "FLUSH_INTERVAL",
    "MAX_SYNCS",
]
