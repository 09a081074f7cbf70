"""Credentials as one line of JSON, on their way from a parent to the child that it has started.

    {"mutual_tls": {"ca": …, "certificate": …, "private_key": …, "peer_name": …}}
    {"bearer_token": …}

The line belongs on the child's stdin, which nobody else can read: arguments and environment are seen by
others, and what was on a disk once may be found there. What cannot be read is never quoted.
"""

from __future__ import annotations

from typing import Any

import orjson

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security.access import Access, BearerToken, MutualTLS

__all__ = ["dump_access", "load_access"]

_TLS, _TOKEN = "mutual_tls", "bearer_token"
_PARTS = ("ca", "certificate", "private_key", "peer_name")


def dump_access(access: Access) -> bytes:
    """One line, its end included, to be written to the stdin of a child."""
    document: dict[str, object] = {_TOKEN: access.value} if isinstance(access, BearerToken) else _tls(access)
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)


def load_access(line: bytes | str) -> Access:
    """What `dump_access` wrote. Raises ConnectionRefused where it is something else."""
    try:
        match orjson.loads(line):
            case {"bearer_token": str(token), **rest} if not rest:
                return BearerToken(token)
            case {"mutual_tls": dict(parts), **rest} if not rest:
                return _from_parts(parts)
    except orjson.JSONDecodeError:
        pass  # and not its cause either, which quotes the document
    raise ConnectionRefused(
        "the credentials are not a line that dump_access wrote: a JSON object with "
        f"{_TLS} ({', '.join(_PARTS)}) or {_TOKEN}"
    )


def _tls(access: MutualTLS) -> dict[str, object]:
    ca, certificate, private_key = (
        part.decode("utf-8", "replace") for part in (access.ca, access.certificate, access.private_key)
    )
    return {_TLS: dict(zip(_PARTS, (ca, certificate, private_key, access.peer_name), strict=True))}


def _from_parts(parts: dict[str, Any]) -> MutualTLS:
    for name in _PARTS:
        if not isinstance(parts.get(name), str):
            raise ConnectionRefused(f"the credentials for mutual TLS lack a text {name!r}")
    if len(parts) > len(_PARTS):
        raise ConnectionRefused("the credentials for mutual TLS have parts that this version does not know")
    ca, certificate, private_key = (parts[name].encode() for name in _PARTS[:3])
    return MutualTLS(ca, certificate, private_key, parts["peer_name"])
