"""Which containers hold a text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.json.exact import MAX_NESTING, TooDeep
from captured_exchanges.redaction.json.marks import holders
from support.examples import EXAMPLES

_texts = st.sampled_from(["a", "b", "c", "d"])
_documents = st.recursive(
    st.none() | st.integers(0, 3) | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=12,
)


def holds(value, text):
    """Whether a text is in a value as a key or a string, by looking everywhere."""
    if isinstance(value, dict):
        return text in value or any(holds(item, text) for item in value.values())
    return any(holds(item, text) for item in value) if isinstance(value, list) else value == text


def containers(value):
    """All objects and arrays of a value, itself included."""
    if isinstance(value, (dict, list)):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from containers(item)


@settings(max_examples=EXAMPLES)
@given(_documents)
def test_all_that_hold_a_text_are_told_and_no_others(document):
    """Keys and strings, at any depth; empty ones are one object as often as not."""
    found = holders(document, {"a"})
    assert all((id(each) in found) == holds(each, "a") for each in containers(document))


def test_what_is_nested_too_deep_is_refused():
    """Before Python's own stack ends."""
    document = []
    for _ in range(MAX_NESTING + 1):
        document = [document, "a"]
    with pytest.raises(TooDeep):
        holders(document, {"a"})
