"""The connector's bounded holding place: what was captured and not yet committed by a syncer."""

from captured_exchanges.buffer.accounts import MAX_SYNCS
from captured_exchanges.buffer.capture_buffer import DEFAULT_MAX_BYTES, CaptureBuffer

__all__ = [
    # the buffer
    "CaptureBuffer",
    # bounds
    "DEFAULT_MAX_BYTES",
    "MAX_SYNCS",
]
