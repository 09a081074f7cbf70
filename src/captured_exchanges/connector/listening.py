"""Lets a server listen where the rules of who may connect allow it, with gRPC's credentials for it."""

from __future__ import annotations

from typing import Protocol

import grpc

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security import (
    Access,
    MutualTLS,
    check_certificate,
    check_listen_address,
    with_port,
)

__all__ = ["Listener", "listen"]


class Listener(Protocol):
    """A gRPC server of either kind, as far as its ports go."""

    def add_insecure_port(self, address: str) -> int:
        """Listen without TLS; the port."""
        ...

    def add_secure_port(self, address: str, server_credentials: grpc.ServerCredentials) -> int:
        """Listen with TLS; the port."""
        ...


def listen(server: Listener, address: str, access: Access | None) -> str:
    """Listen there; the canonical address, with the port that was bound where 0 was asked for.

    With MutualTLS all of it is TLS, a Unix socket too. Raises ConnectionRefused where the rules forbid it or
    the certificate cannot be used, before anything is opened, and where the address is taken.
    """
    checked = check_listen_address(address, access)
    if isinstance(access, MutualTLS):
        check_certificate(access, serving=True)
    try:
        port = _add_port(server, checked, access)
    except RuntimeError as error:
        raise ConnectionRefused(
            f"{checked} cannot be listened on: is the address another process's, or not this machine's?"
        ) from error
    return checked if checked.startswith("unix:") else with_port(checked, port)


def _add_port(server: Listener, address: str, access: Access | None) -> int:
    if not isinstance(access, MutualTLS):
        return server.add_insecure_port(address)
    pairs = [(access.private_key, access.certificate)]
    credentials = grpc.ssl_server_credentials(pairs, access.ca, require_client_auth=True)
    return server.add_secure_port(address, credentials)
