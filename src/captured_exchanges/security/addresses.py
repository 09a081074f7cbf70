"""Addresses that a server may listen on and a client may dial.

PROTOCOL.md, "Who may connect", as far as it goes without credentials: Unix sockets inside a private folder.
Loopback with a token made per run, and mutual TLS, bring checks of their own here; until then every other
address is refused, with a sentence that says what is missing.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from urllib.parse import quote, unquote

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security.folders import MAX_SOCKET_PATH_BYTES, check_private_folder

__all__ = ["check_listen_address", "check_target", "unix_address"]

_USE_UNIX = "use unix:PATH, with PATH in a folder of mode 0700"


def unix_address(folder: Path, name: str) -> str:
    """The address of a socket in a folder, percent-encoded as gRPC reads it.

    Raises ConnectionRefused where the path is too long for a socket.
    """
    return _canonical(folder.absolute() / name)


def check_listen_address(address: str) -> str:
    """The address, made canonical, that a server may listen on without credentials.

    Raises ConnectionRefused where nobody may: not a Unix socket, or one in a folder that others enter.
    """
    path = _socket_path(address)
    check_private_folder(path.parent)
    return _canonical(path)


def check_target(target: str) -> str:
    """The target, made canonical, that a client may dial without credentials.

    As `check_listen_address`; what already stands at the path must be a socket of ours. A socket that is
    not there yet is no error: the server may come later.
    """
    path = _socket_path(target)
    check_private_folder(path.parent)
    _check_socket(path)
    return _canonical(path)


def _socket_path(address: str) -> Path:
    if os.name == "nt":
        raise ConnectionRefused(
            f"{address!r}: on Windows only TCP with mutual TLS will do, which is not here yet"
        )
    scheme, colon, rest = address.partition(":")
    if scheme == "unix-abstract":
        raise ConnectionRefused(f"{address!r}: an abstract socket lets any user in; {_USE_UNIX}")
    if scheme != "unix" or not colon:
        raise ConnectionRefused(_refusal_of_tcp(address))
    path = unquote(rest.removeprefix("//"))
    if not path or "\0" in path or path.endswith("/"):
        raise ConnectionRefused(f"{address!r} names no socket; {_USE_UNIX}")
    return Path(path).absolute()


def _refusal_of_tcp(address: str) -> str:
    return (
        f"{address!r} is not a Unix socket. TCP needs mutual TLS, or on loopback a bearer token made per run "
        f"(any user of this machine reaches a port), and this version has neither; {_USE_UNIX}"
    )


def _check_socket(path: Path) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise ConnectionRefused(f"{path} is not a socket")
    if found.st_uid != os.geteuid():
        raise ConnectionRefused(f"the socket {path} belongs to another user (uid {found.st_uid})")


def _canonical(path: Path) -> str:
    size = len(os.fsencode(path))
    if size > MAX_SOCKET_PATH_BYTES:
        raise ConnectionRefused(
            f"the socket path {path} has {size} bytes, and {MAX_SOCKET_PATH_BYTES} is the most a socket may "
            "have: choose a folder with a shorter path"
        )
    return f"unix:{quote(os.fsencode(path))}"
