"""What the demo is doing, on stderr: a spinner on a terminal, one line a finished step everywhere.

Results are not printed here: they go to stdout, see `outcome`.
"""

from __future__ import annotations

from rich.console import Console
from rich.status import Status
from rich.text import Text

__all__ = ["Progress"]


class Progress:
    """The steps of one run, one at a time. Not thread-safe."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None

    def doing(self, what: str) -> None:
        """A step begins, or gets on. Only a terminal shows it."""
        if not self._console.is_terminal:
            return
        if self._status is None:
            self._status = self._console.status(what)
            self._status.start()
        else:
            self._status.update(what)

    def done(self, step: str, result: str) -> None:
        """The step has ended, and this is what came of it."""
        self.stop()
        line = Text.assemble((f"{step:<10}", "green"), result)
        self._console.print(line, soft_wrap=True)

    def stop(self) -> None:
        """Take the spinner away; nothing else may be printed while it turns."""
        if self._status is not None:
            self._status.stop()
            self._status = None
