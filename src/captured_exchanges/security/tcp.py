"""TCP addresses: `HOST:PORT`, an IPv6 address in brackets, and nothing else.

gRPC knows more ways to write a target: schemes of its own, of which `dns://SERVER/NAME` names the server to
ask and `passthrough:` means whatever the resolver makes of it. Where an address decides who gets a token, it
must mean one thing, so a scheme is refused. A token goes to a loopback literal alone; `localhost` is pinned
to one, for what the name resolves to is for others to say.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security.access import Access, BearerToken

__all__ = ["Endpoint", "check_endpoint", "is_loopback", "with_port"]

_SCHEMES = frozenset(
    {"dns", "google-c2p", "google-c2p-experimental", "ipv4", "ipv6", "passthrough", "sockaddr"}
    | {"unix", "unix-abstract", "vsock", "xds"}
)
_LOOPBACK = IPv4Network("127.0.0.0/8"), IPv6Address("::1")
_LOCALHOST = "127.0.0.1"
_MAX_PORT, _MAX_HOST = 65_535, 253
_OR_UNIX = "or use unix:PATH, with PATH in a folder of mode 0700"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host, without brackets, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def literal(self) -> IPv4Address | IPv6Address | None:
        """The IP address that the host is; None: it is a name."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None


def check_endpoint(address: str, access: Access | None, *, lowest_port: int) -> str:
    """The address, made canonical, where these credentials suffice. Raises ConnectionRefused where not."""
    if access is None:
        raise ConnectionRefused(
            f"{address!r} is not a Unix socket. TCP needs mutual TLS, or on loopback a bearer token made per "
            "run (any user of this machine reaches a port): bring credentials (access=, --credentials), "
            f"{_OR_UNIX}"
        )
    endpoint = _parsed(address, lowest_port)
    return str(_pinned(endpoint, address) if isinstance(access, BearerToken) else endpoint)


def is_loopback(address: str) -> bool:
    """Whether a canonical address is one of this machine alone."""
    host = _parsed(address, 0).host
    return host == "localhost" or _is_loopback_literal(Endpoint(host, 0))


def with_port(address: str, port: int) -> str:
    """A canonical address with the port that was bound in place of 0."""
    return str(Endpoint(_parsed(address, 0).host, port))


def _pinned(endpoint: Endpoint, address: str) -> Endpoint:
    if os.name == "nt":
        raise ConnectionRefused(f"{address!r}: on Windows a bearer token will not do: use mutual TLS")
    if endpoint.host == "localhost":
        return Endpoint(_LOCALHOST, endpoint.port)
    if _is_loopback_literal(endpoint):
        return endpoint
    raise ConnectionRefused(
        f"{address!r}: a bearer token goes over loopback alone (127.0.0.1, [::1] or localhost), for on any "
        f"other way it can be read: use mutual TLS, {_OR_UNIX}"
    )


def _is_loopback_literal(endpoint: Endpoint) -> bool:
    network, single = _LOOPBACK
    literal = endpoint.literal
    return literal == single or (isinstance(literal, IPv4Address) and literal in network)


def _parsed(address: str, lowest_port: int) -> Endpoint:
    host, _, port = address.rpartition(":")
    if host.partition(":")[0].casefold() in _SCHEMES:
        raise ConnectionRefused(f"{address!r}: a TCP address is written HOST:PORT here, without a scheme")
    endpoint = Endpoint(_host(host), _number(port))
    if not endpoint.host or not lowest_port <= endpoint.port <= _MAX_PORT:
        raise ConnectionRefused(
            f"{address!r} is no TCP address: write HOST:PORT, an IPv6 address in brackets, and a port from "
            f"{lowest_port} to {_MAX_PORT}"
        )
    return endpoint


def _host(text: str) -> str:
    """A name, or a literal as it is usually written; empty: neither."""
    if text.startswith("[") and text.endswith("]"):
        literal = Endpoint(text[1:-1], 0).literal
        return str(literal) if isinstance(literal, IPv6Address) and not literal.scope_id else ""
    letters = text.isascii() and all(letter.isalnum() or letter in ".-_" for letter in text)
    return text if letters and len(text) <= _MAX_HOST and text[:1] not in (".", "-") else ""


def _number(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= len(str(_MAX_PORT)) else -1
