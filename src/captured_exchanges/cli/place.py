"""Whether a word names a file or a running connector."""

from __future__ import annotations

from pathlib import Path

__all__ = ["is_target"]

_SCHEMES = frozenset({"unix", "unix-abstract", "dns", "ipv4", "ipv6"})


def is_target(place: str) -> bool:
    """Whether it is written as an address; a file of such a name is reached as `./NAME`."""
    scheme, colon, _ = place.partition(":")
    host, _, port = place.rpartition(":")
    is_host_and_port = port.isdecimal() and "/" not in host and not Path(place).exists()
    return bool(colon) and (scheme in _SCHEMES or is_host_and_port)
