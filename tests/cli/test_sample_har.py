# ruff: noqa: E501 - a row of a table is a line
"""A HAR, redacted entry by entry."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.cli.sample_har import redact_har
from captured_exchanges.cli.trial import Trial
from captured_exchanges.errors import CapturedExchangesError
from captured_exchanges.redaction import Policy, Redactor
from support.redaction_exchanges import fresh_secret

SECRET, OTHER = fresh_secret(21), fresh_secret(22)


def har(*entries, **log):
    """A HAR with these entries."""
    return json.dumps(
        {"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": entries, **log}}
    )


def redacted(document, policy=None):
    """The log of a HAR, and what was removed."""
    trial = Trial(Redactor(policy or Policy.default()))
    return redact_har(document.encode(), trial)["log"], trial.removals


ENTRY = {
    "startedDateTime": "2026-01-02T03:04:05.678Z",
    "time": 12.5,
    "_initiator": {"stack": SECRET},
    "request": {
        "method": "POST",
        "url": f"https://api.test/login?a=1&api_key={SECRET}",
        "httpVersion": "h2",
        "headers": [{"name": "Authorization", "value": f"Bearer {OTHER}"}],
        "cookies": [{"name": "sid", "value": SECRET}],
        "queryString": [{"name": "api_key", "value": SECRET}],
        "postData": {"mimeType": "application/x-www-form-urlencoded", "params": [
            {"name": "user", "value": "bob"}, {"name": "password", "value": SECRET}]},
    },
    "response": {
        "status": 302,
        "statusText": "Found",
        "headers": [{"name": "Location", "value": f"/cb?code={SECRET}&state=x"}],
        "content": {"mimeType": "application/json", "encoding": "base64",
                    "text": base64.b64encode(json.dumps({"id": 7, "token": SECRET}).encode()).decode()},
        "redirectURL": f"/cb?code={SECRET}",
    },
    "timings": {"send": 1, "wait": 2.5, "receive": 3, "_queued": SECRET},
    "serverIPAddress": "192.0.2.1",
}  # fmt: skip


def test_an_entry_is_an_exchange():
    """URL, headers, form, base64 body, redirect: each by its own rules; what says the same twice is derived."""
    log, removals = redacted(har(ENTRY))
    (entry,) = log["entries"]
    assert SECRET not in json.dumps(log)
    assert OTHER not in json.dumps(log)
    assert entry["request"]["url"].startswith("https://api.test/login?a=1&api_key=[REDACTED:url.api_key:")
    assert [pair["name"] for pair in entry["request"]["queryString"]] == ["a", "api_key"]
    assert entry["request"]["postData"]["text"].startswith("user=bob&password=[REDACTED:name.password")
    assert json.loads(entry["response"]["content"]["text"])["id"] == 7
    assert entry["response"]["redirectURL"] == entry["response"]["headers"][0]["value"]
    assert (entry["response"]["status"], entry["time"], entry["timings"]["wait"]) == (302, 12.5, 2.5)
    assert (entry["startedDateTime"], entry["serverIPAddress"]) == (ENTRY["startedDateTime"], "192.0.2.1")
    assert {removal.entry for removal in removals} == {1}
    assert {removal.rule for removal in removals} == {
        "url.api_key", "header.authorization", "name.password", "url.code", "name.token",
    }  # fmt: skip


def test_what_one_entry_shows_is_removed_from_the_next():
    """One redactor for the whole file, as for the whole life of a connector."""
    echo = {
        "request": {"method": "GET", "url": "/"},
        "response": {"status": 200, "content": {"text": f"<{OTHER}>"}},
    }
    log, _ = redacted(har(ENTRY, echo))
    assert OTHER not in json.dumps(log)


def test_pages_and_names_are_scrubbed():
    """A page's title is mostly its URL."""
    page = {
        "startedDateTime": f"x{SECRET}",
        "id": "p1",
        "title": f"https://x.test/?token={SECRET}",
        "pageTimings": {"onLoad": 3},
    }
    log, _ = redacted(har(pages=[page, 7], comment=SECRET, browser={"name": f"password={SECRET}"}))
    assert SECRET not in json.dumps(log)
    assert log["pages"][0]["pageTimings"]["onLoad"] == 3


def test_a_profile_holds_for_every_entry():
    """No bodies, no values."""
    log, _ = redacted(har(ENTRY, ENTRY), Policy.metadata())
    assert [entry["request"]["url"] for entry in log["entries"]] == ["https://api.test"] * 2
    assert log["entries"][0]["response"]["content"]["text"] == "[omitted: policy]"


@pytest.mark.parametrize("document", ["[]", "{}", "x", '{"log": {"entries": {}}}', '{"log": 3}'])
def test_what_is_no_har_is_refused(document):
    """One sentence."""
    with pytest.raises(CapturedExchangesError, match="this is no HAR"):
        redacted(document)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = ["request", "response", "url", "headers", "postData", "content", "text", "params", "name", "value", "status",
        "time", "timings", "encoding", "mimeType", "startedDateTime", "pageref"]  # fmt: skip
entries = st.recursive(
    anything, lambda inner: st.dictionaries(st.sampled_from(KEYS), inner, max_size=5), max_leaves=12
)


@given(st.lists(entries, max_size=3))
def test_no_entry_is_too_odd(odd):
    """Whatever a browser writes, the result is a HAR with as many entries."""
    log, _ = redacted(json.dumps({"log": {"entries": odd}}))
    assert len(log["entries"]) == len(odd)
    json.dumps(log)
