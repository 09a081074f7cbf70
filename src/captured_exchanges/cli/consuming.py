"""The run of `exchanges consume`: consume until told to end, tell how it goes, drain."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from dataclasses import dataclass, field

from captured_exchanges.cli.output import Output
from captured_exchanges.cli.printable import one_line
from captured_exchanges.security import Access
from captured_exchanges.store import Store
from captured_exchanges.syncer import ConsumerReport, ConsumersReport, ExchangeConsumers

__all__ = ["Run"]

_TICK = 0.25
_TICKS_A_LINE = 20
"""Progress is told every 5 s, and where the state changes."""


@dataclass(slots=True)
class _Told:
    """What was last told of a connector."""

    state: str = ""
    committed: int = 0
    ticks: int = 0


@dataclass(slots=True)
class Run:
    """The consumers of one store, from their start to their report. `interrupted`: by Ctrl-C."""

    output: Output
    targets: tuple[str, ...]
    sync_id: str
    drain_timeout: float
    access: Access | None
    at_once: bool
    interrupted: bool = False
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
    _drain: asyncio.Task[ConsumersReport] | None = None
    _told: dict[str, _Told] = field(default_factory=dict)

    async def consume(self, store: Store, consumer_id: str | None, *, take_over: bool) -> ConsumersReport:
        """Consume until told to end, drain, and say how it went once the store has settled."""
        consumers = ExchangeConsumers(
            self.targets,
            store,
            sync_id=self.sync_id,
            consumer_id=consumer_id,
            take_over=take_over,
            access=self.access,
        )
        async with consumers:
            self._listen()
            self._note(f"consuming {', '.join(self.targets)} into {store.path}; Ctrl-C drains and ends")
            while not (self.at_once or self._asked.is_set()) and _any_runs(consumers.report):
                with suppress(TimeoutError):
                    async with asyncio.timeout(_TICK):
                        await self._asked.wait()
                self._tell(consumers.report)
            await self._finish(consumers)
        return consumers.report

    async def _finish(self, consumers: ExchangeConsumers) -> None:
        if _any_runs(consumers.report):
            self._note("draining")
        self._drain = asyncio.create_task(consumers.drain(self.drain_timeout))
        while not (await asyncio.wait({self._drain}, timeout=_TICK))[0]:
            self._tell(consumers.report)

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._hear, number)

    def _hear(self, number: signal.Signals) -> None:
        self.interrupted |= number == signal.SIGINT
        self._asked.set()
        if self._drain is not None:
            self._drain.cancel()

    def _tell(self, report: ConsumersReport) -> None:
        for target, each in report.connectors.items():
            self._tell_of(target, each)

    def _tell_of(self, target: str, report: ConsumerReport) -> None:
        """A line where the state has changed, or where more was stored and some time has passed. Why the
        only one has ended is our error line.
        """
        several = len(self.targets) > 1
        told = self._told.setdefault(target, _Told())
        told.ticks += 1
        due = told.ticks >= _TICKS_A_LINE and report.committed != told.committed
        if (report.state != told.state or due) and (several or _runs(report)):
            self._told[target] = _Told(report.state, report.committed)
            self._note(f"{target}: {_line(report)}" if several else _line(report))

    def _note(self, text: str) -> None:
        with suppress(OSError):  # that nobody reads the progress any more is no reason to stop consuming
            self.output.note(one_line(text))


def _any_runs(report: ConsumersReport) -> bool:
    return any(map(_runs, report.connectors.values()))


def _line(report: ConsumerReport) -> str:
    why = report.error or (report.trouble if report.state == "connecting" else "")
    state = f"{report.state} ({why})" if why else report.state
    return f"{state}: {report.committed} stored, {report.retained} at the connector"


def _runs(report: ConsumerReport) -> bool:
    return report.state in {"connecting", "connected"}
