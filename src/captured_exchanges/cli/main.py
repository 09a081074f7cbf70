"""The command group: which commands there are, and how a run ends.

A command's module, and all it needs, is imported only when the command is asked for: `exchanges --help`
answers at once, and reading a file never loads gRPC.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from captured_exchanges import __version__
from captured_exchanges.cli.examples import examples
from captured_exchanges.cli.failures import DEBUG_VARIABLE, exit_code_of
from captured_exchanges.cli.logs import log_to_stderr

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["COMMANDS", "main"]

COMMANDS: Mapping[str, str] = {
    "demo": "Crawl a real directory and explain one of its users.",
    "list": "List the exchanges in a file.",
    "show": "Show one exchange: request, response, what was redacted.",
    "explain": "Show which exchanges built an object.",
    "tail": "Watch the exchanges of a running connector.",
    "consume": "Take connectors' exchanges into a file, as their owner.",
    "stats": "Count what a file holds, or a running connector.",
    "merge": "Merge exchanges from sidecars into a sync's file.",
    "doctor": "Say what is wrong with a file or a connector, and what to do.",
    "redact": "Try a redaction policy on a file.",
    "policy": "Show a redaction policy, or check a policy file.",
    "completion": "Print a script for completion in bash, zsh or fish.",
}
"""Each command and the first line of its help."""
_COMPLETE_VARIABLE = "_EXCHANGES_COMPLETE"
"""Set by the scripts of `shells`, which is imported only then."""


class _Commands(click.Group):
    """The commands, each imported when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"captured_exchanges.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        shells = importlib.import_module("click.shell_completion")
        names = [name for name in COMMANDS if name.startswith(incomplete)]
        # Past click's own, which would import every command for its help.
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(shells.CompletionItem(name, help=COMMANDS[name]) for name in names), *options]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "exchanges demo",
        "exchanges explain sync.c1z user:alice",
        "exchanges list sync.c1z | jq -r .request.url",
    ),
)
@click.version_option(__version__, prog_name="exchanges", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help=f"Show a traceback with an error (as {DEBUG_VARIABLE}=1 does).")
def exchanges(debug: bool) -> None:
    """Which upstream request and response built this user, group or grant?

    On a terminal answers are tables; in a pipe, or with --json, they are NDJSON: one JSON document a
    line. Progress, notes and errors go to stderr.

    Exit codes: 0 done, 1 failed (one line on stderr says why), 2 wrong usage, 130 interrupted.
    """
    if debug:
        os.environ[DEBUG_VARIABLE] = "1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (default: the process's own arguments); returns the exit code."""
    if arguments is None and (asked := os.environ.get(_COMPLETE_VARIABLE)):
        shells = importlib.import_module("captured_exchanges.cli.shells")
        return exit_code_of(lambda: int(shells.complete(exchanges, asked)))
    log_to_stderr()
    return exit_code_of(lambda: _run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        # Not `exchanges.main`: it would make a closed pipe exit 1 and leave its own words on an interrupt.
        with exchanges.make_context("exchanges", words) as context:
            outcome: object = exchanges.invoke(context)
    except click.exceptions.Exit as end:  # after --help and --version
        return end.exit_code
    return outcome if isinstance(outcome, int) else 0
