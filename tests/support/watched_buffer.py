"""A buffer that notes who reads it, to count whose turn it was."""

import time

from captured_exchanges.buffer import CaptureBuffer

_SAVED = 4
_EIGHT = 8


class WatchedBuffer(CaptureBuffer):
    """Notes when it is read, and whether for an owner: what that one gets is held for it."""

    def __init__(self, **bounds):
        super().__init__(**bounds)
        self.reads = []

    def read(self, after_sequence, *, hold=False, **bounds):
        """As asked."""
        self.reads.append((hold, time.monotonic()))
        return super().read(after_sequence, hold=hold, **bounds)

    def assert_share_kept(self, sends):
        """While an owner was sent this much, one exchange at a time, all observers together were read for no
        more than once in four of its own and ten times a second, beside what they had saved. A tenth more is
        let pass: at moments at which nothing was there for the owner they were read for freely.
        """
        owners = [at for held, at in self.reads if held]
        first, last = owners[0], owners[sends - 1]
        meanwhile = sum(not held and first < at < last for held, at in self.reads)
        allowed = 1.1 * (sends / 4 + 10 * (last - first)) + _SAVED + _EIGHT
        assert meanwhile <= allowed, f"{meanwhile} of at most {allowed}"
