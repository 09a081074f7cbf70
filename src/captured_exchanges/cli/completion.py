"""`exchanges completion`: the script that makes a shell complete our commands, options, files and ids."""

from __future__ import annotations

import click

from captured_exchanges.cli.examples import examples
from captured_exchanges.cli.shells import SHELLS, script

__all__ = ["command"]


@click.command(
    "completion",
    short_help="Print a script for completion in bash, zsh or fish.",
    epilog=examples(
        "exchanges completion bash > ~/.local/share/bash-completion/completions/exchanges",
        "exchanges completion zsh > ~/.zfunc/_exchanges",
        "exchanges completion fish > ~/.config/fish/completions/exchanges.fish",
    ),
)
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def command(ctx: click.Context, *, shell: str) -> None:
    """Print the script by which SHELL completes commands, options, files, and ids out of the file named.

    Put it where your shell looks, as below (the folders must be there), and start a new shell. For bash
    that needs the package bash-completion; for zsh ~/.zshrc must say `fpath+=(~/.zfunc)` before `compinit`.
    Or load it in ~/.bashrc or ~/.zshrc: `source <(exchanges completion bash)`, or zsh, after `compinit`.
    """
    click.echo(script(ctx.find_root().command, shell), nl=False)
