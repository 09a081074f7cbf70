"""What a profile leaves of HTTP: an exchange's documents, redacted already, made less.

    strict     no body; of URLs no values of query and fragment; of headers the values of `plain` alone; of an
               error's message no values in its URLs. Names, paths and the intent stay
    metadata   method, scheme and host, names of headers, status, times, rounded sizes, the type of an error

What the rules removed before is marked already and stays so.
"""

from __future__ import annotations

from typing import Any

from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.marker import MARKER, is_marker
from captured_exchanges.redaction.patterns import Pattern, compiled
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text import ReducedUrls, origin_of
from captured_exchanges.redaction.transports.headers import HeaderTable

__all__ = ["HttpReduction"]

_SCHEMED = compiled(rf"(?:[A-Za-z0-9-]{{1,24}} +)?{MARKER}")
_METHOD = compiled(r"[A-Z]{1,16}")
_VERSION = compiled(r"HTTP/\d(?:\.\d)?")
_TYPE = compiled(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")
_WORD_WITH_VALUES = compiled(r"[^\s\"'<>()\[\]{}`,]*(?:://|[?#])[^\s\"'<>()`]*")
_SIZES = ("size", "decoded_size", "state", "truncated")


class HttpReduction:
    """Reduces documents to a level of detail. Thread-safe."""

    def __init__(self, detail: Detail, headers: HeaderTable, urls: ReducedUrls) -> None:
        self.detail = detail
        self._live = headers.live
        self._exempt = headers.exempt
        self._plain = {name: compiled(pattern) for name, pattern in headers.plain.items()}
        self._urls = urls

    def request(self, document: dict[str, Any], sweep: Sweep) -> dict[str, Any]:
        """What is left of a request."""
        if self.detail is Detail.FULL:
            return document
        reduced = {**document, "url": self._url(document["url"], sweep), **self._common(document, sweep)}
        if self.detail is Detail.METADATA:
            reduced["method"] = _if_plain(_METHOD, document["method"], sweep, ("method",))
            reduced["call_id"] = document["call_id"]
        return reduced

    def response(self, document: dict[str, Any], sweep: Sweep) -> dict[str, Any]:
        """What is left of a response."""
        if self.detail is Detail.FULL:
            return document
        reduced = {**document, **self._common(document, sweep)}
        if error := document.get("error"):
            reduced["error"] = self._error(error, sweep)
        if self.detail is Detail.METADATA:
            for name in ("reason", "remote_address"):
                if reduced.pop(name, ""):
                    sweep.note((name,), "detail.metadata")
        return reduced

    def _common(self, document: dict[str, Any], sweep: Sweep) -> dict[str, Any]:
        common: dict[str, Any] = {}
        if "headers" in document:
            common["headers"] = self._headers(document["headers"], sweep)
            common["body"] = self._body(document["body"], sweep)
        if self.detail is Detail.METADATA and document.get("http_version"):
            common["http_version"] = _if_plain(_VERSION, document["http_version"], sweep, ("http_version",))
        return common

    def _url(self, url: str, sweep: Sweep) -> str:
        if self.detail is Detail.STRICT:
            return self._urls.without_values(url, sweep, ("url",))
        origin = origin_of(url)
        if origin != url:
            sweep.note(("url",), "detail.path")
        return origin

    def _headers(self, headers: list[list[str]], sweep: Sweep) -> list[list[str]]:
        if self.detail is Detail.METADATA:
            if any(value for _, value in headers):
                sweep.note(("headers",), "detail.header")
            return [[name, ""] for name, _ in headers]
        return [[name, self._value(name, value, sweep, at)] for at, (name, value) in enumerate(headers)]

    def _value(self, name: str, value: str, sweep: Sweep, at: int) -> str:
        lowered = name.strip().lower()
        if not value or is_marker(value) or (lowered in self._exempt and lowered not in self._live):
            return value
        if lowered in self._live and _SCHEMED.fullmatch(value):
            return value
        plain = self._plain.get(lowered)
        if plain is not None and plain.fullmatch(value):
            return value
        return sweep.remove(("headers", at), "detail.header", value)

    def _body(self, body: dict[str, Any] | None, sweep: Sweep) -> dict[str, Any] | None:
        """Its media type where that is a common one, and its sizes, which whoever made it has rounded."""
        if body is None:
            return None
        sweep.forget(("body",))
        sweep.note(("body",), "detail.body")
        media_type = body.get("media_type", "")
        known = self._plain["content-type"].fullmatch(media_type) if "content-type" in self._plain else None
        shape = {"type": "omitted", "reason": "policy", "media_type": media_type if known else ""}
        return {**shape, **{name: body[name] for name in _SIZES if name in body}}

    def _error(self, error: dict[str, str], sweep: Sweep) -> dict[str, str]:
        where = ("error", "message")
        if self.detail is Detail.METADATA:
            if error["message"]:
                sweep.note(where, "detail.metadata")
            return {"type": _if_plain(_TYPE, error["type"], sweep, ("error", "type")), "message": ""}
        message = _WORD_WITH_VALUES.sub(
            lambda match: self._urls.without_values(match[0], sweep, where), error["message"]
        )
        return {**error, "message": message}


def _if_plain(pattern: Pattern, text: str, sweep: Sweep, path: Path) -> str:
    if pattern.fullmatch(text) is not None:
        return text
    if text:
        sweep.note(path, "detail.metadata")
    return ""
