"""`exchanges demo`: the whole way once, on a real directory."""

from __future__ import annotations

from pathlib import Path

import click

from captured_exchanges.cli.candidates import complete_policy
from captured_exchanges.cli.examples import examples
from captured_exchanges.cli.invocation import command_line
from captured_exchanges.cli.options import UTF8
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
@click.option(
    "--debug-socket",
    metavar="PATH",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --serve: a second socket that admits observers alone, in a folder of mode 0700.",
)
@click.option(
    "--channelz", is_flag=True, help="With --debug-socket: gRPC's own account of the process there."
)
@click.option(
    "--policy",
    metavar="FILE|NAME",
    type=UTF8,
    default="",
    envvar="EXCHANGES_POLICY",
    show_envvar=True,
    shell_complete=complete_policy,
    help="What the connector redacts by: default, strict, metadata, or a policy file.",
)
def command(
    *,
    out: Path,
    users: int,
    groups: int,
    serve: bool,
    debug_socket: Path | None,
    channelz: bool,
    policy: str,
) -> int:
    """Crawl a real SCIM directory and end with a file in which every object is traced.

    Starts a directory server on a loopback port, a connector and a syncer, each a process of its own;
    nothing leaves this machine.
    """
    if debug_socket is not None and not serve:
        raise click.UsageError("--debug-socket is for looking at a connector that stays up: add --serve")
    if channelz and debug_socket is None:
        raise click.UsageError("--channelz is served on the debug socket: add --debug-socket PATH")
    options = DemoOptions(
        out, users, groups, serve, debug_socket, channelz, policy, command_line=command_line
    )
    return run_demo(options)
