"""`exchanges demo`: the whole way once, on a real directory."""

from __future__ import annotations

from pathlib import Path

import click

from captured_exchanges.cli.examples import examples
from captured_exchanges.cli.invocation import command_line
from captured_exchanges.demo import DemoOptions, run_demo

__all__ = ["command"]

_DEFAULTS = DemoOptions()


@click.command(
    "demo",
    short_help="Crawl a real directory and explain one of its users.",
    epilog=examples(
        "exchanges demo",
        "exchanges demo --users 20 --groups 3 --out small.c1z",
        "exchanges demo --serve",
    ),
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    default=_DEFAULTS.out,
    show_default=True,
    help="The .c1z to write; an earlier demo's is replaced.",
)
@click.option(
    "--users",
    metavar="N",
    type=click.IntRange(min=1),
    default=_DEFAULTS.users,
    show_default=True,
    help="People in the directory.",
)
@click.option(
    "--groups",
    metavar="N",
    type=click.IntRange(min=1),
    default=_DEFAULTS.groups,
    show_default=True,
    help="Groups of people.",
)
@click.option(
    "--serve", is_flag=True, help="Keep the connector up for grpcurl and `exchanges tail`, until Ctrl-C."
)
def command(*, out: Path, users: int, groups: int, serve: bool) -> int:
    """Crawl a real SCIM directory and end with a file in which every object is traced.

    Starts a directory server on a loopback port, a connector and a syncer, each a process of its own;
    nothing leaves this machine.
    """
    return run_demo(DemoOptions(out, users, groups, serve, command_line=command_line))
