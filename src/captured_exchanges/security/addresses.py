"""Addresses that a server may listen on and a client may dial.

PROTOCOL.md, "Who may connect": Unix sockets inside a private folder, whatever the credentials; loopback with
a bearer token; TCP with mutual TLS. Every other address is refused, with a sentence that says what is
missing. What a TCP address may look like is in `tcp`.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from urllib.parse import quote, unquote

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security.access import Access
from captured_exchanges.security.folders import MAX_SOCKET_PATH_BYTES, check_private_folder
from captured_exchanges.security.tcp import check_endpoint

__all__ = ["check_listen_address", "check_target", "unix_address"]

_USE_UNIX = "use unix:PATH, with PATH in a folder of mode 0700"


def unix_address(folder: Path, name: str) -> str:
    """The address of a socket in a folder, percent-encoded as gRPC reads it.

    Raises ConnectionRefused where the path is too long for a socket.
    """
    return _canonical(folder.absolute() / name)


def check_listen_address(address: str, access: Access | None = None) -> str:
    """The address, made canonical, that a server which asks for these credentials may listen on. Port 0: any.

    Raises ConnectionRefused where nobody may: a Unix socket in a folder that others enter, TCP without
    credentials, a token elsewhere than on loopback; TypeError where `access` is no credentials at all.
    """
    _check_kind(access)
    if not _is_unix(address):
        return check_endpoint(address, access, lowest_port=0)
    path = _socket_path(address)
    check_private_folder(path.parent)
    return _canonical(path)


def check_target(target: str, access: Access | None = None) -> str:
    """The target, made canonical, that a client which shows these credentials may dial.

    As `check_listen_address`; what already stands at a socket's path must be a socket of ours. A socket that
    is not there yet is no error: the server may come later.
    """
    _check_kind(access)
    if not _is_unix(target):
        return check_endpoint(target, access, lowest_port=1)
    path = _socket_path(target)
    check_private_folder(path.parent)
    _check_socket(path)
    return _canonical(path)


def _check_kind(access: object) -> None:
    """A token that somebody passes as text would else be asked for by nobody."""
    if access is not None and not isinstance(access, Access):
        raise TypeError(f"access is a BearerToken or a MutualTLS, not a {type(access).__name__}")


def _is_unix(address: str) -> bool:
    if address.startswith("unix-abstract:"):
        raise ConnectionRefused(f"{address!r}: an abstract socket lets any user in; {_USE_UNIX}")
    return address.startswith("unix:")


def _socket_path(address: str) -> Path:
    if os.name == "nt":
        raise ConnectionRefused(f"{address!r}: on Windows only TCP with mutual TLS will do")
    path = unquote(address.removeprefix("unix:").removeprefix("//"))
    if not path or "\0" in path or path.endswith("/"):
        raise ConnectionRefused(f"{address!r} names no socket; {_USE_UNIX}")
    return Path(path).absolute()


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
