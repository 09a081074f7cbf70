"""Who is woken when the buffer changes. Thread-safe; the callbacks run outside every lock of ours."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

__all__ = ["Subscriptions"]

log = logging.getLogger(__name__)


class Subscriptions:
    """Callbacks, called in the order in which they came. `on_fault` is told of each that raised."""

    def __init__(self, on_fault: Callable[[str], object]) -> None:
        self._lock = threading.Lock()
        self._wakes: tuple[Callable[[], None], ...] = ()
        self._on_fault = on_fault

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Add a callback; the returned call takes it away and may be repeated."""

        def called() -> None:  # of our own for each call: one function may subscribe twice
            wake()

        with self._lock:
            self._wakes = (*self._wakes, called)
        return lambda: self._remove(called)

    def wake_all(self) -> None:
        """Call every callback; one that raises harms nobody else."""
        for wake in self._wakes:
            try:
                wake()
            except Exception as fault:  # noqa: BLE001 - a reader's trouble is no trouble of the connector's call
                log.warning("a reader of the capture buffer could not be woken: %s", type(fault).__name__)
                self._on_fault("buffer.wake_failed")

    def _remove(self, called: Callable[[], None]) -> None:
        with self._lock:
            self._wakes = tuple(wake for wake in self._wakes if wake is not called)
