"""The Redactor."""

import base64
import json
import threading
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.exchange import (
    MAX_EXCHANGE_BYTES,
    Body,
    Exchange,
    Failure,
    HttpRequest,
    HttpResponse,
    Intent,
    RedactedExchange,
)
from captured_exchanges.redaction import DEFAULT_POLICY, Redactor
from captured_exchanges.redaction.bodies.prescan import Findings, Need
from support.examples import EXAMPLES
from support.redaction_exchanges import (
    FORM,
    PLAIN,
    documents,
    exchange,
    fresh_secret,
    request_of,
    response_of,
    secrets,
    survives,
)
from support.redaction_places import PLACES
from support.redaction_wrappings import CARRIERS, ENTRANCES, WRAPPINGS

REDACTOR = Redactor()


@pytest.fixture(scope="module")
def redactor():
    return Redactor()


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_survives_nowhere(place):
    """Wherever a secret is planted, nothing of it is kept in any spelling, and what is kept is JSON."""

    @settings(max_examples=1 + EXAMPLES // len(PLACES))
    @given(secrets)
    def check(secret):
        redactor = Redactor()
        redacted = redactor.redact(PLACES[place](secret))
        for document in (redacted.request_json, redacted.response_json, redacted.intent_json):
            assert document is None or isinstance(json.loads(document), dict)
        assert not survives(secret, documents(redacted)), redacted.request_json + (
            redacted.response_json or b""
        )
        assert "redaction.failed" not in redactor.failures()

    check()


@given(
    secret=secrets,
    carrier=st.sampled_from(sorted(CARRIERS)),
    wrappings=st.lists(st.sampled_from(sorted(WRAPPINGS)), max_size=3),
    entrance=st.sampled_from(sorted(ENTRANCES)),
)
@settings(max_examples=EXAMPLES)
def test_a_secret_survives_in_no_nesting(secret, carrier, wrappings, entrance):
    """A named secret, wrapped up to three times in whatever carries text, is found wherever it enters."""
    text = CARRIERS[carrier](secret)
    for wrapping in wrappings:
        text = WRAPPINGS[wrapping](text)
    kept = documents(REDACTOR.redact(ENTRANCES[entrance](text)))
    assert not survives(secret, kept), text


PAGE = {
    "users": [
        {
            "id": "00u1abcd2EFGH3ijkl4x7",
            "uuid": "123e4567-e89b-12d3-a456-426614174000",
            "userName": "alice.smith",
            "email": "alice@example.test",
            "phone": "+1 415 555 0100",
            "passwordChanged": "2024-01-01T00:00:00Z",
            "pwdLastSet": "133123456789012345",
            "badPwdCount": 3,
            "password_policy": {"minLength": 8, "name": "strong"},
            "mfa_enabled": True,
            "token_type": "Bearer",
            "secretary": "Carol",
            "author": "Dave",
            "oauth_scopes": "secrets:read tokens:write",
            "client_id": "0oa1client2ID3abcDEF4",
            "state": "CA",
            "kid": "k1abcDEF12345678901234",
            "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
            "arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-a1B2c3",
            "sid": "S-1-5-21-3623811015-3361044348-30300820-1013",
            "dn": "CN=Token Admins,OU=Secrets,DC=example,DC=test",
            "sha": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "title": "Password Administrator",
            "description": "Resets the user's password when it is forgotten. Password: must be changed.",
            "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq6vN7p0W alice@host",
            "credentials": {"password": {}, "provider": {"type": "OKTA", "name": "OKTA"}},
            "permissions": {
                "secrets": "read",
                "secret_scanning_alerts": "read",
                "organization_secrets": "write",
            },
            "grant_types": ["password", "refresh_token"],
            "amr": ["pwd", "otp"],
            "roles": ["Password Administrator", "Token Manager"],
            "hash": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "code": "E0000011",
            "errorCode": "E0000011",
            "signature": "Best regards, Bob",
            "employeeNumber": "701984",
            "attributes": [
                {"name": "department", "value": "Finance"},
                {"name": "secretary", "value": "Carol"},
            ],
        }
    ],
    "cursor": "eyJpZCI6MTIzNDU2Nzg5MH0=",
    "nextPageToken": "CAUQAA1b2c3d4e5f6g7h8i9j0",
    "next": "https://api.example.test/users?after=00u1abcd2EFGH3ijkl4x7&limit=200",
}
HEADERS = (
    ("ETag", 'W/"33a64df551425fcc55e4d42a148795d9f25f89d4"'),
    ("Link", '<https://api.example.test/v1/users?after=00u1&limit=200>; rel="next"'),
    ("X-Rate-Limit-Remaining", "599"),
    ("X-Request-Id", "req-AbC123dEf456GhI789jKl0"),
    ("X-Auth-User", "alice"),
    ("WWW-Authenticate", 'Bearer realm="Users", error="invalid_token"'),
    ("Access-Control-Allow-Credentials", "true"),
    ("X-OAuth-Scopes", "repo, user"),
)


@pytest.mark.parametrize("indent", [None, 2])
def test_identities_survive(redactor, indent):
    """A page of users with every near-miss we know, its headers and its URL come out as they went in."""
    url = (
        "https://api.example.test/v1/users?filter=status%20eq%20%22ACTIVE%22&after=00u1abcd2EFGH3ijkl4x7"
        "&pageToken=abcDEF123456789012345&state=CA&code=US&q=password%20administrator&email=a%40b.test"
    )
    content = json.dumps(PAGE, indent=indent).encode()
    redacted = redactor.redact(exchange(url=url, answer_headers=HEADERS, received=content))
    request, response = request_of(redacted), response_of(redacted)
    assert request["url"] == url
    assert response["body"]["value"] == PAGE
    assert response["headers"][:-1] == [list(header) for header in HEADERS]
    assert request["redactions"] == response["redactions"] == []


def test_the_documents_have_their_shapes(redactor):
    """Request, response and intent are rendered exactly as FORMATS.md says."""
    given_exchange = exchange(
        method="POST",
        headers=[("Accept", "*/*")],
        sent={"userName": "alice"},
        status=201,
        reason="Created",
        received={"id": 7},
        remote_address="192.0.2.1:443",
        intent=Intent("list", "ListUsers", "user", {"page": 2}),
    )
    redacted = redactor.redact(given_exchange)
    assert isinstance(redacted, RedactedExchange)
    assert (redacted.request_id, redacted.sync_id, redacted.transport_kind) == (
        "0190-request",
        "sync-1",
        "http",
    )
    assert redacted.captured_at == 1_700_000_000_987_654_321
    assert request_of(redacted) == {
        "kind": "http",
        "method": "POST",
        "url": "https://api.example.test/v1/users?limit=2",
        "headers": [["Accept", "*/*"], ["Content-Type", "application/json"]],
        "body": {
            "type": "json",
            "value": {"userName": "alice"},
            "media_type": "application/json",
            "size": 21,
            "decoded_size": 21,
            "state": "complete",
        },
        "started_at": "2023-11-14T22:13:20.123456789Z",
        "http_version": "HTTP/1.1",
        "attempt": 2,
        "call_id": "call-1",
        "redactions": [],
    }
    assert response_of(redacted) == {
        "status": 201,
        "reason": "Created",
        "headers": [["Content-Type", "application/json"]],
        "body": {
            "type": "json",
            "value": {"id": 7},
            "media_type": "application/json",
            "size": 9,
            "decoded_size": 9,
            "state": "complete",
        },
        "duration_ms": 12.346,
        "http_version": "HTTP/1.1",
        "remote_address": "192.0.2.1:443",
        "redactions": [],
    }
    assert json.loads(redacted.intent_json) == {
        "surface": "list",
        "entrypoint": "ListUsers",
        "resourceType": "user",
        "page": 2,
    }
    assert b'": ' not in redacted.request_json.replace(b"https: ", b"")


def test_without_a_response_or_an_intent_there_is_none(redactor):
    """Absent documents are None."""
    redacted = redactor.redact(replace(exchange(), response=None, intent=Intent()))
    assert redacted.response_json is None
    assert redacted.intent_json is None


def test_a_failure_has_an_error_and_no_status(redactor):
    """An exchange that ended in an exception says which."""
    redacted = redactor.redact(exchange(status=None, error="connection refused"))
    response = response_of(redacted)
    assert response["error"] == {"type": "ConnectError", "message": "connection refused"}
    assert "status" not in response


def test_every_removal_is_told(redactor):
    """Path and rule of each removal stand in the document it was made in."""
    redacted = redactor.redact(
        exchange(
            url="https://bob:hunter-seven@x.test/",
            headers=[("Accept", "*/*"), ("Authorization", "Bearer abcdefgh12345678")],
            received={"users": [{"password": "hunter-eight"}]},
        )
    )
    assert request_of(redacted)["redactions"] == [
        {"path": "/url", "rule": "url.userinfo"},
        {"path": "/headers/1", "rule": "header.authorization"},
    ]
    assert response_of(redacted)["redactions"] == [
        {"path": "/body/value/users/0/password", "rule": "name.password"},
    ]


def test_the_scheme_word_stays_and_equal_secrets_show_equal_tags(redactor):
    """A reader sees that the header and its echo are the same token, and nothing of it."""
    token = fresh_secret()
    redacted = redactor.redact(
        exchange(headers=[("Authorization", f"Bearer {token}")], received={"m": f"<{token}>"})
    )
    shown = dict(request_of(redacted)["headers"])["Authorization"]
    assert shown.startswith("Bearer [REDACTED:header.authorization:")
    assert shown.split(":")[-1][:6] == response_of(redacted)["body"]["value"]["m"].split(":")[-1][:6]


def test_sizes_of_a_redacted_body_are_rounded(redactor):
    """Content-Length, size and decoded size say nothing about the length of what was removed."""
    content = json.dumps({"password": "x" * 30}).encode()
    redacted = redactor.redact(
        exchange(
            answer_headers=[("Content-Length", str(len(content))), ("Content-MD5", "abc=")], received=content
        )
    )
    response = response_of(redacted)
    assert dict(response["headers"])["Content-Length"] == "64"
    assert dict(response["headers"])["Content-MD5"].startswith("[REDACTED:header.digest")
    assert (response["body"]["size"], response["body"]["decoded_size"]) == (64, 64)


def test_sizes_are_rounded_too_where_only_an_echo_was_removed(redactor):
    """The second pass rounds what the first had left exact."""
    token = fresh_secret()
    content = json.dumps({"m": token}).encode()
    redacted = redactor.redact(
        exchange(
            headers=[("x-api-key", token)],
            answer_headers=[("content-length", str(len(content)))],
            received=content,
        )
    )
    response = response_of(redacted)
    assert dict(response["headers"])["content-length"] == "32"
    assert response["body"]["size"] == 32
    assert {"path": "/body/value/m", "rule": "registered"} in response["redactions"]


def test_a_registered_secret_is_removed_from_every_later_exchange():
    """In whatever spelling, and from scrubbed texts."""
    redactor, secret = Redactor(), fresh_secret()
    redactor.register_secret(secret)
    redactor.register_secret(secret.encode())
    encoded = base64.b64encode(f"a{secret}".encode()).decode()
    redacted = redactor.redact(exchange(received={"m": secret, "n": encoded, "o": secret.encode().hex()}))
    assert not survives(secret, documents(redacted))
    assert not survives(secret, redactor.scrub(f"see {secret} and {encoded}").encode())
    assert redactor.failures() == {}


def test_a_secret_that_cannot_be_found_is_counted():
    """Too short, or a word that documents are made of: told, not silently ignored."""
    told = []
    redactor = Redactor(on_failure=told.append)
    for value in ("abc", "headers", "complete"):
        redactor.register_secret(value)
    assert told == ["redaction.secret_not_registrable"] * 3
    assert response_of(redactor.redact(exchange()))["headers"] == []


def test_what_one_request_shows_is_removed_from_the_next_exchange():
    """A bearer token registers itself; the user name of a basic pair does not, for it is an identity."""
    redactor, token, password = Redactor(), fresh_secret(), fresh_secret()
    redactor.redact(exchange(headers=[("authorization", f"Bearer {token}")]))
    pair = base64.b64encode(f"alice@example.test:{password}".encode()).decode()
    redactor.redact(exchange(headers=[("authorization", f"Basic {pair}")]))
    later = documents(
        redactor.redact(exchange(received={"a": token, "b": password, "c": "alice@example.test"}))
    )
    assert not survives(token, later)
    assert not survives(password, later)
    assert b"alice@example.test" in later


def test_a_password_that_is_a_common_word_does_not_wreck_the_documents(redactor):
    """`password` as a password removes its own value, and no key of any document."""
    redacted = redactor.redact(
        exchange(
            sent={"password": "password", "client_secret": "complete"},
            received={"password_policy": "complete"},
        )
    )
    assert request_of(redacted)["body"]["state"] == "complete"
    assert "password" in request_of(redacted)["body"]["value"]
    assert response_of(redacted)["body"]["value"] == {"password_policy": "complete"}


def http_rules(redactor):
    """The rules of its HTTP exchanges, for tests that break them."""
    return redactor._transports[HttpRequest]


def test_the_verifier_drops_the_body_of_what_slipped_through(monkeypatch):
    """Where a rule misses, the last look costs the body, keeps the rest, and counts."""
    redactor = Redactor()
    member = f"ghp_{fresh_secret(length=36)}"
    monkeypatch.setattr(http_rules(redactor)._bodies._prescan, "look", lambda _: Findings(Need.NOTHING))
    redacted = redactor.redact(exchange(url="https://x.test/kept", received={"m": member}))
    body = response_of(redacted)["body"]
    assert (body["type"], body["reason"]) == ("omitted", "verifier")
    assert request_of(redacted)["url"] == "https://x.test/kept"
    assert {"path": "/body", "rule": "verifier"} in response_of(redacted)["redactions"]
    assert redactor.failures() == {"redaction.verifier_hit": 1}
    assert not survives(member, documents(redacted))


def test_the_verifier_leaves_the_bare_facts_where_even_that_does_not_help(monkeypatch):
    """A secret that slipped through outside the body costs everything else."""
    redactor, member = Redactor(), f"ghp_{fresh_secret(length=36)}"
    monkeypatch.setattr(redactor._text, "url", lambda url, *_: url)
    redacted = redactor.redact(exchange(url=f"https://x.test/{member}", received={"a": 1}))
    assert request_of(redacted) == {
        "kind": "http",
        "method": "GET",
        "started_at": "2023-11-14T22:13:20.123456789Z",
        "redactions": [{"path": "", "rule": "failed"}],
    }
    assert response_of(redacted) == {"status": 200, "redactions": [{"path": "", "rule": "failed"}]}
    assert redactor.failures() == {"redaction.verifier_hit": 1}


@pytest.mark.parametrize(
    ("attribute", "part"),
    [("_bodies", "body"), ("_headers", "headers"), ("_text", "url")],
    ids=lambda name: name,
)
def test_a_rule_that_fails_costs_its_part_and_is_counted(monkeypatch, caplog, attribute, part):
    """Fail closed: the part is left out, told, counted and logged by type; the rest is kept."""
    told = []
    redactor, secret = Redactor(on_failure=told.append), fresh_secret()

    def broken(*_args, **_options):
        raise ZeroDivisionError(secret)

    name = {"body": "render", "headers": "redact", "url": "url"}[part]
    monkeypatch.setattr(getattr(http_rules(redactor), attribute), name, broken)
    redacted = redactor.redact(
        exchange(headers=[("x-note", secret)], url=f"https://x.test/{secret}", sent=secret.encode())
    )
    request = request_of(redacted)
    assert {"path": f"/{part}", "rule": "failed"} in request["redactions"]
    assert request["method"] == "GET"
    assert told
    assert set(told) == {"redaction.part_failed"}
    assert secret not in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_nothing_that_fails_reaches_the_caller(monkeypatch):
    """When everything breaks, a bare exchange remains; a broken hook changes nothing."""

    def broken(*_args, **_options):
        raise RuntimeError

    redactor = Redactor(on_failure=broken)
    monkeypatch.setattr(redactor, "_documents", broken)
    redacted = redactor.redact(exchange())
    assert request_of(redacted)["kind"] == "http"
    assert redactor.failures() == {"redaction.failed": 1}


def test_a_record_of_the_wrong_kind_is_no_reason_to_raise(redactor):
    """Even what the types forbid only costs its part."""
    odd = exchange()
    odd = replace(
        odd,
        request=replace(odd.request, headers=((b"a", b"b"),), url=None, started_at=-(2**70)),
        intent=Intent("x", extra={"y": {1, 2}}),
    )
    redacted = redactor.redact(odd)
    assert json.loads(redacted.request_json)["redactions"]


def test_an_exchange_always_stays_below_its_bound(redactor):
    """The larger body goes first; an endless URL costs the rest."""
    huge = {"a": ["x\u0001" * 1000] * 240}
    redacted = redactor.redact(exchange(sent=huge, received=huge))
    sizes = sum(len(document or b"") for document in (redacted.request_json, redacted.response_json))
    assert sizes < MAX_EXCHANGE_BYTES
    shapes = {request_of(redacted)["body"]["type"], response_of(redacted)["body"]["type"]}
    assert shapes == {"json", "omitted"}
    endless = redactor.redact(exchange(url="https://x.test/" + "a" * MAX_EXCHANGE_BYTES))
    assert len(endless.request_json) < 1_000


def test_redactors_do_not_share_what_they_know():
    """Each Redactor has its own registry and its own key."""
    secret = fresh_secret()
    Redactor().register_secret(secret)
    assert secret in Redactor().scrub(secret)


def test_many_threads_may_redact_and_register_at_once():
    """Nothing is lost or mixed up under threads."""
    redactor, secrets_made = Redactor(), [fresh_secret() for _ in range(40)]
    failures = []

    def work(number):
        token = secrets_made[number]
        if number % 2:
            redactor.register_secret(token)
        kept = documents(
            redactor.redact(exchange(headers=[("x-api-key", token)], received={"m": token, "n": number}))
        )
        if survives(token, kept) or f'"n":{number}'.encode() not in kept:
            failures.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert redactor.failures() == {}


def test_no_public_object_shows_what_it_knows():
    """Neither repr nor str of a Redactor has a secret in it."""
    redactor, secret = Redactor(), fresh_secret()
    redactor.register_secret(secret)
    assert secret not in repr(redactor) + str(vars(redactor))


def test_a_long_error_is_cut_after_redaction_not_before(redactor):
    """A token that straddles the cut goes whole."""
    token = f"ghp_{fresh_secret(length=36)}"
    message = "x" * 8_180 + " " + token + " tail"
    shown = response_of(redactor.redact(exchange(status=None, error=message)))["error"]["message"]
    assert "ghp_" not in shown
    assert len(shown) <= 8_192


@pytest.mark.parametrize(
    "text",
    [
        "Your password must have 8 characters, a number and a symbol.",
        "The password is required",
        "Bearer authentication is required",
        "Basic authentication",
        "password policy: strong",
        "The token was revoked on 2024-01-01",
        "Invalid password for user alice@example.test",
        "https://docs.example.test/authentication/password?tab=2",
        "client_id=abc&scope=openid",
        "Set-Cookie header missing",
        "token=none",
        "Error: password: must not be empty",
        "x <alice@example.test>",
        "see /etc/passwd",
        "arn:aws:iam::1:role/PasswordReset",
        "reset password for 00u1abcd2EFGH3ijkl4x7",
        "https://x.test/invitations/12345678",
        "https://x.test/api/v1/users/00u1abcd2EFGH3ijkl4x7/lifecycle/reset_password?sendEmail=false",
        "https://x.test/tickets?ticket=12345",
        "Forgot your password? Click here: https://x.test/forgot",
    ],
)
def test_prose_about_passwords_stays(redactor, text):
    """What only speaks of secrets is left as it is."""
    assert redactor.scrub(text) == text


_anything = st.text(st.characters(), max_size=80)
_fragments = st.sampled_from(
    [
        "password",
        "=",
        ":",
        " ",
        "token",
        '"',
        "'",
        "{",
        "}",
        "[",
        "]",
        "https://",
        "@",
        "?",
        "&",
        "%3D",
        "%25",
        "\\u0070",
        "Bearer ",
        "[REDACTED:name.password:0123ab]",
        "%5BREDACTED:url.userinfo%5D",
        "\n",
        "<",
        ">",
        "/",
        "#",
        ";",
        "a1B2c3D4",
        "hunter",
        "-----BEGIN PRIVATE KEY-----",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
        "&quot;",
        "é",
        "\ud800",
        "\x00",
    ]
)
_texts = _anything | st.lists(_fragments, max_size=14).map("".join)


@given(_texts)
@settings(max_examples=EXAMPLES)
def test_scrubbing_twice_changes_nothing_more(text):
    """Redaction is idempotent, markers included."""
    redactor = REDACTOR
    once = redactor.scrub(text)
    assert redactor.scrub(once) == once
    assert "redaction.part_failed" not in redactor.failures()


_pairs = st.lists(st.tuples(_texts, _texts), max_size=3).map(tuple)
_encodings = st.sampled_from(["gzip", "zstd", "deflate", "br", "identity", "gzip, gzip"])
_types = st.sampled_from(["application/json", PLAIN, "application/json; charset=utf-16", "text/xml", ""])
_known_headers = st.lists(
    st.tuples(st.just("Content-Encoding"), _encodings)
    | st.tuples(st.just("Content-Type"), _types)
    | st.tuples(
        st.sampled_from(["Cookie", "Set-Cookie", "Authorization", "Link", "Location", "Refresh"]), _texts
    ),
    max_size=3,
).map(tuple)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=8,
)
_content = (
    st.binary(max_size=120)
    | _texts.map(lambda text: text.encode("utf-8", "replace"))
    | _json.map(lambda value: json.dumps(value).encode())
)
_bodies = st.none() | st.builds(
    lambda data, state: Body(data, len(data), state),
    _content,
    st.sampled_from(["complete", "truncated", "abandoned"]),
)


@given(
    request=st.builds(
        HttpRequest,
        _texts,
        _texts,
        st.tuples(_pairs, _known_headers).map(lambda both: both[0] + both[1]),
        _bodies,
        st.integers(-(2**70), 2**70),
        _texts,
        st.integers(),
        _texts,
    ),
    response=st.none()
    | st.builds(
        HttpResponse,
        st.none() | st.integers(),
        st.floats(),
        _texts,
        st.tuples(_pairs, _known_headers).map(lambda both: both[0] + both[1]),
        _bodies,
        _texts,
        st.none() | st.builds(Failure, _texts, _texts),
        _texts,
    ),
    intent=st.builds(Intent, _texts, _texts, _texts, st.dictionaries(_texts, _json, max_size=2)),
)
@settings(max_examples=EXAMPLES)
def test_nothing_raises_and_all_is_json(request, response, intent):
    """For any bytes and texts whatever: documents of UTF-8 JSON, below the bound."""
    redactor = REDACTOR
    redacted = redactor.redact(Exchange("id", "http", request, response, intent, 0))
    kept = [redacted.request_json, redacted.response_json, redacted.intent_json]
    for document in kept:
        assert document is None or isinstance(json.loads(document.decode()), dict)
    assert sum(len(document or b"") for document in kept) < MAX_EXCHANGE_BYTES


LOGIN = "https://idp.example.test/oauth2/token"


@pytest.mark.parametrize("label", sorted(DEFAULT_POLICY.names.lasting))
def test_every_lasting_label_is_one_that_a_rule_gives(label):
    """What is learned under it is masked in later exchanges."""
    redactor, secret = Redactor(), fresh_secret(length=30)
    key = {"set-cookie": "cookie", "cookies": "cookies"}.get(label, label)
    if label in {"set-cookie", "authorization"}:
        header = ("Set-Cookie", f"sid={secret}") if label == "set-cookie" else ("X-Subject-Token", secret)
        redactor.redact(exchange(answer_headers=[header]))
    elif label == "login":
        redactor.redact(
            exchange(url="https://am.example.test/json/authenticate", received={"tokenId": secret})
        )
    else:
        redactor.redact(exchange(received={key: secret}))
    assert not survives(secret, documents(redactor.redact(exchange(received={"seen": secret}))))


def test_a_page_full_of_passwords_teaches_nothing_that_lasts():
    """Nor does a page full of tokens: the next exchange is not searched for a thousand of them."""
    redactor = Redactor()
    page = [{"password": fresh_secret(n), "token": fresh_secret(n + 1_000)} for n in range(100)]
    redactor.redact(exchange(received=page))
    assert redactor._registry.needles() == ()


def test_a_password_outside_a_login_does_not_last():
    """One of a thousand people who are made is known to nobody later; that of a login is."""
    redactor, made, used = Redactor(), fresh_secret(1), fresh_secret(2)
    redactor.redact(exchange(method="POST", sent={"userName": "alice", "password": made}))
    redactor.redact(
        exchange(method="POST", url=LOGIN, sent=f"grant_type=password&password={used}", sent_type=FORM)
    )
    later = documents(redactor.redact(exchange(received={"a": made, "b": used})))
    assert survives(made, later)
    assert not survives(used, later)
