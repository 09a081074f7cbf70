"""The command `exchanges`."""

from captured_exchanges.cli.main import main

__all__ = ["main"]
