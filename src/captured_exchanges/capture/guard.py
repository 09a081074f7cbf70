"""The guard around everything of ours that runs inside somebody else's call.

A hook that fails costs an exchange, never the call: the failure is counted as `capture.hook_failed` and
logged by type, without its text, which may quote what was captured. Each type is a warning the first time
and a debug line after that, so that a broken sink does not flood the host's log.
"""

from __future__ import annotations

import logging
from types import TracebackType

from captured_exchanges import telemetry

__all__ = ["harmless"]

log = logging.getLogger(__name__)


class _Guard:
    """`with harmless:` swallows an Exception of the block, counted and logged; anything that is not an
    Exception (cancellation, interrupt) passes. Reusable, reentrant, thread-safe.
    """

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if kind is None or not issubclass(kind, Exception):
            return False
        telemetry.count("capture.hook_failed")
        level = logging.DEBUG if kind.__qualname__ in self._seen else logging.WARNING
        self._seen.add(kind.__qualname__)
        log.log(level, "a capture hook failed and was left out: %s", kind.__qualname__)
        return True


harmless = _Guard()
