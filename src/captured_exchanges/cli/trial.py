"""A trial of a policy: exchanges made of what was given, redacted, and every removal noted."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping
from typing import Any

from captured_exchanges.cli.removals import Removal
from captured_exchanges.cli.summary import text_of
from captured_exchanges.exchange import (
    Body,
    Exchange,
    HttpRequest,
    HttpResponse,
    Intent,
    Json,
    RedactedExchange,
    UpstreamRequest,
    UpstreamResponse,
)
from captured_exchanges.redaction import Redactor

__all__ = ["Trial", "body_of", "compact_json", "content", "said_by"]

_SAFE = "[]:"
_BODY = "/body"


class Trial:
    """Redacts by one redactor, which remembers what it has seen. For one thread."""

    def __init__(self, redactor: Redactor) -> None:
        self.redactor = redactor
        self.removals: list[Removal] = []

    def exchange(
        self,
        request: UpstreamRequest,
        response: UpstreamResponse | None = None,
        *,
        kind: str = "http",
        entry: int = 0,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The documents of request and response, redacted; empty where there is none."""
        redacted = self.redactor.redact(Exchange("trial", kind, request, response, Intent(), 0))
        documents = _documents(redacted)
        for part, document in zip(("request", "response"), documents, strict=True):
            self.removals += _removals(document, part, entry)
        return documents

    def body(self, data: bytes, media_type: str, *, entry: int = 0) -> Mapping[str, Json]:
        """The shape of a body by itself; its removals are told by their places in it."""
        headers = (("content-type", media_type),)
        response = HttpResponse(200, 0.0, headers=headers, body=body_of(data))
        _, document = _documents(
            self.redactor.redact(
                Exchange("trial", "http", HttpRequest("GET", "", (), None, 0), response, Intent(), 0)
            )
        )
        of_body = (
            one for one in _removals(document, "", entry) if one.path.startswith(_BODY) or not one.path
        )
        for removal in of_body:  # the rest is of the response that we have put around it
            inside = removal.path.removeprefix(_BODY).removeprefix("/value")
            self.removals.append(Removal(inside, removal.rule, "", entry, removal.said))
        shape: Mapping[str, Json] = document.get("body") or {"type": "omitted", "reason": "failed"}
        return shape


def body_of(data: bytes) -> Body:
    """A whole body."""
    return Body(data, len(data))


def said_by(shape: Mapping[str, Json]) -> Json:
    """What a body says: JSON as it is, anything else as text."""
    return shape.get("value") if shape.get("type") == "json" else content(shape)


def content(shape: Mapping[str, Json]) -> str:
    """A body as the text that would stand in a message."""
    value = shape.get("value")
    match shape.get("type"):
        case "text":
            return str(value)
        case "form" if isinstance(value, list):
            pairs = [(str(pair[0]), str(pair[1])) for pair in value if isinstance(pair, list)]
            return urllib.parse.urlencode(pairs, safe=_SAFE, quote_via=urllib.parse.quote)
        case "json":
            return compact_json(value)
        case "omitted":
            return f"[omitted: {text_of(shape, 'reason')}]"
        case _:
            return compact_json(dict(shape))


def compact_json(value: Json, *, indent: int | None = None) -> str:
    """JSON with its big integers, which orjson would refuse."""
    separators = None if indent else (",", ":")
    return json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)


def _documents(redacted: RedactedExchange) -> tuple[dict[str, Any], dict[str, Any]]:
    return _loaded(redacted.request_json), _loaded(redacted.response_json)


def _loaded(document: bytes | None) -> dict[str, Any]:
    loaded: dict[str, Any] = {} if document is None else json.loads(document)
    return loaded


def _removals(document: Mapping[str, Any], part: str, entry: int) -> list[Removal]:
    removals = [
        Removal(listed["path"], listed["rule"], part, entry) for listed in document.get("redactions", ())
    ]
    body = document.get("body")
    told = any(removal.path == _BODY for removal in removals)
    if isinstance(body, dict) and body.get("type") == "omitted" and not told:
        removals.append(Removal(_BODY, "omitted", part, entry, text_of(body, "reason")))
    return removals
