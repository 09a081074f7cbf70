"""Pages as real directories send them: identities, and many near-misses that must not be mistaken."""

from __future__ import annotations

import secrets

import orjson

from captured_exchanges.exchange import Body, Exchange, HttpRequest, HttpResponse, Intent, new_request_id

__all__ = ["exchange_of", "near_misses", "page_of"]

_NEAR_MISSES = (
    "passwordPolicyName", "password_expires_in", "passwordLastSet", "pwdLastChanged", "tokenType",
    "tokens_used", "secretQuestion", "secret_scanning_enabled", "authProvider", "authorizationUrl",
    "access_key_id", "accessKeyCount", "apiKeyStatus", "sessionCount", "cookie_consent_at", "otpEnabled",
    "pin_required", "credentialsExpired", "keyId", "privateKeyFingerprint", "refreshTokenTtl",
    "mfa_methods", "bearerFormat", "recoveryEmail",
)  # fmt: skip


def page_of(size: int, *, every: dict[str, object] | None = None, **more: object) -> bytes:
    """At least `size` bytes of JSON: a page of users, with a cursor. `more` is said of one user, `every` of
    each.
    """
    count = size // len(orjson.dumps({**_user(0), **(every or {})})) + 1
    users = [{**_user(number), **(every or {})} for number in range(count)]
    users[count // 2].update(more)
    return orjson.dumps({"Resources": users, "nextPageToken": secrets.token_hex(12)})


def near_misses() -> dict[str, object]:
    """Two dozen names that sound like secrets, and are none."""
    return dict.fromkeys(_NEAR_MISSES, "2026-03-01")


def exchange_of(body: bytes, media_type: str = "application/json") -> Exchange:
    """One GET that was answered with this body."""
    headers = (("Authorization", f"Bearer {secrets.token_urlsafe(24)}"), ("Accept", "application/json"))
    request = HttpRequest(
        "GET", "https://directory.example/v2/Users?startIndex=1", headers, None, 0, "HTTP/1.1"
    )
    answered = (("Content-Type", media_type), ("Content-Length", str(len(body))))
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
