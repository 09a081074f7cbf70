"""The JSON documents of an exchange."""

import json

import orjson
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.cli.document import embedded, fields, lines, record, value
from support.cli_rows import stored


def test_a_document_is_its_value():
    """Valid JSON is read, an absent document is None."""
    assert value(b'{"a":[1,null]}') == {"a": [1, None]}
    assert value(None) is None


def test_what_is_no_json_is_text():
    """Whatever another program stored is shown as text instead of failing."""
    assert value(b"<xml/>") == "<xml/>"
    assert value(b"\xff{") == "\\xff{"
    assert fields(b"<xml/>") == {}
    assert fields(b"[1]") == {}


def test_an_embedded_document_keeps_every_digit():
    """Numbers that floats cannot hold leave as they were stored."""
    document = b'{"id":123456789012345678901234567890,"x":1.10}'
    assert orjson.dumps({"request": embedded(document)}) == b'{"request":' + document + b"}"


def test_an_embedded_document_stays_on_one_line():
    """Pretty-printed JSON of another writer does not break the lines of NDJSON."""
    line = orjson.dumps({"request": embedded(b'{\r\n "a": "b\\nc"\n}')})
    assert b"\n" not in line
    assert json.loads(line) == {"request": {"a": "b\nc"}}


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_make_one_line_of_json(document):
    """Whatever a row holds, its record is one line of valid JSON."""
    line = orjson.dumps(record(stored(request=document)))
    assert b"\n" not in line
    json.loads(line)


def test_a_record_has_the_documented_fields():
    """The fields of NDJSON are a promise: pinned here."""
    assert list(record(stored())) == [
        "request_id",
        "sync_id",
        "transport_kind",
        "request",
        "response",
        "intent",
    ]


def test_deep_nesting_is_told_not_raised():
    """A document nested deeper than can be printed says so."""
    deep = value(b"[" * 900 + b"]" * 900)
    assert len(list(lines(deep))) == 1
