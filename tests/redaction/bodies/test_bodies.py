"""Bodies."""

import json

import orjson
import pytest

from captured_exchanges.exchange import Body
from captured_exchanges.redaction.bodies.bodies import Bodies, omitted
from captured_exchanges.redaction.names.names import Names
from captured_exchanges.redaction.text.text import Text
from captured_exchanges.redaction.values.families import Families
from support.redaction_exchanges import FORM, JSON, PLAIN, body, fresh_secret, sweep

BODIES = Bodies(Text(Names(), Families()), max_decoded_bytes=100_000, max_text_bytes=10_000)


def rendered(content, content_type=JSON, *, encoding="", state="complete", one=None):
    result = BODIES.render(body(content, state=state), content_type, encoding, one or sweep())
    return json.loads(orjson.dumps(result.shape)), result.is_redacted


@pytest.mark.parametrize(
    ("content", "content_type", "shape"),
    [
        (b'{"a": 1}', JSON, {"type": "json", "value": {"a": 1}}),
        (b'{"a": 1}', PLAIN, {"type": "json", "value": {"a": 1}}),
        (b'"text"', JSON, {"type": "json", "value": "text"}),
        (b"17", "application/problem+json", {"type": "json", "value": 17}),
        (b"17", PLAIN, {"type": "text", "value": "17"}),
        (b"a=1&b=2", FORM, {"type": "form", "value": [["a", "1"], ["b", "2"]]}),
        (b"a=1&b=2", JSON, {"type": "form", "value": [["a", "1"], ["b", "2"]]}),
        (b"hello", PLAIN, {"type": "text", "value": "hello"}),
        (b"Unauthorized", JSON, {"type": "text", "value": "Unauthorized"}),
        (b"", JSON, {"type": "text", "value": ""}),
        (b" \n", "", {"type": "text", "value": ""}),
        (b")]}',\n[1]", JSON, {"type": "json", "value": [1]}),
        (b'while(1);{"a":1}', JSON, {"type": "json", "value": {"a": 1}}),
    ],
)
def test_the_kind_of_a_body_is_told_by_looking(content, content_type, shape):
    """Content-Type is asked where looks alone do not decide."""
    kept, is_redacted = rendered(content, content_type)
    assert shape.items() <= kept.items()
    assert not is_redacted
    assert kept["size"] == kept["decoded_size"] == len(content)
    assert kept["state"] == "complete"


@pytest.mark.parametrize(
    ("content", "content_type", "reason"),
    [
        (b'{"a": 1', JSON, "broken JSON"),
        (b'{"a": 1}\n{"b": 2}', "application/x-ndjson", "broken JSON"),
        (b"[2024-01-01] log", PLAIN, "broken JSON"),
        (b'word":"x"}', JSON, "broken JSON"),
        (b"<a/>", PLAIN, "markup"),
        (b"a b", "text/html", "markup"),
        (b"x", "multipart/form-data; boundary=x", "multipart"),
        (b"--x\r\nContent-Disposition: form-data\r\n", PLAIN, "multipart"),
        (b"a,b\n1,2", "text/csv", "structured text"),
        (b"a: b c", "application/yaml", "structured text"),
        (b"id,password\n1,2", PLAIN, "table with a secret column"),
        (b"\x89PNG\x00\x01", "image/png", "binary"),
        (b"plain enough", "image/png", "binary"),
        (b"\x1b[0m", PLAIN, "binary"),
        (b"x", f"{PLAIN}; charset=klingon", "unknown charset"),
        (b"x", f"{PLAIN};{'x' * 600}; charset=utf-8", "unknown charset"),
        (b"a b " * 3_000, PLAIN, "too large"),
        (b"1" * 100_001, JSON, "too large"),
        (b"[" * 300 + b'"token"' + b"]" * 300, JSON, "nested too deep"),
    ],
)
def test_what_is_not_understood_is_omitted(content, content_type, reason):
    """With what it was instead of what it said, its sizes rounded."""
    kept, is_redacted = rendered(content, content_type)
    assert (kept["type"], kept["reason"]) == ("omitted", reason)
    assert "value" not in kept
    assert is_redacted
    assert kept["size"] & (kept["size"] - 1) == 0


@pytest.mark.parametrize("state", ["truncated", "abandoned"])
def test_what_is_not_whole_is_omitted(state):
    """A cut text may end in half a secret."""
    kept, _ = rendered(b"password=abc", PLAIN, state=state)
    assert (kept["type"], kept["reason"], kept["state"]) == ("omitted", state, state)
    assert kept.get("truncated", False) is (state == "truncated")


def test_json_that_is_whole_after_all_is_kept():
    """The caller may stop reading right before the end of the stream."""
    kept, _ = rendered(b'{"a":1}', state="abandoned")
    assert kept["value"] == {"a": 1}


def test_sizes_are_those_of_the_wire_and_of_the_text():
    """As captured, and decoded."""
    one = BODIES.render(Body(b'{"a":1}', 700), JSON, "", sweep())
    assert (one.shape["size"], one.shape["decoded_size"]) == (700, 7)
    secret = BODIES.render(Body(b'{"pin":1}', 700), JSON, "", sweep())
    assert (secret.shape["size"], secret.shape["decoded_size"]) == (1024, 16)


def test_a_body_without_hits_is_spliced_as_it_is():
    """Not a number or a space in it changes."""
    data = b'{"a":1.50,"b":[1, 2],"c":12345678901234567}'
    assert orjson.dumps(BODIES.render(body(data), JSON, "", sweep()).shape["value"]) == data


def test_removals_of_an_omitted_body_are_not_told():
    """Only what was kept has paths."""
    one = sweep()
    rendered(b'{"password":"x","a":' + b"[" * 300 + b"]" * 300 + b"}", one=one)
    assert one.redactions() == []


def test_a_raw_token_from_an_oauth_endpoint_goes():
    """Some endpoints answer with nothing but the token."""
    token = fresh_secret(length=40)
    kept, _ = rendered(token.encode(), PLAIN, one=sweep(oauth=True))
    assert token not in kept["value"]


def test_no_body_is_none():
    """And an omitted one can be told without looking."""
    assert BODIES.render(None, JSON, "", sweep()).shape is None
    assert omitted("failed", "", body(b"abc"))["size"] == 4
