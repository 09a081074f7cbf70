"""One connector of a consumer: what both styles of host know and say of it.

Here is the promise that a failure of provenance never fails the sync: nothing that a link does raises. A
link that cannot go on ends, says so once in the log, and keeps the reason in `report.error`.
"""

from __future__ import annotations

import logging
import random
from abc import ABC, abstractmethod
from dataclasses import replace

from captured_exchanges.errors import CapturedExchangesError
from captured_exchanges.handoff.consuming import ClientSettings, ConsumerEnd, Stopped
from captured_exchanges.syncer.identity import default_consumer_id
from captured_exchanges.syncer.report import ConsumerReport, ConsumerState, report_on
from captured_exchanges.syncer.writer import StoreWriter
from captured_exchanges.telemetry import count

__all__ = ["Link", "claiming"]

_log = logging.getLogger(__name__)


class Link(ABC):
    """A consumer's end and how it stands; `settings.connector_name` tells it from others in the log."""

    def __init__(self, settings: ClientSettings, rng: random.Random | None) -> None:
        self._name = settings.connector_name
        self._end = ConsumerEnd(settings, rng=rng or random.Random())  # noqa: S311 - jitter is no secret
        self._state: ConsumerState = "idle"
        self._error: Stopped | None = None
        self._writer: StoreWriter | None = None

    @property
    def report(self) -> ConsumerReport:
        """How it stands at this moment."""
        trouble = self._writer.trouble if self._writer else ""
        return report_on(self._end, state=self._current_state(), stopped=self._stopped, store_trouble=trouble)

    def begin(self, writer: StoreWriter) -> None:
        """Consume into this store from now on."""
        self._state = "connecting"
        self._writer = writer
        try:
            self._start(writer)
        except Exception as error:  # noqa: BLE001 - whatever keeps us from starting, the sync goes on without us
            self.refuse(error, "starting")

    def skip(self) -> None:
        """The store can hold nothing: do nothing, without a word."""
        self._state = "skipped"

    def refuse(self, error: Exception, what: str) -> None:
        """What consuming needs is not to be had: `what` failed."""
        count("syncer.consumer_failed")
        known = isinstance(error, CapturedExchangesError)
        self._error = Stopped(
            "refused", str(error) if known else f"{what} failed with {type(error).__name__}"
        )
        self._say_why()

    @abstractmethod
    def _start(self, writer: StoreWriter) -> None: ...

    @abstractmethod
    def _ended(self) -> Stopped | None:
        """How the work that `_start` began has ended; None: it has not, or has not begun."""

    def _say_why(self) -> None:
        stopped = self._stopped
        whose = f" of {self._name}" if self._name else ""
        if stopped is not None and stopped.failed:
            _log.error("captured exchanges%s are no longer consumed: %s", whose, stopped.message)
        elif stopped is not None and stopped.message:
            _log.info("captured exchanges%s are not consumed: %s", whose, stopped.message)

    @property
    def _stopped(self) -> Stopped | None:
        return self._error or self._ended()

    def _current_state(self) -> ConsumerState:
        stopped = self._stopped
        if stopped is not None:
            return "unsupported" if stopped.kind == "unsupported" else "stopped"
        return "connected" if self._end.connected else self._state


def claiming(
    settings: ClientSettings | None, store: object, *, sync_id: str, consumer_id: str | None, take_over: bool
) -> ClientSettings:
    """The settings of a consumer that says who it is."""
    return replace(
        settings or ClientSettings(),
        consumer_id=consumer_id or default_consumer_id(store),
        sync_id=sync_id,
        take_over=take_over,
    )
