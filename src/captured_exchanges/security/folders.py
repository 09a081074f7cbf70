"""Folders that the user alone can enter, for Unix sockets.

gRPC creates a socket with mode 0755 and a later chmod comes too late, so what protects a socket is the
folder it is bound in: mode 0700, and nobody else able to put another folder in its place. Paths are kept
short, because a socket's whole path must fit 104 bytes (108 on Linux), the closing NUL included.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from captured_exchanges.errors import ConnectionRefused

__all__ = [
    "MAX_SOCKET_PATH_BYTES",
    "check_private_folder",
    "private_folder",
    "remove_private_folder",
    "temporary_private_folder",
]

MAX_SOCKET_PATH_BYTES = 103
"""What every Unix takes; Linux alone would take 107."""

_PRIVATE = 0o700
_ROOM_FOR_NAME = 32
_PREFIX = "ce-"
_SHORTEST = "/tmp"  # noqa: S108 - only its length is wanted; the folder in it is made by mkdtemp


def private_folder(parent: Path | None = None) -> Path:
    """A fresh folder of mode 0700, whatever the umask, with a path short enough for sockets in it.

    `parent` defaults to the folder for temporary files, or /tmp where that one's path is too long (as on
    macOS). Raises OSError where it cannot be made, ConnectionRefused where a given parent is too long or
    lets others in. Whoever calls it removes it: `remove_private_folder`.
    """
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent or _short_parent())).absolute()
    folder.chmod(_PRIVATE)  # mkdtemp asks for 0700, of which the umask may have taken more
    if len(os.fsencode(folder)) > MAX_SOCKET_PATH_BYTES - _ROOM_FOR_NAME:
        folder.rmdir()
        raise ConnectionRefused(f"{parent} is too long a path for sockets in it: choose a shorter one")
    return folder


def remove_private_folder(folder: Path) -> None:
    """Remove a folder and the sockets left in it. Raises OSError where something else is in it; one that
    is gone already is no error.
    """
    if not folder.exists():
        return
    for entry in folder.iterdir():
        if entry.is_socket():
            entry.unlink(missing_ok=True)
    folder.rmdir()


@contextmanager
def temporary_private_folder(parent: Path | None = None) -> Iterator[Path]:
    """A private folder for as long as the block runs."""
    folder = private_folder(parent)
    try:
        yield folder
    finally:
        remove_private_folder(folder)


def check_private_folder(folder: Path) -> None:
    """Raise ConnectionRefused unless the folder is ours, is of mode 0700, and can be replaced by nobody."""
    try:
        found = folder.lstat()
    except OSError as error:
        sentence = f"the socket folder {folder} cannot be looked at: {error.strerror}; make it with mode 0700"
        raise ConnectionRefused(sentence) from error
    if not stat.S_ISDIR(found.st_mode):
        raise ConnectionRefused(f"the socket folder {folder} is not a folder (nor may it be a link to one)")
    if found.st_uid != os.geteuid():
        raise ConnectionRefused(f"the socket folder {folder} belongs to another user (uid {found.st_uid})")
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o777 != _PRIVATE:
        raise ConnectionRefused(
            f"the socket folder {folder} has mode {mode:04o}: it must be 0700, so that nobody else gets in"
        )
    _check_ancestors(folder)


def _check_ancestors(folder: Path) -> None:
    """A folder that anybody may write, without the sticky bit, lets anybody swap what lies in it."""
    for ancestor in folder.absolute().parents:
        mode = ancestor.stat().st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise ConnectionRefused(
                f"the socket folder {folder} lies in {ancestor}, where any user may put another in its place"
            )


def _short_parent() -> str:
    parent = tempfile.gettempdir()
    room = MAX_SOCKET_PATH_BYTES - _ROOM_FOR_NAME - len(f"/{_PREFIX}") - 8  # mkdtemp adds 8 characters
    return parent if len(os.fsencode(parent)) <= room else _SHORTEST
