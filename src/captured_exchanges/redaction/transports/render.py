"""The JSON shapes of FORMATS.md for HTTP, from parts that are redacted already. No decisions here."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

from captured_exchanges.exchange import HttpRequest, HttpResponse

__all__ = ["request_shape", "response_shape", "rfc3339"]

_NANOS = 1_000_000_000


def rfc3339(moment: int) -> str:
    """Nanoseconds since 1970 as RFC 3339 in UTC, nine digits of the fraction."""
    seconds, nanos = divmod(moment, _NANOS)
    return f"{_to_the_second(seconds)}.{nanos:09d}Z"


@lru_cache(maxsize=64)
def _to_the_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def request_shape(
    kind: str, request: HttpRequest, *, method: str, url: str, headers: list[list[str]],
    body: dict[str, Any] | None, http_version: str, call_id: str,
) -> dict[str, Any]:  # fmt: skip
    """The request document, `redactions` not yet in it."""
    return {
        "kind": kind,
        "method": method,
        "url": url,
        "headers": headers,
        "body": body,
        "started_at": rfc3339(request.started_at),
        "http_version": http_version,
        "attempt": request.attempt,
        "call_id": call_id,
    }


def response_shape(
    response: HttpResponse, *, reason: str, headers: list[list[str]], body: dict[str, Any] | None,
    http_version: str, error: dict[str, str] | None, remote_address: str,
) -> dict[str, Any]:  # fmt: skip
    """The response document, `redactions` not yet in it. Without a status there is but the error."""
    answered = {"status": response.status, "reason": reason, "headers": headers, "body": body}
    optional = {"http_version": http_version, "error": error, "remote_address": remote_address}
    return {
        **(answered if response.status is not None else {}),
        "duration_ms": round(response.duration_ms, 3),
        **{name: value for name, value in optional.items() if value},
    }
