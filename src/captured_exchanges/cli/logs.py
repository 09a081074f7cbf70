"""What the rooms below log, on stderr, one printable line a record."""

from __future__ import annotations

import logging
import os

from captured_exchanges.cli.printable import one_line

__all__ = ["log_to_stderr"]


class _Printable(logging.Formatter):
    """A log line that cannot act on a terminal; tracebacks are for `--debug`."""

    def format(self, record: logging.LogRecord) -> str:
        return one_line(f"{record.levelname.lower()}: {record.getMessage()}")


def log_to_stderr() -> None:
    """Warnings and worse of this package go to stderr, and nobody else's. Repeats do nothing.

    gRPC's core keeps quiet, unless asked to speak: what it says of a connection, our one line says too.
    """
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # read when gRPC is imported, which comes later
    logging.getLogger("stamina").addHandler(logging.NullHandler())  # it names each retry and says no more
    logger = logging.getLogger("captured_exchanges")
    if logger.handlers:
        return
    handler = logging.StreamHandler()
    handler.setFormatter(_Printable())
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
