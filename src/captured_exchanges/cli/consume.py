"""`exchanges consume`: the owner of connectors' exchanges, as a program of its own."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from pathlib import Path

import click

from captured_exchanges.cli.access_options import access_options
from captured_exchanges.cli.attestation import attestation_lines, attestation_record, fault
from captured_exchanges.cli.consuming import Run
from captured_exchanges.cli.examples import examples
from captured_exchanges.cli.options import UTF8, form_option, max_unpacked_option
from captured_exchanges.cli.output import Form, Output
from captured_exchanges.cli.painting import labelled
from captured_exchanges.cli.printable import one_line
from captured_exchanges.errors import CapturedExchangesError
from captured_exchanges.security import Access
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ConsumerReport, ConsumersReport

__all__ = ["command"]

_INTERRUPTED = 130
_DAY = 86_400


@click.command(
    "consume",
    short_help="Take connectors' exchanges into a file, as their owner.",
    epilog=examples(
        "exchanges consume unix:/run/user/1000/acme/exchanges.sock --store sync.db --sync-id 2Tx8",
        "exchanges consume unix:/run/user/1000/acme/exchanges.sock --store sync.db --sync-id 2Tx8 --drain",
        "exchanges consume unix:/run/okta.sock unix:/run/github.sock --store sync.db --sync-id 2Tx8",
    ),
)
@click.argument("targets", metavar="TARGET [TARGET]...", nargs=-1, required=True, type=UTF8)
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
    targets: tuple[str, ...],
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
    """Take what the connectors at TARGET capture into FILE until Ctrl-C or SIGTERM, as their owner.

    TARGET is unix:PATH, or HOST:PORT with credentials, which every one of several is shown.

    Then the connectors are drained and FILE saved; a second Ctrl-C does not wait for the drain. Exit code 0:
    every connector attested, both sides agree, nothing was lost; 130: Ctrl-C, and a drain was not attested;
    else 1, with a line for each connector that has a fault. There is one JSON record for each connector,
    with the fields target, file, epoch, through_sequence, attested, consistent, received, committed,
    quarantined, duplicates, foreign, lost (counts by reason), released_elsewhere, unknown_losses, findings,
    counters (per sync: sync_id, captured, acked, dropped, abandoned); none for a connector with which no
    stream was ever open.

    Several connectors have their watermarks in FILE under their TARGETs: after a crash use the same.
    """
    if not sync_id:
        raise click.BadParameter("an empty id names no sync", param_hint="--sync-id")
    if "" in targets or len(set(targets)) < len(targets):
        raise click.BadParameter("each connector once, and by its address", param_hint="TARGET")
    _leave_errors_to_us()
    output = Output(form)
    run = Run(output, targets, sync_id, drain_timeout, access, at_once=drain)
    with open_store(file, "rw", max_unpacked_bytes=max_unpacked) as store:
        report = asyncio.run(run.consume(store, consumer_id, take_over=take_over))
    _print(output, report, run, file)
    return _verdict(output, report, run)


def _leave_errors_to_us() -> None:
    """Why a consumer ended is our error line: the library's log would say it a second time."""
    logging.getLogger("captured_exchanges.syncer.link").setLevel(logging.CRITICAL)


def _print(output: Output, report: ConsumersReport, run: Run, file: Path) -> None:
    for target, each in report.connectors.items():
        if not each.streams:
            continue
        if output.json:
            record = attestation_record(each, run.sync_id)
            output.record({"target": target, "file": str(file), **record})
            continue
        if len(run.targets) > 1:
            output.line(labelled("connector", one_line(target)))
        for line in attestation_lines(each, run.sync_id):
            output.line(line)
    if report.committed and not output.json:
        output.note("\nnext:")
        output.next_command("list", str(file), "--sync-id", run.sync_id)


def _verdict(output: Output, report: ConsumersReport, run: Run) -> int:
    """The exit code, once every fault is told; the last one by raising it, unless it is 130."""
    faults = {target: fault(each, run.sync_id) for target, each in report.connectors.items()}
    cut = {target for target, each in report.connectors.items() if run.interrupted and _unanswered(each)}
    wrong = [
        f"{target}: {'interrupted, and ' if target in cut else ''}{what}"
        for target, what in faults.items()
        if what
    ]
    for sentence in wrong if cut else wrong[:-1]:
        with suppress(OSError):  # that nobody reads it is no other fault
            output.note(f"error: {one_line(sentence)}")
    if cut:
        return _INTERRUPTED
    if wrong:
        raise CapturedExchangesError(wrong[-1])
    return 0


def _unanswered(report: ConsumerReport) -> bool:
    """Whether it would have been drained, given more time."""
    return report.attestation is None and report.error is None and report.state != "unsupported"
