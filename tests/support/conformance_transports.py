"""How the ends of a pairing reach each other: the ways of "Who may connect", credentials made per run."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

from captured_exchanges.security import Access, issue_run_credentials, new_token, unix_address

__all__ = ["TRANSPORTS", "Transport"]


class Transport:
    """A way. `shown` is what a client must show to a server that has `wanted`; `address` gives a new one to
    each server.
    """

    def __init__(self, wanted: Access | None, shown: Access | None, address: Callable[[], str]) -> None:
        self.wanted = wanted
        self.shown = shown
        self.address = address


def _any_port() -> str:
    return "127.0.0.1:0"


def _unix(folder: Path) -> Transport:
    names = map("s{}".format, itertools.count())
    return Transport(None, None, lambda: unix_address(folder, next(names)))


def _token(_folder: Path) -> Transport:
    token = new_token()
    return Transport(token, token, _any_port)


def _mutual_tls(_folder: Path) -> Transport:
    return Transport(*issue_run_credentials(), _any_port)


TRANSPORTS = {"unix": _unix, "token": _token, "mtls": _mutual_tls}
"""By name: what makes one, given a folder for sockets."""
