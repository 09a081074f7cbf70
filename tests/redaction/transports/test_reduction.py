"""What the profiles leave of HTTP."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.exchange import Intent
from captured_exchanges.redaction import PROFILES, Policy, Redactor
from support.examples import EXAMPLES
from support.redaction_exchanges import (
    FORM,
    PLAIN,
    body,
    documents,
    exchange,
    request_of,
    response_of,
    secrets,
    survives,
    unanswered,
)

EXCHANGE = exchange(
    url="https://bob:pw@api.test:8443/users/bob;v=B17?limit=B17&sig=B17&bare#a=B17",
    method="POST",
    headers=[
        ("Authorization", "Bearer B17B17B17B17"), ("X-Note", "B17"), ("Accept", "application/json"),
        ("Cookie", "sid=B17"), ("Content-Length", "100"),
    ],
    sent={"id": "B17"},
    answer_headers=[("Location", "/B17?x=B17"), ("Retry-After", "30"), ("Set-Cookie", "a=B17; Path=/B17")],
    received={"id": "B17"},
    remote_address="192.0.2.7:8443",
    intent=Intent("list", "ListUsers", "user", {"why": "nightly"}),
)  # fmt: skip


def redacted(policy, captured=EXCHANGE):
    """Request, response and intent under a policy, and what failed."""
    redactor = Redactor(policy)
    kept = redactor.redact(captured)
    assert redactor.failures() == {}
    return request_of(kept), response_of(kept), json.loads(kept.intent_json)


def test_strict_keeps_names_and_the_path():
    """Of a URL names and path, of headers names and what says how, of a body its kind and rounded size."""
    request, response, intent = redacted(Policy.strict())
    gone = "[REDACTED:detail.query]"
    assert request["url"] == (
        f"https://bob:%5BREDACTED:url.userinfo%5D@api.test:8443/users/bob;v={gone}"
        f"?limit={gone}&sig=[REDACTED:url.sig]&{gone}#a={gone}"
    )
    assert request["headers"][1:3] == [["X-Note", "[REDACTED:detail.header]"], ["Accept", "application/json"]]
    assert request["headers"][0][1].startswith("Bearer [REDACTED:header.authorization:")
    assert request["headers"][4] == ["Content-Length", "128"]
    assert request["body"] == {
        "type": "omitted", "reason": "policy", "media_type": "application/json", "size": 16,
        "decoded_size": 16, "state": "complete",
    }  # fmt: skip
    assert (request["method"], response["status"], response["reason"]) == ("POST", 200, "OK")
    assert [header[0] for header in response["headers"]] == [
        "Location",
        "Retry-After",
        "Set-Cookie",
        "Content-Type",
    ]
    assert response["headers"][1] == ["Retry-After", "30"]
    assert intent == {"surface": "list", "entrypoint": "ListUsers", "resourceType": "user", "why": "nightly"}
    assert {"path": "/body", "rule": "detail.body"} in request["redactions"]
    assert "B17" not in json.dumps([request, response])


def test_metadata_keeps_what_was_asked_and_how_it_ended():
    """Method, scheme and host, names of headers, status, times, rounded sizes, three words of the intent."""
    request, response, intent = redacted(Policy.metadata())
    assert request["url"] == "https://api.test:8443"
    assert request["headers"] == [[name, ""] for name, _ in EXCHANGE.request.headers]
    assert (request["method"], request["started_at"][:4], request["attempt"]) == ("POST", "2023", 2)
    assert request["body"]["size"] == 16
    assert (response["status"], response["duration_ms"], response["http_version"]) == (
        200,
        12.346,
        "HTTP/1.1",
    )
    assert not {"reason", "remote_address"} & response.keys()
    assert intent == {"surface": "list", "entrypoint": "ListUsers", "resourceType": "user"}
    assert {entry["rule"] for entry in request["redactions"]} >= {
        "detail.path",
        "detail.header",
        "detail.body",
    }
    assert "B17" not in json.dumps([request, response])


def test_an_error_loses_what_the_profile_does_not_keep():
    """Strict: values in its URLs; metadata: its message."""
    failed = unanswered("cannot reach 'https://api.test/users?q=B17#B17' (port 443)")
    _, strict, _ = redacted(Policy.strict(), failed)
    assert strict["error"]["message"] == (
        "cannot reach 'https://api.test/users?q=[REDACTED:detail.query]#[REDACTED:detail.query]' (port 443)"
    )
    _, metadata, _ = redacted(Policy.metadata(), failed)
    assert metadata["error"] == {"type": "ConnectError", "message": ""}


@pytest.mark.parametrize(
    ("url", "left"),
    [
        ("https://x.test", "https://x.test"),
        ("https://[2001:db8::1]:8/x", "https://[2001:db8::1]:8"),
        ("/relative?x=1", ""),
        ("https://bad host/x", ""),
        ("mailto:bob@x.test", ""),
        ("", ""),
    ],
)
def test_metadata_keeps_an_origin_alone(url, left):
    """Scheme, host and port of an absolute URL, nothing of any other."""
    request, _, _ = redacted(Policy.metadata(), exchange(url=url))
    assert request["url"] == left


@pytest.mark.parametrize("policy", [Policy.strict(), Policy.metadata()], ids=lambda policy: policy.name)
def test_an_odd_method_or_media_type_is_no_loophole(policy):
    """What has a grammar is held to it."""
    captured = exchange(method="POST", received=b"x", received_type="application/x-b17b17")
    _, response, _ = redacted(policy, captured)
    assert response["body"]["media_type"] == ""
    assert "b17" not in json.dumps(response)


HEADERS = ("Location", "Set-Cookie", "Content-Type", "Retry-After", "Date", "Link", "X-Note",
           "WWW-Authenticate", "Cookie", "Authorization", "Content-Encoding", "ETag", "Accept",
           "Connection", "Expires")  # fmt: skip
PLACES = {
    "a JSON body": lambda s, **_: exchange(sent={"id": s, "n": [s]}, received={"id": s}),
    "a key": lambda s, **_: exchange(received={s: 1}),
    "a form": lambda s, **_: exchange(sent=f"id={s}&{s}=1", sent_type=FORM),
    "a text": lambda s, **_: exchange(received=f"hello {s}", received_type=PLAIN),
    "XML": lambda s, **_: exchange(received=f"<a b='{s}'>{s}</a>", received_type="text/xml"),
    "a body of unknown kind": lambda s, **_: exchange(received=s.encode(), received_type=f"application/{s}"),
    "a query": lambda s, **_: exchange(url=f"https://x.test/a?q={s}&r=1"),
    "a query twice": lambda s, **_: exchange(url=f"https://x.test/a?q=x={s};y={s}&r={s}={s}"),
    "a bare query": lambda s, **_: exchange(url=f"/a?{s}"),
    "a query that is base64": lambda s, **_: exchange(url=f"/a?{s}=="),
    "a query that is base64 with one sign": lambda s, **_: exchange(url=f"/a?{s}="),
    "a query of JSON": lambda s, **_: exchange(url=f'/a?{{"a":"{s}"}}'),
    "an encoded query": lambda s, **_: exchange(url=f"/a?q=%5B{s}%5D"),
    "a fragment": lambda s, **_: exchange(url=f"/a#{s}"),
    "a value in a fragment": lambda s, **_: exchange(url=f"/a#/r?x={s}"),
    "a parameter of a path": lambda s, **_: exchange(url=f"/a;v={s}/b"),
    "a password": lambda s, **_: exchange(url=f"https://bob:{s}@x.test/"),
    "a header of a request": lambda s, header: exchange(headers=[(header, s)]),
    "a header of a response": lambda s, header: exchange(answer_headers=[(header, f"a {s}; b={s}, <{s}>")]),
    "a pair in a header": lambda s, header: exchange(answer_headers=[(header, f"sid={s}; Path=/{s}")]),
    "a URL in an error": lambda s, **_: unanswered(f"GET https://x.test/a?q={s} failed"),
}  # fmt: skip


REDACTORS = {profile: Redactor(PROFILES[profile]) for profile in ("strict", "metadata")}


@pytest.mark.parametrize("profile", REDACTORS)
@given(secret=secrets, place=st.sampled_from(sorted(PLACES)), header=st.sampled_from(HEADERS))
@settings(max_examples=EXAMPLES)
def test_no_value_survives_a_profile(profile, secret, place, header):
    """Whatever is planted in bodies, queries and values of headers, secret or not: nothing of it is kept."""
    kept = documents(REDACTORS[profile].redact(PLACES[place](secret, header=header)))
    assert not survives(secret, kept), (place, header)
    assert REDACTORS[profile].failures() == {}


@given(st.text(max_size=60), st.text(max_size=30), st.binary(max_size=40))
@settings(max_examples=EXAMPLES)
def test_reduction_never_raises_and_is_idempotent(url, value, content):
    """Any URL, header and body; a URL that was reduced stays as it is."""
    for redactor in REDACTORS.values():
        captured = exchange(
            url=url, headers=[("X-A", value)], received=body(content).data, received_type=value
        )
        request, _, _ = (json.loads(part) for part in documents(redactor.redact(captured)).split(b"\n"))
        again = request_of(redactor.redact(exchange(url=request["url"])))
        assert again["url"] == request["url"]
        assert redactor.failures() == {}
