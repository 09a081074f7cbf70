"""The folder of a durable spool: the user's alone, and one process's at a time.

What is checked is what `security` asks of the folders of sockets; the rooms may not import each other. The
lock is the system's and goes with the process that holds it, however that ends.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from captured_exchanges.errors import SpoolRefused

__all__ = ["claim"]

_LOCK = "lock"


def claim(folder: Path) -> int:
    """Make the folder where it is missing, and lock it: a descriptor to keep for as long as it is used.

    Raises SpoolRefused where others could get at it, where another process has it, and where it cannot be
    made.
    """
    try:
        _make(folder)
        _check(folder)
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as failure:
        raise SpoolRefused(f"the spool's folder {folder} cannot be used: {failure.strerror}") from failure
    try:
        _lock(descriptor)
    except OSError as failure:
        os.close(descriptor)
        raise SpoolRefused(
            f"the spool's folder {folder} is used by another process: end that one, or give each a folder of "
            "its own"
        ) from failure
    return descriptor


def _make(folder: Path) -> None:
    """What is missing on the way is for the user alone, too."""
    if not folder.is_symlink() and not folder.exists():
        _make(folder.parent)
        folder.mkdir()
        folder.chmod(0o700)  # not by mkdir's mode, of which the umask may take more


def _lock(descriptor: int) -> None:
    from fcntl import LOCK_EX, LOCK_NB, flock  # noqa: PLC0415 - a Unix has it, and a buffer needs it for this alone

    flock(descriptor, LOCK_EX | LOCK_NB)


def _check(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise SpoolRefused(f"the spool's folder {folder} is not a folder (nor may it be a link to one)")
    if found.st_uid != os.geteuid():
        raise SpoolRefused(f"the spool's folder {folder} belongs to another user (uid {found.st_uid})")
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        raise SpoolRefused(
            f"the spool's folder {folder} has mode {mode:04o}: others may get at people's data; "
            f"run: chmod 700 {folder}"
        )
    for ancestor in folder.absolute().parents:
        mode = ancestor.stat().st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise SpoolRefused(
                f"the spool's folder {folder} lies in {ancestor}, where any user may put another in its place"
            )
