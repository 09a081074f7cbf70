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
        "exchanges completion bash >> ~/.bashrc",
        "exchanges completion zsh > ~/.zfunc/_exchanges",
        "exchanges completion fish > ~/.config/fish/completions/exchanges.fish",
    ),
)
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def command(ctx: click.Context, *, shell: str) -> None:
    """Print the script by which SHELL completes commands, options, files, and ids out of the file named.

    Put it where the shell finds it, then start a new one:

    \b
      bash  at the end of ~/.bashrc, or, with the package bash-completion, in
            ~/.local/share/bash-completion/completions/exchanges
      zsh   ~/.zfunc/_exchanges, where ~/.zshrc has `fpath+=(~/.zfunc)`
            before `compinit`
      fish  ~/.config/fish/completions/exchanges.fish
    """  # noqa: D301 - click reads the backspace: these lines stay as they are
    click.echo(script(ctx.find_root().command, shell), nl=False)
