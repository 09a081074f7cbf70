"""JSON in and out."""

import json

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.json.exact import (
    UNTIDY,
    NotJson,
    dumps,
    dumps_text,
    ends_long_number,
    has_doubles,
    is_json,
    loads,
    loads_and_tidies,
    loads_of_doubles,
    sanitised,
)
from captured_exchanges.redaction.patterns import compiled_gate
from support.examples import EXAMPLES


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (b"123456789012345678901234567890", b"123456789012345678901234567890"),
        (b"-9223372036854775809", b"-9223372036854775809"),
        (b'{"a":NaN,"b":-Infinity}', b'{"a":null,"b":null}'),
        (b"1e999", b"null"),
        (b'"\\ud800x"', b'"?x"'),
        (b'{"a":1,"a":2}', b'{"a":2}'),
        (b'"\\u0061\\/\xc3\xa9"', b'"a/\xc3\xa9"'),
    ],
)
def test_odd_json_survives_as_well_as_it_can(data, kept):
    """Numbers keep their digits; what JSON cannot hold becomes null or a question mark."""
    assert dumps(loads(data)) == kept


@pytest.mark.parametrize("data", [b"", b"{", b"nul", b"\xff", b"[" * 100_000, b"{} {}", b"1" * 5_000])
def test_what_is_no_json_says_so(data):
    """By the one exception."""
    with pytest.raises(NotJson):
        loads(data)


def test_tidy_json_is_not_written_again():
    """The very bytes come back, numbers and all; others are spelled as ours."""
    tidy = b'{"a":1.00,"b":[1, 2]}'
    assert loads_and_tidies(tidy) == ({"a": 1.0, "b": [1, 2]}, tidy)
    for untidy in (b'{"a" :1}', b'{"a": 1}', b'{\n"a":1}', b'{"\\u0061":1}', b'{"a"\t:\r1}'):
        assert loads_and_tidies(untidy) == ({"a": 1}, b'{"a":1}')


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=10,
)


@settings(max_examples=EXAMPLES)
@given(_values)
def test_whatever_is_written_is_utf8_json(value):
    """And reads back as what `sanitised` says."""
    data = dumps(value if isinstance(value, str | dict | list) else [value])
    json.loads(data.decode())
    assert dumps_text([value]).encode() == dumps([value])
    assert loads(dumps([value])) == json.loads(dumps([sanitised(value)]))


@settings(max_examples=EXAMPLES)
@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_else(data):
    """JSON or NotJson."""
    try:
        value, tidied = loads_and_tidies(data)
    except NotJson:
        return
    assert loads(tidied) == value or value != value  # noqa: PLR0124 - NaN is not equal to itself


@pytest.mark.parametrize(
    ("data", "doubled"),
    [
        (b'{"a":1,"b":[{"a":2}]}', False),
        (b'{"a" : 1, "b": 2}', False),
        (b'{"a":1,"a":2}', True),
        (b'{"a": {"b" : 1, "b": 2}}', True),
        (b'{"a":"\\":\\":"}', False),
    ],
)
def test_duplicate_keys_are_seen_without_a_parse(data, doubled):
    """Whatever the spaces around colons."""
    assert has_doubles(data, dumps(loads(data))) is doubled


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"n":"secret","n":"x","v":1}', {"n": "secret", "v": 1}),
        (b'{"n":"x","n":"secret","v":1}', {"n": "secret", "v": 1}),
        (b'{"n":"x","n":"y"}', {"n": "y"}),
        (b'[{"n":1,"n":null,"m":NaN}]', [{"n": None, "m": None}]),
    ],
)
def test_of_duplicate_keys_the_telling_value_remains(data, value):
    """Else the last, as for every parser we know."""
    assert loads_of_doubles(data, lambda name: name == "secret") == value


@settings(max_examples=EXAMPLES)
@given(st.binary(max_size=30))
def test_doubles_of_any_bytes_are_json_or_none(data):
    """No other exception."""
    try:
        loads_of_doubles(data, bool)
    except NotJson:
        return


_json_like = st.lists(
    st.sampled_from(
        [b"{", b"}", b"[", b"]", b'"a":', b'"b"', b",", b"1", b"-0.5e3", b"01", b"1e999", b"[1E+400]",
         b"null", b"tru", b"true", b'"\\n"', b'"\\x"', b'"\xff"', b'"\xc3\xa9"', b'"\xed\xa0\x80"', b'"\x01"',
         b"x"]
    ),
    max_size=9,
).map(b"".join)  # fmt: skip


@settings(max_examples=EXAMPLES)
@given(_json_like)
@example(b'["a",1e999]')
@example(b'{"a":[-2.5E+308]}')
@example(b"[" * 1_500 + b"]" * 1_500)
@example(b'[{"a":[{"b":{}}]}' + b',{"a":[{"b":{}}]}' * 900 + b"]")
@example(b'["\\n","b"]')
def test_what_counts_as_json_is_what_a_strict_parser_reads(data):
    """Of tidy bytes; found out without a value."""
    if compiled_gate(UNTIDY).search(data) is not None:
        return
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        assert not is_json(data)
    else:
        assert is_json(data)


@pytest.mark.parametrize(
    ("before", "after", "is_long"),
    [
        (b'{"a":', b"1234567890123456789", True),
        (b'{"a":', b"-1e400", True),
        (b'{"a":', b"1e40", False),
        (b'{"a":"', b"1234567890123456789", False),
        (b'{"a":"x', b"00e123", False),
    ],
)
def test_numbers_that_may_not_fit_are_told_by_their_end(before, after, is_long):
    """And what stands in a string is none."""
    assert ends_long_number(before + after + b"}", len(before + after)) is is_long
