"""LDAP's escapes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.transports.ldap.escapes import escaped, unescaped, unescaped_text
from support.examples import EXAMPLES


@settings(max_examples=EXAMPLES)
@given(st.text(st.characters(codec="utf-8")))
def test_what_is_escaped_comes_back(text):
    """Whatever it holds."""
    assert unescaped_text(escaped(text)) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"a\28b\29", "a(b)"),
        (r"a\2Cb", "a,b"),
        (r"a\,b\+\"", 'a,b+"'),
        (r"\c3\a9", "é"),
        (r"é\c3\a9", "éé"),
        ("a", "a"),
    ],
)
def test_both_kinds_of_escapes_are_undone(text, plain):
    """Hex of bytes, and a backslash before punctuation."""
    assert unescaped_text(text) == plain
    assert unescaped(text) == plain.encode()


def test_bytes_that_are_no_text_stay_as_they_stand():
    """A GUID in a filter."""
    assert unescaped_text(r"\ff\fe") == r"\ff\fe"
    assert unescaped(r"\ff\fe") == b"\xff\xfe"
