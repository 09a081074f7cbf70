"""`exchanges doctor`: what is wrong with a file or a connector, and what to do about it."""

from __future__ import annotations

import asyncio
import importlib
from collections import Counter
from pathlib import Path

import click

from captured_exchanges.cli.access_options import access_options, refuse_for_file
from captured_exchanges.cli.candidates import complete_place
from captured_exchanges.cli.doctor_file import examine_file
from captured_exchanges.cli.examples import examples
from captured_exchanges.cli.finding import Finding, Severity, finding_lines, finding_record
from captured_exchanges.cli.options import UTF8, form_option, max_unpacked_option
from captured_exchanges.cli.output import Form, Output
from captured_exchanges.cli.painting import marked
from captured_exchanges.cli.place import is_target
from captured_exchanges.security import Access

__all__ = ["command"]

_TOLD: tuple[Severity, ...] = ("problem", "warning", "note")


@click.command(
    "doctor",
    short_help="Say what is wrong with a file or a connector, and what to do.",
    epilog=examples(
        "exchanges doctor sync.c1z",
        "exchanges doctor unix:/run/user/1000/acme/exchanges.sock",
        "exchanges doctor sync.c1z | jq -r 'select(.severity == \"problem\") | .todo'",
    ),
)
@click.argument("place", metavar="FILE|TARGET", type=UTF8, shell_complete=complete_place)
@click.option(
    "--wait",
    metavar="SECONDS",
    type=click.IntRange(min=0, max=3600),
    default=12,
    show_default=True,
    help="How long to watch a connector at most.",
)
@access_options
@form_option
@max_unpacked_option
def command(*, place: str, wait: int, access: Access | None, form: Form | None, max_unpacked: int) -> int:
    """Examine FILE (.c1z or SQLite), or the connector at TARGET, as an observer: nothing changes.

    TARGET is unix:PATH, or HOST:PORT with credentials.

    A file is read whole. Each finding has a severity: ok, note (worth knowing), warning (may cost something
    later), problem (does not work, or is lost). Exit code 0: no problem; 1: there is one. A JSON record for
    each finding has the fields place, check, severity, what, todo.
    """
    report = _Report(Output(form), place)
    if is_target(place):
        # Imported here: looking at a file never loads gRPC.
        examine = importlib.import_module("captured_exchanges.cli.doctor_target").examine_target
        asyncio.run(examine(place, access, wait, report.tell))
    else:
        refuse_for_file(access)
        for finding in examine_file(Path(place), max_unpacked):
            report.tell(finding)
    return report.end()


class _Report:
    """What has been found of one place, told as it comes."""

    def __init__(self, output: Output, place: str) -> None:
        self._output = output
        self._place = place
        self._counts: Counter[Severity] = Counter()
        if not output.json:
            output.line(marked(place, "bold"))

    def tell(self, finding: Finding) -> None:
        """Print and count it."""
        self._counts[finding.severity] += 1
        if self._output.json:
            self._output.record(finding_record(self._place, finding))
            return
        for line in finding_lines(finding, self._output.width):
            self._output.line(line)

    def end(self) -> int:
        """Say what it comes to; the exit code."""
        if not self._output.json:
            told = [
                _counted(self._counts[severity], severity) for severity in _TOLD if self._counts[severity]
            ]
            self._output.note(f"\n{', '.join(told) or 'all is well'}")
        return int(self._counts["problem"] > 0)


def _counted(count: int, severity: Severity) -> str:
    return f"{count} {severity}{'' if count == 1 else 's'}"
