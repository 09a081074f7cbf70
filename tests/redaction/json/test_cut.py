"""JSON that ends too early."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.json.cut import completed, in_doubt
from captured_exchanges.redaction.json.exact import NotJson, loads
from captured_exchanges.redaction.names.names import Names
from support.examples import EXAMPLES

NAMES = Names()


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ('{"a":1,"b":"x', '{"a":1}'),
        ('{"a":1,"b":"x"', '{"a":1,"b":"x"}'),
        ('{"a":1,"b":', '{"a":1}'),
        ('{"a":1,"b"', '{"a":1}'),
        ('{"a":1,"b', '{"a":1}'),
        ('{"a":1,', '{"a":1}'),
        ('{"a":1', "{}"),
        ('{"a":tru', "{}"),
        ('{"a', "{}"),
        ("{", "{}"),
        ('[1,2,"x', "[1,2]"),
        ('[1,2,"x"', '[1,2,"x"]'),
        ('[{"a":[{"b":"c"},', '[{"a":[{"b":"c"}]}]'),
        ('{"a":"\\"}{","b":"\\\\","c', '{"a":"\\"}{","b":"\\\\"}'),
        ('{"a":"x\\', "{}"),
        ('["{[",', '["{["]'),
        ('{"a":1}', '{"a":1}'),
        (' [ "a" , ', ' [ "a" ]'),
    ],
)
def test_a_text_is_completed_after_its_last_whole_value(text, whole):
    """What the cut may have split is left out, and so is a name without a value."""
    assert completed(text.encode()).data.decode().replace(" ", "") == whole.replace(" ", "")


@pytest.mark.parametrize("text", ["[1]]", "{]", '{"a":1} tail', '[1] "x" 2', "x:", "[" * 300])
def test_brackets_that_do_not_match_are_no_cut(text):
    """Nor is more than JSON."""
    with pytest.raises(NotJson):
        loads(completed(text.encode()).data)


_json = st.recursive(
    st.none() | st.booleans() | st.integers(0, 99) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
).filter(lambda value: isinstance(value, (dict, list)))


def is_beginning(part, whole):
    """Whether a document says nothing that another does not say, in the same order."""
    if isinstance(part, dict) and isinstance(whole, dict):
        heads = list(zip(part, whole, strict=False))
        return all(a == b for a, b in heads) and all(is_beginning(part[key], whole[key]) for key in part)
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) <= len(whole) and all(map(is_beginning, part, whole))
    return part == whole


@settings(max_examples=EXAMPLES)
@given(_json, st.data(), st.booleans())
def test_a_cut_document_is_a_beginning_of_the_whole(value, data, ascii_only):
    """Wherever the cut falls, in keys, values, escapes and characters."""
    text = json.dumps(value, ensure_ascii=ascii_only).encode()
    cut = data.draw(st.integers(1, len(text)))
    beginning = loads(completed(text[:cut].decode("utf-8", "ignore").encode()).data)
    assert is_beginning(beginning, value)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('[{"value":"x","na', ["value"]),
        ('{"values":["x","y"],', ["values"]),
        ('{"hash":"x","sa', ["hash"]),
        ('{"value":"x","name":"color","b', []),
        ('{"value":{"a":1},"n', []),
        ('{"value":null,"n', []),
        ('{"data":["a","b","c","d","e","f","g","h","i"],', []),
        ('[{"value":"x"},{"id":1,', []),
        ('[{"value":"x"},', []),
        ('{"value":"x","b":[{"content":5,', ["value", "content"]),
    ],
)
def test_what_a_lost_name_would_make_a_secret_is_in_doubt(text, keys):
    """In the objects that the cut left open; not in those that are whole."""
    whole = completed(text.encode())
    document = loads(whole.data)
    assert [key for _, key in in_doubt(document, whole.open_levels, NAMES)] == keys
