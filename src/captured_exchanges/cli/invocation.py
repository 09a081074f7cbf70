"""How to type our own commands: what is printed as "try next" must work in the reader's shell."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

__all__ = ["command_line"]


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
