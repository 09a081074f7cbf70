"""`exchanges consume`: the owner of a connector's exchanges, as a program of its own."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import click

from captured_exchanges.cli.access_options import access_options
from captured_exchanges.cli.attestation import attestation_lines, attestation_record, fault
from captured_exchanges.cli.examples import examples
from captured_exchanges.cli.options import UTF8, form_option, max_unpacked_option
from captured_exchanges.cli.output import Form, Output
from captured_exchanges.cli.printable import one_line
from captured_exchanges.errors import CapturedExchangesError
from captured_exchanges.security import Access
from captured_exchanges.store import Store, open_store
from captured_exchanges.syncer import ConsumerReport, ExchangeConsumer

__all__ = ["command"]

_TICK = 0.25
_TICKS_A_LINE = 20
"""Progress is told every 5 s, and where the state changes."""
_INTERRUPTED = 130
_DAY = 86_400


@click.command(
    "consume",
    short_help="Take a connector's exchanges into a file, as their owner.",
    epilog=examples(
        "exchanges consume unix:/run/user/1000/acme/exchanges.sock --store sync.db --sync-id 2Tx8",
        "exchanges consume unix:/run/user/1000/acme/exchanges.sock --store sync.db --sync-id 2Tx8 --drain",
    ),
)
@click.argument("target", type=UTF8)
@click.option(
    "--store",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, readable=False),
    required=True,
    help="Where exchanges go (.c1z or SQLite); made where it is missing.",
)
@click.option(
    "--sync-id", metavar="ID", type=UTF8, required=True, help="The sync of exchanges without their own."
)
@click.option("--drain", is_flag=True, help="Drain at once and end.")
@click.option(
    "--drain-timeout",
    metavar="SECONDS",
    type=click.IntRange(min=1, max=_DAY),
    default=60,
    show_default=True,
    help="How long the drain may take.",
)
@click.option("--take-over", is_flag=True, help="Become owner at once where another consumer is.")
@click.option(
    "--consumer-id", metavar="ID", type=UTF8, help="Who claims ownership [default: by FILE's path]."
)
@access_options
@form_option
@max_unpacked_option
def command(
    *,
    target: str,
    access: Access | None,
    file: Path,
    sync_id: str,
    drain: bool,
    drain_timeout: int,
    take_over: bool,
    consumer_id: str | None,
    form: Form | None,
    max_unpacked: int,
) -> int:
    """Take what the connector at TARGET captures into FILE until Ctrl-C or SIGTERM, as its owner.

    TARGET is unix:PATH, or HOST:PORT with credentials.

    Then the connector is drained and FILE saved; a second Ctrl-C does not wait for the drain. Exit code 0:
    the connector attested, both sides agree, nothing was lost; 130: Ctrl-C, and no drain was attested; else
    1. The JSON record has the fields target, file, epoch, through_sequence, attested, consistent, received,
    committed, quarantined, duplicates, foreign, lost (counts by reason), released_elsewhere,
    unknown_losses, findings, counters (per sync: sync_id, captured, acked, dropped, abandoned); none is
    printed where no stream was ever open.
    """
    if not sync_id:
        raise click.BadParameter("an empty id names no sync", param_hint="--sync-id")
    _leave_errors_to_us()
    output = Output(form)
    run = _Run(output, target, sync_id, drain_timeout, access, at_once=drain)
    with open_store(file, "rw", max_unpacked_bytes=max_unpacked) as store:
        report = asyncio.run(run.consume(store, consumer_id, take_over=take_over))
    if report.streams:
        _print(output, report, run, file)
    wrong = fault(report, sync_id)
    if not wrong:
        return 0
    if run.interrupted and report.attestation is None:
        output.note(f"error: {one_line(target)}: interrupted, and {one_line(wrong)}")
        return _INTERRUPTED
    raise CapturedExchangesError(f"{target}: {wrong}")


def _leave_errors_to_us() -> None:
    """Why the consumer ended is our one error line: the library's log would say it a second time."""
    logging.getLogger("captured_exchanges.syncer.consumer").setLevel(logging.CRITICAL)


def _print(output: Output, report: ConsumerReport, run: _Run, file: Path) -> None:
    if output.json:
        named = {"target": run.target, "file": str(file)}
        output.record({**named, **attestation_record(report, run.sync_id)})
        return
    for line in attestation_lines(report, run.sync_id):
        output.line(line)
    if report.committed:
        output.note("\nnext:")
        output.next_command("list", str(file), "--sync-id", run.sync_id)


@dataclass(slots=True)
class _Run:
    """One consumer, from its start to its report."""

    output: Output
    target: str
    sync_id: str
    drain_timeout: float
    access: Access | None
    at_once: bool
    interrupted: bool = False
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
    _drain: asyncio.Task[ConsumerReport] | None = None
    _told: tuple[str, int] = ("", 0)
    _ticks: int = 0

    async def consume(self, store: Store, consumer_id: str | None, *, take_over: bool) -> ConsumerReport:
        """Consume until told to end, drain, and say how it went once the store has settled."""
        consumer = ExchangeConsumer(
            self.target,
            store,
            sync_id=self.sync_id,
            consumer_id=consumer_id,
            take_over=take_over,
            access=self.access,
        )
        async with consumer:
            self._listen()
            self._note(f"consuming {self.target} into {store.path}; Ctrl-C drains and ends")
            while not (self.at_once or self._asked.is_set()) and _runs(consumer.report):
                with suppress(TimeoutError):
                    async with asyncio.timeout(_TICK):
                        await self._asked.wait()
                self._tell(consumer.report)
            await self._finish(consumer)
        return consumer.report

    async def _finish(self, consumer: ExchangeConsumer) -> None:
        if _runs(consumer.report):
            self._note("draining")
        self._drain = asyncio.create_task(consumer.drain(self.drain_timeout))
        while not (await asyncio.wait({self._drain}, timeout=_TICK))[0]:
            self._tell(consumer.report)

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._hear, number)

    def _hear(self, number: signal.Signals) -> None:
        self.interrupted |= number == signal.SIGINT
        self._asked.set()
        if self._drain is not None:
            self._drain.cancel()

    def _tell(self, report: ConsumerReport) -> None:
        """A line where the state has changed, or where more was stored and some time has passed."""
        self._ticks += 1
        state, committed = self._told
        due = self._ticks >= _TICKS_A_LINE and report.committed != committed
        if not _runs(report) or (report.state == state and not due):
            return
        self._told, self._ticks = (report.state, report.committed), 0
        why = f" ({report.trouble})" if report.state == "connecting" and report.trouble else ""
        self._note(f"{report.state}{why}: {report.committed} stored, {report.retained} at the connector")

    def _note(self, text: str) -> None:
        with suppress(OSError):  # that nobody reads the progress any more is no reason to stop consuming
            self.output.note(one_line(text))


def _runs(report: ConsumerReport) -> bool:
    return report.state in {"connecting", "connected"}
