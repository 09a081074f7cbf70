"""Certificates and keys from files, for set-ups that outlive a run.

A file with a secret in it must be readable by its owner alone. What is checked is the open file, so nobody
swaps it between the look and the reading.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from captured_exchanges.errors import ConnectionRefused

__all__ = ["read_certificates", "read_secret_file"]

_MAX_BYTES = 1024 * 1024
_OTHERS = 0o077


def read_certificates(path: str | os.PathLike[str]) -> bytes:
    """What a file holds. Raises ConnectionRefused where it cannot be read, or has more than 1 MiB."""
    return _read(Path(path), secret=False)


def read_secret_file(path: str | os.PathLike[str]) -> bytes:
    """As `read_certificates`; raises ConnectionRefused also where group or others may read the file."""
    return _read(Path(path), secret=True)


def _read(path: Path, *, secret: bool) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if secret and os.name != "nt" and mode & _OTHERS:
                raise ConnectionRefused(
                    f"{path} holds a secret and has mode {stat.S_IMODE(mode):04o}: others may get at it; "
                    f"run: chmod 600 {path}"
                )
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConnectionRefused(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > _MAX_BYTES:
        raise ConnectionRefused(f"{path} has more than {_MAX_BYTES} bytes: that is no certificate and no key")
    return content
