"""Pages as real directories send them: identities, and many near-misses that must not be mistaken."""

from __future__ import annotations

import secrets

import orjson

from captured_exchanges.exchange import Body, Exchange, HttpRequest, HttpResponse, Intent, new_request_id

__all__ = ["exchange_of", "page_of"]


def page_of(size: int, *, with_password: bool = False) -> bytes:
    """About `size` bytes of JSON: a page of users, with a cursor."""
    users = [_user(number) for number in range(max(1, size // 430))]
    if with_password:
        users[len(users) // 2]["password"] = secrets.token_urlsafe(12)
    return orjson.dumps({"Resources": users, "nextPageToken": secrets.token_hex(12)})


def exchange_of(body: bytes) -> Exchange:
    """One GET that was answered with this body."""
    headers = (("Authorization", f"Bearer {secrets.token_urlsafe(24)}"), ("Accept", "application/json"))
    request = HttpRequest(
        "GET", "https://directory.example/v2/Users?startIndex=1", headers, None, 0, "HTTP/1.1"
    )
    answered = (("Content-Type", "application/json"), ("Content-Length", str(len(body))))
    response = HttpResponse(200, 12.5, "OK", answered, Body(body, len(body)), "HTTP/1.1")
    intent = Intent("sync", "ListResources", "user")
    return Exchange(new_request_id(), "http", request, response, intent, 0, "sync")


def _user(number: int) -> dict[str, object]:
    return {
        "id": f"00u{number:017d}",
        "status": "ACTIVE",
        "passwordChanged": "2026-03-01T10:00:00.000Z",
        "profile": {
            "login": f"user{number}@example.com",
            "displayName": f"Zoë User {number}",
            "mobilePhone": "+1 555 0100",
            "title": "Password Administrator",
        },
        "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
        "scopes": ["secrets:read", "users:manage"],
        "etag": f'W/"{number:032x}"',
    }
