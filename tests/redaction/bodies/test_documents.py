"""Bodies of JSON, whole and otherwise."""

import json

import orjson
import pytest

from captured_exchanges.redaction.bodies.documents import begins_like_json
from captured_exchanges.redaction.json import NotJson
from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.patterns import compiled
from support.redaction_readers import JSON_BODIES, piece

TAGGED = compiled(MARKER)


def whole(text, media_type="application/json"):
    redacted = JSON_BODIES.whole(piece(text, media_type=media_type)).decode()
    return json.loads(TAGGED.sub(lambda _: "*", redacted))


def read(text):
    content = JSON_BODIES.read(piece(text))
    if content is None:
        return None
    assert content["repaired"] is True
    return json.loads(TAGGED.sub(lambda _: "*", orjson.dumps(content["value"]).decode()))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"password":"a","password":null}', {"password": None}),
        ('{"password":null,"password":"a"}', {"password": "*"}),
        ('{"a":{"password":"a"},"a":1}', {"a": 1}),
        ('{"name":"password","value":"a","name":"x"}', {"name": "password", "value": "*"}),
        ('{"name" : "password" , "value" : "a" , "name" : "x"}', {"name": "password", "value": "*"}),
        ('{"name":"x","value":"a","name":"password"}', {"name": "password", "value": "*"}),
        ('{"p\\u0061ssword":"a","passwor\\u0064":"b"}', {"password": "*"}),
        (")]}',\n[1]", [1]),
        ('/* x */ {"pin":1}', {"pin": "*"}),
        ('{"a":' * 120 + '{"password":"a"}' + "}" * 120, None),
    ],
)
def test_whole_json_is_walked(text, value):
    """Of duplicate keys each is judged: neither an earlier nor a later one saves a secret."""
    result = whole(text)
    if value is not None:
        assert result == value
    else:
        assert '"password": "*"' in json.dumps(result)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'password': 'a', 'id': 1}", {"password": "*", "id": 1}),
        ('{"id":1, /* "x" */ "pin":12,}', {"id": 1, "pin": "*"}),
        ('{"id":1,"password":"a","b":', {"id": 1, "password": "*"}),
        ('[{"value":"a","na', [{"value": "*"}]),
        ('{"rows":[{"content":"a"', {"rows": [{"content": "*"}]}),
        ('cb({"password":"a","id":1});', {"password": "*", "id": 1}),
        ('/**/ns.cb[1]({"pin":1})', {"pin": "*"}),
        ('var x = {"pin":1};', {"pin": "*"}),
        ('cb({"id":1,"pin":', {"id": 1}),
        ('{"a":{"password":"a"}', {"a": {"password": "*"}}),
        ("{name: 'password', value: 'a', name: 'x'}", {"name": "password", "value": "*"}),
        ("hello", None),
        ("cb(1)", None),
        ("[INFO] hello", None),
        ('{"a" "b"}', None),
        ("", None),
    ],
)
def test_what_a_strict_parser_refuses_is_read_as_it_was_meant(text, value):
    """Cut, careless, or to be run by a browser; and said to be repaired."""
    assert read(text) == value


@pytest.mark.parametrize("text", ["text", '"text"', "17", "<a>"])
def test_scalars_are_json_only_where_the_label_says_so(text):
    """Any text might be one."""
    with pytest.raises(NotJson):
        JSON_BODIES.whole(piece(text, media_type="text/plain"))


@pytest.mark.parametrize("text", ['{"a', "{'a", "{a: 1", "{}", '["a', "[{", "[[", " { \n 'a"])
def test_what_begins_like_json_is_told(text):
    """In whatever spelling."""
    assert begins_like_json(text)


@pytest.mark.parametrize("text", ["[INFO] x", "{{name}}", "{SSHA}x", "[1]", "{ user(id: 1) }", "a{", ""])
def test_a_bracket_alone_says_nothing(text):
    """Logs, templates and hashes begin with one."""
    assert not begins_like_json(text)
