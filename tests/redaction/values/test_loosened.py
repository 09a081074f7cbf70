"""Patterns that find what is still encoded."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.patterns import compiled_gate
from captured_exchanges.redaction.values.loosened import in_one_string, loosened
from support.examples import EXAMPLES

PATTERNS = [
    r"\bab{2,3}c\b",
    r"(?i)\b(?:ab|\bcd)x",
    r"(?m)^ab:\s+(\S+)$",
    r"ab\r?\n[ \t]*cd",
    r"""ab["'](\S{1,4})["']""",
    r"(?:^|[^a-z])ab [^.\n]{0,4}cd",
    r"[a\n\"]b\$\^\\",
    r"x[]a]y",
]
_texts = st.lists(st.sampled_from([*"abcdx:'\"\n\r\t .$^\\]é", "ab", "abbc", "ab: ", "cd"]), max_size=8).map(
    "".join
)


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(max_examples=EXAMPLES)
@given(_texts)
def test_what_a_pattern_finds_its_loose_form_finds_in_the_text_and_in_its_json(pattern, text):
    """And in the JSON of the JSON; whatever stands around it."""
    if compiled_gate(pattern).search(text) is None:
        return
    loose = compiled_gate(loosened(pattern))
    once = json.dumps(text)
    for shown in (text, once, json.dumps(text, ensure_ascii=False), json.dumps(once)):
        assert loose.search(shown) is not None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\bab", r"\nab"),
        (r"\b(?:ab|\b(\bcd))", r"\ncd"),
        (r"\bab", "x%20ab"),
        (r"\bab", "x&ampab"),
        (r"\bab\b", "abc"),
        (r"(?m)^ab", r'"ab"'),
        (r"(?m)^ab$", r"x\nabx"),
        (r"ab\s+c", r"ab\t\tc"),
        (r"ab[ \t]+c", r"ab\tc"),
        (r'ab"c', r"ab\"c"),
        (r"ab[^.]{0,2}c", r"ab\n\nc"),
    ],
)
def test_each_loosening_finds_what_would_be_missed(pattern, text):
    """One by one."""
    assert compiled_gate(loosened(pattern)).search(text) is not None
    assert compiled_gate(pattern).search(text) is None


@pytest.mark.parametrize("text", ["xab", "0ab", "_ab"])
def test_a_word_still_begins_where_a_word_can(text):
    """Or strangers could make an automaton explode."""
    assert compiled_gate(loosened(r"\bab")).search(text) is None


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(max_examples=EXAMPLES)
@given(_texts)
def test_enclosed_it_finds_what_stands_in_one_string(pattern, text):
    """As before, in the JSON of a text and in the JSON of that."""
    if compiled_gate(pattern).search(text) is None:
        return
    enclosed = compiled_gate(in_one_string(loosened(pattern)))
    once = json.dumps(text)
    for shown in (once, json.dumps(text, ensure_ascii=False), json.dumps(once)):
        assert enclosed.search(shown) is not None


@pytest.mark.parametrize("pattern", [*PATTERNS, r"ab\S+ \D\Wd", r"(?s)ab.*c"])
@settings(max_examples=EXAMPLES)
@given(st.lists(_texts, min_size=2, max_size=3))
def test_enclosed_it_finds_nothing_across_strings(pattern, texts):
    """No match holds the quote that ends one string, as long as none ends with a backslash."""
    shown = json.dumps([text.rstrip("\\") for text in texts], ensure_ascii=False)
    for match in compiled_gate(in_one_string(loosened(pattern))).finditer(shown):
        assert '","' not in match[0].replace(", ", ",")
