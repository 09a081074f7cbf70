"""The demo's two consoles: results on stdout, what is going on beside them on stderr.

Nothing is markup here, so what a directory calls its users is printed and never interpreted. Lines are not
folded: a command that is copied must stay whole.
"""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import IO

from rich.console import Console

__all__ = ["command_line", "screens"]


def screens() -> tuple[Console, Console]:
    """Stdout and stderr. NO_COLOR and the terminals decide about colours."""
    return _console(sys.stdout), _console(sys.stderr)


def _console(stream: IO[str]) -> Console:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:  # a terminal that cannot show a character gets its escape
        reconfigure(errors="backslashreplace")
    return Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)


def command_line(*words: str) -> str:
    """An `exchanges` command that works as printed in this shell and folder, quoted where it must be."""
    return shlex.join([_program(), *words])


def _program() -> str:
    installed = Path(sys.executable).parent / "exchanges"
    found = shutil.which("exchanges")
    if found is not None and Path(found).resolve() == installed.resolve():
        return "exchanges"
    here = Path.cwd()
    return str(installed.relative_to(here) if installed.is_relative_to(here) else installed)
