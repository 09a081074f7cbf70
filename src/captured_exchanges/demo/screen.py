"""The demo's two consoles: results on stdout, what is going on beside them on stderr.

Nothing is markup here, so what a directory calls its users is printed and never interpreted. Lines are not
folded: a command that is copied must stay whole.
"""

from __future__ import annotations

import sys
from typing import IO

from rich.console import Console

__all__ = ["screens"]


def screens() -> tuple[Console, Console]:
    """Stdout and stderr. NO_COLOR and the terminals decide about colours."""
    return _console(sys.stdout), _console(sys.stderr)


def _console(stream: IO[str]) -> Console:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:  # a terminal that cannot show a character gets its escape
        reconfigure(errors="backslashreplace")
    return Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)
