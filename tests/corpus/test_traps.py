"""The named traps: what redactors are known to fall into, a test each, by the public Redactor."""

import asyncio
import base64
import json
import urllib.parse

import httpx
import pytest

from captured_exchanges.capture.httpx import instrument_client
from captured_exchanges.exchange import Exchange, Intent, new_request_id
from captured_exchanges.redaction import Redactor
from support.capture_sink import RecordingSink
from support.redaction_exchanges import (
    FORM,
    PLAIN,
    documents,
    exchange,
    fresh_secret,
    request_of,
    response_of,
    survives,
)


@pytest.fixture
def redactor():
    """One that knows nothing yet."""
    return Redactor()


@pytest.mark.parametrize("name", ["authorization", "Authorization", "AUTHORIZATION"])
def test_http2_has_lower_case_names(redactor, name):
    """Names of headers mean the same in every case, and keep the one they came in."""
    secret = fresh_secret()
    redacted = redactor.redact(exchange(headers=[(name, f"Bearer {secret}")]))
    assert not survives(secret, documents(redacted))
    [[shown, value]] = request_of(redacted)["headers"]
    assert shown == name
    assert value.startswith("Bearer [REDACTED:header.authorization")


@pytest.mark.parametrize(
    "content_type",
    ["application/json; charset=utf-8", "application/json;charset=ISO-8859-1", "APPLICATION/JSON"],
)
def test_a_label_with_a_charset_is_a_label(redactor, content_type):
    """JSON is JSON whatever stands behind its media type."""
    secret = fresh_secret()
    redacted = redactor.redact(
        exchange(received={"password": secret, "id": "u1"}, received_type=content_type)
    )
    assert not survives(secret, documents(redacted))
    assert response_of(redacted)["body"]["value"]["id"] == "u1"


@pytest.mark.parametrize("content_type", [PLAIN, "text/html", "application/octet-stream", FORM, ""])
def test_json_that_is_labelled_text_is_json(redactor, content_type):
    """Bodies are told by looking at them."""
    secret = fresh_secret()
    redacted = redactor.redact(
        exchange(received={"password": secret, "id": "u1"}, received_type=content_type)
    )
    assert not survives(secret, documents(redacted))
    assert response_of(redacted)["body"]["value"]["id"] == "u1"


async def test_a_secret_that_chunks_split(redactor):
    """What arrives in two pieces is looked at as one: captured from a real server that sends it so."""
    secret = fresh_secret()
    content = json.dumps({"id": "u1", "password": secret}).encode()
    middle = content.index(secret.encode()) + len(secret) // 2

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for piece in (content[:middle], content[middle:], b""):
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()
        writer.close()

    sink = RecordingSink()
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with httpx.AsyncClient() as client:
            instrument_client(client, sink)
            assert (await client.get(f"http://127.0.0.1:{port}/users")).content == content
    captured = Exchange(new_request_id(), "http", sink.only.request, sink.only.response, Intent(), 0, "")
    redacted = redactor.redact(captured)
    assert not survives(secret, documents(redacted))
    assert response_of(redacted)["body"]["value"]["id"] == "u1"


def test_a_body_that_was_cut_between_key_and_value(redactor):
    """Half of a secret would look like none: what the cut may have split is not kept."""
    secret = fresh_secret(length=40)
    content = json.dumps({"id": "u1", "password": secret})
    for kept in range(content.index("password"), len(content)):
        redacted = documents(redactor.redact(exchange(received=content[:kept].encode(), state="truncated")))
        assert secret[:8].encode() not in redacted, content[:kept]


def test_a_token_is_no_cursor_because_it_ends_like_one(redactor):
    """`asyncToken` goes; the cursors of every API stay."""
    secret, cursor = fresh_secret(length=40), fresh_secret(length=40)
    received = {
        "asyncToken": secret,
        "nextPageToken": cursor,
        "nextSyncToken": cursor,
        "continuationToken": cursor,
    }
    redacted = redactor.redact(exchange(received=received))
    assert not survives(secret, documents(redacted))
    shown = response_of(redacted)["body"]["value"]
    assert [shown[name] for name in ("nextPageToken", "nextSyncToken", "continuationToken")] == [cursor] * 3


@pytest.mark.parametrize(
    "said", ["401 for token {}", "GET https://x.test/?access_token={} failed", "Bearer {}: expired"]
)
def test_a_token_in_the_message_of_an_error(redactor, said):
    """Client libraries quote what they sent."""
    secret = fresh_secret(length=32)
    redacted = redactor.redact(
        exchange(headers=[("Authorization", f"Bearer {secret}")], error=said.format(secret))
    )
    assert not survives(secret, documents(redacted))
    assert response_of(redacted)["error"]["type"] == "ConnectError"


def test_a_retry_that_moves_the_token_from_a_header_to_the_query(redactor):
    """Under a name that says nothing: it is known from the first attempt."""
    secret = fresh_secret(length=32)
    redactor.redact(exchange(headers=[("X-Api-Key", secret)], status=401))
    redacted = redactor.redact(exchange(url=f"https://api.example.test/users?limit=2&q={secret}"))
    assert not survives(secret, documents(redacted))
    assert request_of(redacted)["url"].startswith("https://api.example.test/users?limit=2&q=")


def test_a_token_that_one_exchange_taught_and_the_next_echoes(redactor):
    """A login answers with it; later it stands in a text, in a path, in base64."""
    secret = fresh_secret(length=32)
    redactor.redact(
        exchange(
            url="https://id.example.test/oauth/token",
            method="POST",
            sent="grant_type=client_credentials",
            sent_type=FORM,
            received={"access_token": secret, "expires_in": 3600},
        )
    )
    hidden = base64.b64encode(f"t:{secret}".encode()).decode()
    redacted = redactor.redact(
        exchange(
            url=f"https://api.example.test/introspect/{secret}",
            received={"message": f"session {secret} is fine", "detail": hidden, "id": "u1"},
        )
    )
    assert not survives(secret, documents(redacted))
    assert response_of(redacted)["body"]["value"]["id"] == "u1"


def test_the_credentials_of_a_proxy(redactor):
    """In the header that a proxy asks for, and in the URL by which it is named."""
    secret = fresh_secret()
    pair = base64.b64encode(f"corp-user:{secret}".encode()).decode()
    url = f"http://corp-user:{urllib.parse.quote(secret)}@proxy.example.test:3128"
    redacted = redactor.redact(
        exchange(
            headers=[("Proxy-Authorization", f"Basic {pair}")],
            error=f"407 from {url}",
        )
    )
    assert not survives(secret, documents(redacted))
    assert "proxy.example.test:3128" in response_of(redacted)["error"]["message"]


@pytest.mark.parametrize(
    "value",
    [
        {"credentials": {"provider": {"type": "OKTA", "name": "OKTA"}}},
        {"permissions": {"secrets": "read"}},
        {"permissions": {"secrets": "read", "secret_scanning_alerts": "write", "tokens": "none"}},
    ],
)
def test_names_that_only_hold_something_about_secrets(redactor, value):
    """Nothing in them changes by a byte, and nothing is told to have gone."""
    redacted = redactor.redact(exchange(received=value))
    assert response_of(redacted)["body"]["value"] == value
    assert response_of(redacted)["redactions"] == []
