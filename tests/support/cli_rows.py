"""Rows of exchanges as the store hands them to the commands."""

import json

from captured_exchanges.exchange import StoredExchange


def stored(request_id="req-1", *, kind="http", request=None, response=None, intent=None, **more):
    """A stored exchange; documents are given as values, or as the bytes of a row that another wrote."""
    return StoredExchange(
        id=more.get("row_id", 1),
        request_id=request_id,
        sync_id=more.get("sync_id", "sync-1"),
        transport_kind=kind,
        request_json=_bytes(request),
        response_json=_bytes(response),
        intent_json=_bytes(intent),
        discovered_at=more.get("discovered_at", "2026-01-02 03:04:05.678"),
    )


def http(request_id="req-1", *, url="https://api.example.com/Users", status=200, **more):
    """An HTTP exchange of FORMATS' shape."""
    request = {"kind": "http", "method": "GET", "url": url, "started_at": "2026-01-02T03:04:05.678901234Z"}
    return stored(
        request_id,
        request={**request, **more.pop("request", {})},
        response={"status": status, "duration_ms": 12.34, **more.pop("response", {})},
        **more,
    )


def _bytes(document):
    if document is None or isinstance(document, bytes):
        return document
    return json.dumps(document, ensure_ascii=False).encode()
