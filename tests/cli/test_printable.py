"""Foreign text made safe to print."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.cli.printable import decode, escape_json, one_line, printable

HOSTILE = {
    "escape": "\x1b",
    "bell": "\x07",
    "null": "\x00",
    "delete": "\x7f",
    "control sequence introducer (C1)": "\x9b",
    "operating system command (C1)": "\x9d",
    "next line": "\x85",
    "right-to-left override": "\u202e",
    "first strong isolate": "\u2068",
    "arabic letter mark": "\u061c",
    "line separator": "\u2028",
    "byte order mark": "\ufeff",
    "tag": "\U000e0041",
    "lone surrogate": "\ud800",
}


@pytest.mark.parametrize("character", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_could_act_on_a_terminal_is_escaped(character):
    """Control, format and separator characters show as ASCII escapes, on one line and in running text."""
    for safe in (one_line(f"a{character}b"), printable(f"a{character}b")):
        assert character not in safe
        assert safe.startswith("a\\")
        assert safe.isascii()


@pytest.mark.parametrize("text", ["Zoë Ångström", "محمد", "日本語", "a\u00a0b", "नमस्\u200dते", "👩\u200d💻"])
def test_names_of_people_stay_as_they_are(text):
    """Letters of every script, spaces and joiners are shown, not escaped."""
    assert one_line(text) == text
    assert printable(text) == text


def test_lines_stay_lines_only_in_running_text():
    """Line feeds and tabs are layout in running text and escapes on one line; a lone carriage return is
    never layout.
    """
    assert printable("a\r\nb\tc\rd") == "a\nb\tc\\rd"
    assert one_line("a\nb\tc") == "a\\nb\\tc"


def test_bytes_that_are_not_utf8_are_shown():
    """Invalid UTF-8 becomes escapes instead of an error."""
    assert decode(b"caf\xe9") == "caf\\xe9"


@given(st.text(st.characters(codec=None, categories=None)))
def test_nothing_unprintable_ever_leaves(text):
    """For any text at all, what leaves holds only printable characters, spaces and the two joiners."""
    for safe in (one_line(text), printable(text).replace("\n", "").replace("\t", "")):
        assert all(c.isprintable() or c in "\u200c\u200d" or unicodedata.category(c) == "Zs" for c in safe)


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_an_escaped_document_is_the_same_document(value):
    """Escaping a JSON document changes no value in it and leaves nothing unprintable."""
    document = escape_json(json.dumps(value, ensure_ascii=False))
    assert json.loads(document) == value
    assert one_line(document) == document
