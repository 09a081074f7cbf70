"""Bodies."""

import gzip
import json

import brotli
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.exchange import Body
from captured_exchanges.redaction.bodies.bodies import Bodies
from captured_exchanges.redaction.bodies.shapes import omitted
from captured_exchanges.redaction.names.names import Names
from captured_exchanges.redaction.text.text import Text
from captured_exchanges.redaction.values.families import Families
from support.examples import EXAMPLES
from support.redaction_exchanges import FORM, JSON, PLAIN, body, fresh_secret, secrets, sweep
from support.redaction_readers import PARSERS, REFUSALS, messes

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
        (b"<a/>", PLAIN, {"type": "text", "value": "<a/>"}),
        (b"a b", "text/html", {"type": "text", "value": "a b"}),
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
        (b'{"a": 1 x "b": 2}', JSON, "broken JSON"),
        (b'["a" "b" 1', PLAIN, "broken JSON"),
        (b"{user: bob, password: hunter two}", PLAIN, "broken JSON"),
        (b'word":"x"}', JSON, "broken JSON"),
        (b"x", "multipart/form-data; boundary=x", "multipart"),
        (b"--x Content-Disposition: form-data\r\n", PLAIN, "multipart"),
        (b"\x89PNG\x00\x01", "image/png", "binary"),
        (b"plain enough", "image/png", "binary"),
        (b"\x1b[0m", PLAIN, "binary"),
        (b"x", f"{PLAIN}; charset=klingon", "unknown charset"),
        (b"x", f"{PLAIN};{'x' * 600}; charset=utf-8", "unknown charset"),
        (b"a b " * 3_000, PLAIN, "too large"),
        (b"<pin>1</pin>" * 3_000, "text/xml", "too large"),
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
@pytest.mark.parametrize(
    ("content", "content_type", "value"),
    [
        (b'{"a":1}', JSON, {"a": 1}),
        (b'{"a":1,"password":"hun', JSON, {"a": 1}),
        (b'{"a":1,"pass', JSON, {"a": 1}),
        (b'{"a":1}\n{"b":2,"password":"hun', PLAIN, '{"a":1}\n{"b":2}'),
        (b"a=1&password=hun", FORM, [["a", "1"]]),
        (b"id,name\n1,bob\n2,ghp_hun", "text/csv", "id,name\n1,bob\n"),
        (b"one line\nghp_hun", PLAIN, "one line\n"),
        (b"one line ghp_hun", PLAIN, "one line"),
        (b"ghp_hun", PLAIN, ""),
    ],
)
def test_of_what_was_cut_that_is_kept_which_is_whole(state, content, content_type, value):
    """The last value, line, pair or word may be half a secret, which nothing would tell from data."""
    kept, is_redacted = rendered(content, content_type, state=state)
    assert (kept["value"], kept["state"]) == (value, state)
    assert kept.get("truncated", False) is (state == "truncated")
    assert not is_redacted


def test_a_cut_stream_of_gzip_is_read_up_to_the_cut():
    """Whether or not somebody says that it was cut."""
    rows = [{"n": n, "password": fresh_secret(n)} for n in range(200)]
    data = gzip.compress(json.dumps(rows).encode())
    for state in ("truncated", "complete"):
        kept, is_redacted = rendered(data[: len(data) // 2], encoding="gzip", state=state)
        assert is_redacted
        assert kept["value"][0] == {"n": 0, "password": kept["value"][0]["password"]}
        assert 10 < len(kept["value"]) < 200
        assert all("REDACTED" in row.get("password", "REDACTED") for row in kept["value"])


@pytest.mark.parametrize("state", ["complete", "truncated", "abandoned"])
def test_markup_is_kept_whole_or_cut(state):
    """Its names are before its values; what has nothing to remove is kept whatever its size."""
    kept, is_redacted = rendered(b"<a><b>bob</b><pin>12", "text/xml", state=state)
    assert (kept["type"], kept["value"]) == ("text", "<a><b>bob</b><pin>[REDACTED:name.pin]")
    assert (kept["state"], is_redacted) == (state, True)
    assert kept["size"] == 32
    assert rendered(b"<b>bob</b>" * 3_000, "text/xml")[0]["value"] == "<b>bob</b>" * 3_000


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


@pytest.mark.parametrize("parser", PARSERS)
def test_no_parser_raises_for_any_bytes(parser):
    """Each by itself: anything, or one of the refusals."""

    @settings(max_examples=EXAMPLES)
    @given(messes)
    def check(data):
        try:
            PARSERS[parser](data)
        except REFUSALS:
            return

    check()


KINDS = {
    "JSON": (JSON, lambda s: json.dumps({"user": "alice", "password": s})),
    "JSON, careless": (JSON, lambda s: f"{{'user': 'alice', password: '{s}',}}"),
    "JSON, cut": (JSON, lambda s: f'{{"user":"alice","password":"{s}","x":"'),
    "JSON in a call": ("text/javascript", lambda s: f'cb({{"user":"alice","password":"{s}"}})'),
    "lines": (PLAIN, lambda s: f'{{"user":"alice"}}\n{{"password":"{s}"}}\n'),
    "a text sequence": (PLAIN, lambda s: f'\x1e{{"user":"alice"}}\n\x1e{{"password":"{s}"}}\n'),
    "events": ("text/event-stream", lambda s: f'data: {{"user":"alice","password":"{s}"}}\n\n'),
    "a form": (FORM, lambda s: f"user=alice&password={s}"),
    "a table": ("text/csv", lambda s: f"user,password\nalice,{s}\n"),
    "a table of pairs": (PLAIN, lambda s: f"name;value\nuser;alice\npassword;{s}\n"),
    "a message": (PLAIN, lambda s: f"GET /alice?token={s} HTTP/1.1\r\nX-Api-Key: {s}\r\n\r\n"),
    "YAML": ("application/yaml", lambda s: f"user: alice\nlist:\n- name: password\n  value: {s}\n"),
    "a Secret": ("application/yaml", lambda s: f"kind: Secret\nmetadata: {{name: alice}}\ndata:\n  x: {s}\n"),
    "INI": (PLAIN, lambda s: f"[alice]\npassword = {s}\n"),
    "an environment": (PLAIN, lambda s: f"export USER=alice\nexport API_KEY='{s}'\n"),
    "npm's settings": (PLAIN, lambda s: f"//x.test/:_authToken={s}\n//x.test/:username=alice\n"),
    "TOML": ("application/toml", lambda s: f'user = "alice"\n[db]\npassword = """\n{s}"""\n'),
    "HCL": (PLAIN, lambda s: f'user = "alice"\nprivate_key = <<EOF\n{s}\nEOF\n'),
    "netrc": (PLAIN, lambda s: f"machine x.test\n  login alice\n  password {s}\n"),
    "pgpass": (PLAIN, lambda s: f"db.test:5432:x:alice:{s}\n"),
    "GraphQL": ("application/graphql", lambda s: f'{{ login(user: "alice", password: "{s}") {{ ok }} }}'),
    "GraphQL, a default": (PLAIN, lambda s: f'query Q($u: U = "alice", $pin: String = "{s}") {{ x }}'),
    "a shell": (PLAIN, lambda s: f"curl -u alice:{s} https://x.test -H 'X-Api-Key: {s}'"),
    "multipart": (
        "multipart/form-data; boundary=b",
        lambda s: (
            "".join(
                f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                for name, value in (("user", "alice"), ("password", s))
            )
            + "--b--"
        ),
    ),
}
"""Kinds of bodies: a label, and a body that names alice and holds a secret."""
CODINGS = {
    "plain": (lambda text: text.encode(), ""),
    "gzip": (lambda text: gzip.compress(text.encode()), "gzip"),
    "gzip unsaid": (lambda text: gzip.compress(text.encode()), ""),
    "brotli": (lambda text: brotli.compress(text.encode()), "br"),
    "UTF-16": (lambda text: text.encode("utf-16"), ""),
}


@pytest.mark.parametrize("kind", KINDS)
@given(secret=secrets, coding=st.sampled_from(sorted(CODINGS)), labelled=st.booleans())
@settings(max_examples=1 + EXAMPLES // len(KINDS))
def test_in_every_kind_the_secret_goes_and_its_neighbour_stays(kind, secret, coding, labelled):
    """However it is encoded and whatever it is called; and what is kept is left as it is the next time."""
    label, make = KINDS[kind]
    encode, encoding = CODINGS[coding if kind != "multipart" or coding != "UTF-16" else "plain"]
    text = make(secret)
    kept, is_redacted = rendered(encode(text), label if labelled else "", encoding=encoding)
    assert is_redacted
    assert secret not in json.dumps(kept)
    assert "alice" in json.dumps(kept)
    if kept["type"] in ("text", "json"):
        again = kept["value"] if kept["type"] == "text" else json.dumps(kept["value"])
        assert rendered(again, label if labelled else "")[0]["value"] == kept["value"]
