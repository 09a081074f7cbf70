"""Removing members of families."""

import json
import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.values.families import Families
from captured_exchanges.redaction.values.notations import DEFAULT_FAMILIES
from captured_exchanges.redaction.values.table import FAMILIES, example
from support.examples import EXAMPLES

TABLE = Families()
GATE = compiled(TABLE.source())


def test_what_a_group_captures_is_all_that_goes():
    """The scheme word before a token stays."""
    token = example("<a*30>", random.Random(1)) + "9"
    seen = []
    shown = TABLE.replace(f"Bearer {token}!", lambda rule, value: seen.append((rule, value)) or "*")
    assert shown == "Bearer *!"
    assert seen == [("value.scheme", token)]


def test_a_marker_is_no_member():
    """What was redacted before is left alone."""
    text = "token [REDACTED:value.scheme:0123ab] and basic:[REDACTED:value.basic:abcdef]"
    assert TABLE.replace(text, lambda *_: "*") == text


def test_a_wrapped_key_ends_where_its_lines_end():
    """It took the words that follow with it, and hid the beginning of an age key from its own rule."""
    source = random.Random(5)
    wrapped = example("LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t<b*60>", source)
    lines = example(f"{wrapped}\n  <b*64>\r\n<b*7>=", source)
    age = example("AGE-SECRET-KEY-1<u*58>", source)
    token = example("github_pat_<a*22>_<a*59>", source)
    assert TABLE.replace(f"{wrapped} and bob {age} x", lambda *_: "*") == "* and bob * x"
    assert TABLE.replace(f"{lines}\n{token}\nand bob", lambda *_: "*") == "*\n*\nand bob"


@pytest.mark.parametrize(
    "before", ["%20", "%2f", r"\n", r"\\n", r"\u00e9", r"\u000a", r"\x0a", r"\012", "&amp;", "&lt", "&#10;"]
)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_member_behind_an_escape_is_seen_by_the_gate(family, before):
    """Undecoded, a word may begin behind a letter or a digit."""
    assert GATE.search(before + example(family.templates[0], random.Random(1))) is not None


_PLACES = st.sampled_from(["", "x ", "a\n", "a\t", '\t"', "é\r\n", '"', "(", "é"])


@given(st.sampled_from(range(len(DEFAULT_FAMILIES))), st.integers(), _PLACES)
@settings(max_examples=EXAMPLES)
def test_every_member_is_seen_by_the_native_gate(at, seed, before):
    """The gate occurs in each text with a member, in the text and in the JSON of the text, and in the JSON of
    that.
    """
    family, source = DEFAULT_FAMILIES[at], random.Random(seed)
    text = before + example(source.choice(family.templates), source)
    assume(family.compile().search(text) is not None)
    for shown in (text, json.dumps(text), json.dumps(text, ensure_ascii=False), json.dumps(json.dumps(text))):
        assert GATE.search(shown) is not None
    assert GATE.search(text.encode("unicode_escape")) is not None
