"""A HAR 1.2: every entry redacted as the exchange it is, and written as a HAR again.

Only what HAR 1.2 defines is written again, and of that what an exchange has: fields of a browser's own
(`_initiator`, `_webSocketMessages`) may hold anything, and `cookies` and `queryString` say twice what headers
and URL say.
"""

from __future__ import annotations

import base64
import binascii
import json
import urllib.parse
from collections.abc import Mapping
from typing import Any

from captured_exchanges.cli.summary import text_of
from captured_exchanges.cli.trial import Trial, body_of, content
from captured_exchanges.errors import CapturedExchangesError
from captured_exchanges.exchange import Body, HttpRequest, HttpResponse, Json
from captured_exchanges.redaction.patterns import compiled

__all__ = ["redact_har"]

_MOMENT = compiled(r"[0-9T:.+Zz-]{1,40}")
_TIMINGS = ("blocked", "dns", "connect", "send", "wait", "receive", "ssl")
_PAGE_TIMINGS = ("onContentLoad", "onLoad")
_UNKNOWN = -1


def redact_har(data: bytes, trial: Trial) -> dict[str, Any]:
    """The HAR, redacted. Raises CapturedExchangesError where it is none."""
    try:
        log = _part(json.loads(data.decode("utf-8-sig")), "log")
    except (ValueError, RecursionError):
        raise CapturedExchangesError("this is no HAR: not a JSON document") from None
    entries = log.get("entries")
    if not isinstance(entries, list):
        raise CapturedExchangesError("this is no HAR: it has no list log.entries")
    scrub = trial.redactor.scrub
    return {
        "log": {
            "version": scrub(_said(log, "version") or "1.2"),
            **{who: _named(_part(log, who), trial) for who in ("creator", "browser") if who in log},
            **({"pages": [_page(page, trial) for page in _list(log, "pages")]} if "pages" in log else {}),
            "entries": [
                _entry(entry if isinstance(entry, dict) else {}, trial, number)
                for number, entry in enumerate(entries, 1)
            ],
        }
    }


def _entry(entry: Mapping[str, Any], trial: Trial, number: int) -> dict[str, Any]:
    asked, answered = _part(entry, "request"), _part(entry, "response")
    request, response = trial.exchange(_request(asked), _response(entry, answered), entry=number)
    address = text_of(response, "remote_address")
    return {
        **({"pageref": trial.redactor.scrub(_said(entry, "pageref"))} if "pageref" in entry else {}),
        "startedDateTime": _moment(entry),
        "time": _number(entry, "time"),
        "request": {
            "method": text_of(request, "method"),
            "url": text_of(request, "url"),
            "httpVersion": text_of(request, "http_version"),
            "cookies": [],
            "headers": _headers(request),
            "queryString": _query(text_of(request, "url")),
            **_post_data(request),
            "headersSize": _UNKNOWN,
            "bodySize": _size(request),
        },
        "response": {
            "status": response.get("status", 0),
            "statusText": text_of(response, "reason"),
            "httpVersion": text_of(response, "http_version"),
            "cookies": [],
            "headers": _headers(response),
            "content": _content(response),
            "redirectURL": next(
                (h["value"] for h in _headers(response) if h["name"].lower() == "location"), ""
            ),
            "headersSize": _UNKNOWN,
            "bodySize": _size(response),
        },
        "cache": {},
        "timings": {name: _number(_part(entry, "timings"), name) for name in _TIMINGS},
        **({"serverIPAddress": address} if address else {}),
    }


def _request(asked: Mapping[str, Any]) -> HttpRequest:
    posted = _part(asked, "postData")
    text = _said(posted, "text")
    if not text and (params := _pairs(posted, "params")):
        text = urllib.parse.urlencode(params)
    headers = _with_type(_pairs(asked, "headers"), _said(posted, "mimeType"))
    body = body_of(_bytes(text, _said(posted, "encoding"))) if text else None
    return HttpRequest(
        _said(asked, "method"), _said(asked, "url"), headers, body, 0, _said(asked, "httpVersion")
    )


def _response(entry: Mapping[str, Any], answered: Mapping[str, Any]) -> HttpResponse:
    held = _part(answered, "content")
    text = _said(held, "text")
    status = answered.get("status")
    return HttpResponse(
        status if isinstance(status, int) else 0,
        float(max(0, _number(entry, "time"))),
        _said(answered, "statusText"),
        _with_type(_pairs(answered, "headers"), _said(held, "mimeType")),
        _body(text, _said(held, "encoding")),
        _said(answered, "httpVersion"),
        remote_address=_said(entry, "serverIPAddress"),
    )


def _body(text: str, encoding: str) -> Body | None:
    return body_of(_bytes(text, encoding)) if text else None


def _bytes(text: str, encoding: str) -> bytes:
    if encoding.lower() == "base64":
        try:
            return base64.b64decode(text)
        except (binascii.Error, ValueError):
            pass  # text that is none, then
    return text.encode("utf-8", "replace")


def _with_type(headers: list[tuple[str, str]], media_type: str) -> tuple[tuple[str, str], ...]:
    """Headers among which is the type of the body, which a HAR may tell beside the body alone."""
    typed = any(name.lower() == "content-type" for name, _ in headers)
    return tuple(headers) if typed or not media_type else (*headers, ("content-type", media_type))


def _post_data(request: Mapping[str, Any]) -> dict[str, Any]:
    body = request.get("body")
    if not isinstance(body, dict):
        return {}
    return {"postData": {"mimeType": text_of(body, "media_type"), "text": content(body)}}


def _content(response: Mapping[str, Any]) -> dict[str, Any]:
    body = response.get("body")
    if not isinstance(body, dict):
        return {"size": 0, "mimeType": ""}
    return {"size": _size(response), "mimeType": text_of(body, "media_type"), "text": content(body)}


def _headers(document: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in document.get("headers", ())]


def _query(url: str) -> list[dict[str, str]]:
    query = url.partition("?")[2].partition("#")[0]
    try:
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    except ValueError:  # more fields than it will take
        pairs = []
    return [{"name": name, "value": value} for name, value in pairs]


def _size(document: Mapping[str, Any]) -> Json:
    body = document.get("body")
    return body.get("decoded_size", _UNKNOWN) if isinstance(body, dict) else 0


def _named(who: Mapping[str, Any], trial: Trial) -> dict[str, str]:
    return {key: trial.redactor.scrub(_said(who, key)) for key in ("name", "version")}


def _page(page: Any, trial: Trial) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    page = page if isinstance(page, dict) else {}
    return {
        "startedDateTime": _moment(page),
        **{key: trial.redactor.scrub(_said(page, key)) for key in ("id", "title")},
        "pageTimings": {name: _number(_part(page, "pageTimings"), name) for name in _PAGE_TIMINGS},
    }


def _moment(entry: Mapping[str, Any]) -> str:
    moment = _said(entry, "startedDateTime")
    return moment if moment.isascii() and _MOMENT.fullmatch(moment) else ""


def _number(part: Mapping[str, Any], key: str) -> float:
    value = part.get(key)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else _UNKNOWN


def _said(part: Mapping[str, Any], key: str) -> str:
    value = part.get(key)
    return value if isinstance(value, str) else ""


def _part(whole: Any, key: str) -> Mapping[str, Any]:  # noqa: ANN401 - any JSON
    value = whole.get(key) if isinstance(whole, dict) else None
    return value if isinstance(value, dict) else {}


def _list(part: Mapping[str, Any], key: str) -> list[Any]:
    value = part.get(key)
    return value if isinstance(value, list) else []


def _pairs(part: Mapping[str, Any], key: str) -> list[tuple[str, str]]:
    return [
        (_said(pair, "name"), _said(pair, "value")) for pair in _list(part, key) if isinstance(pair, dict)
    ]
