"""`exchanges stats`: what a file holds, or how a running connector stands."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from captured_exchanges.cli.access_options import access_options, refuse_for_file
from captured_exchanges.cli.examples import examples
from captured_exchanges.cli.file_stats import print_file
from captured_exchanges.cli.options import UTF8, form_option, max_unpacked_option, open_to_read
from captured_exchanges.cli.output import Form, Output
from captured_exchanges.cli.place import is_target
from captured_exchanges.security import Access

__all__ = ["command"]


@click.command(
    "stats",
    short_help="Count what a file holds, or a running connector.",
    epilog=examples(
        "exchanges stats sync.c1z",
        "exchanges stats unix:/run/user/1000/acme/exchanges.sock",
        "exchanges stats sync.c1z | jq '.syncs[].exchanges'",
    ),
)
@click.argument("place", metavar="FILE|TARGET", type=UTF8)
@click.option(
    "--wait",
    metavar="SECONDS",
    type=click.IntRange(min=0, max=3600),
    default=10,
    show_default=True,
    help="How long to wait for a connector's counters.",
)
@access_options
@form_option
@max_unpacked_option
def command(*, place: str, wait: int, access: Access | None, form: Form | None, max_unpacked: int) -> None:
    """Count the exchanges in FILE (.c1z or SQLite), or at the connector at TARGET (unix:PATH or HOST:PORT).

    The JSON record of a file has the fields file, exchanges, syncs (sync_id, exchanges, kinds: counts by
    transport, gaps: counts by reason), gaps (connector, epoch, reason, runs, count, bytes), watermarks
    (connector, epoch, through_sequence, drained). That of a connector: target, connector, epoch,
    oldest_sequence, next_sequence, acked_through, policy (name, version, hash), retained_exchanges,
    retained_bytes, pending, counters (per sync: sync_id, captured, acked, dropped, abandoned); the last
    four come with its next heartbeat, and are null where none comes in time. Looking changes nothing.
    """
    output = Output(form)
    if is_target(place):
        # Imported here: counting what a file holds never loads gRPC.
        importlib.import_module("captured_exchanges.cli.target_stats").print_target(
            output, place, wait, access
        )
        return
    refuse_for_file(access)
    with open_to_read(Path(place), max_unpacked) as store:
        print_file(output, place, store)
