"""By what a connector process knows that it is to stop: two signals, and the parent's end of our stdin.

A parent that dies closes the pipe on our stdin, and that is the only way to hear of it.
"""

from __future__ import annotations

import os
import signal
import stat

__all__ = ["SIGNALS", "has_ended", "is_channel"]

SIGNALS = (signal.SIGTERM, signal.SIGINT)
_CHUNK = 4096


def has_ended(stdin: int) -> bool:
    """Whether the other side of a readable descriptor is gone; what it had said is read and forgotten."""
    try:
        return not os.read(stdin, _CHUNK)
    except BlockingIOError:
        return False
    except OSError:  # a socket that was reset is an end as well
        return True


def is_channel(descriptor: int) -> bool:
    """Whether it is a pipe or a socket: the end of a terminal, a file or /dev/null means nothing."""
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:  # closed before we were started
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
