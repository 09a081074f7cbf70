"""JSON as people write it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.json.exact import NotJson, loads
from captured_exchanges.redaction.json.lenient import respelled
from support.examples import EXAMPLES


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'a': 'it\\'s \"x\"', \"b\": 'c'}", {"a": 'it\'s "x"', "b": "c"}),
        ("{a: 1, $b_c: 2, d-e: 3, 4: 5}", {"a": 1, "$b_c": 2, "d-e": 3, "4": 5}),
        ("[1, 2, ]", [1, 2]),
        ('{"a": 1, /* , */ }', {"a": 1}),
        ('{"a": 1, // "b": 2\n# "c"\n"d": 3}', {"a": 1, "d": 3}),
        ("[None, True, False, undefined, NaN, -Infinity]", [None, True, False, None, None, None]),
        ("[0x1F, +1, .5, 5., 10L]", ["0x1F", "+1", ".5", "5.", "10L"]),
        ('["a\nb", "\\q", "\\x41"]', ["a\nb", "\\q", "A"]),
        ('{"a": "/* no */ // no"}', {"a": "/* no */ // no"}),
    ],
)
def test_careless_json_is_spelled_right(text, value):
    """Quotes, names, comments, commas, constants, numbers, escapes."""
    assert json.loads(respelled(text)) == value


@pytest.mark.parametrize("text", ["{a b: 1}", "[hello]", "{x: hello}", "cb(1)", "[a/b]", "<a>"])
def test_words_are_no_json(text):
    """Nothing is guessed: what is left is for a strict parser to refuse."""
    with pytest.raises(NotJson):
        loads(respelled(text).encode())


def test_a_string_without_an_end_ends_the_text():
    """What stands in it is no secret's neighbour any more: the cut leaves it out."""
    assert respelled("{'a': 1, 'b': 'hal") == '{"a":1,"b":"'


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=EXAMPLES)
@given(_json, st.sampled_from([None, 1]))
def test_what_is_json_stays_what_it_says(value, indent):
    """Whatever it holds."""
    assert json.loads(respelled(json.dumps(value, indent=indent))) == json.loads(json.dumps(value))


@settings(max_examples=EXAMPLES)
@given(st.text(st.sampled_from("{}[]:,\"'/*#\\ \na1-.")))
def test_nothing_raises_but_not_json(text):
    """Any mess of what it is made of."""
    try:
        respelled(text)
    except NotJson:
        return
