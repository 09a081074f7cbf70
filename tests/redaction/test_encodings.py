"""Spellings of a secret."""

import base64
import html
import json
import urllib.parse

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.encodings import (
    base64_cores,
    dereferenced,
    hiding_references,
    spellings,
    spoken,
    unescaped,
    unquoted,
)
from captured_exchanges.redaction.patterns import compiled
from support.examples import EXAMPLES
from support.redaction_ldap import wide

texts = st.text(st.characters(codec="utf-8", min_codepoint=32), min_size=8, max_size=40)


def contained(secret, text):
    data = text.encode() if isinstance(text, str) else text
    return any(form in data for form in spellings(secret.encode()))


@settings(max_examples=EXAMPLES)
@given(texts)
def test_a_secret_is_found_in_the_usual_escapes(secret):
    """Verbatim, JSON in both fashions, once and twice, XML and URL spellings are all known."""
    once, ascii_once = json.dumps({"a": secret}, ensure_ascii=False), json.dumps({"a": secret})
    assert contained(secret, secret)
    assert contained(secret, once)
    assert contained(secret, ascii_once)
    assert contained(secret, json.dumps(once, ensure_ascii=False))
    assert contained(secret, json.dumps(ascii_once))
    assert contained(secret, html.escape(secret))
    assert contained(secret, urllib.parse.quote(secret))
    assert contained(secret, urllib.parse.quote(secret, safe=""))
    assert contained(secret, urllib.parse.quote_plus(secret))


@settings(max_examples=EXAMPLES)
@given(st.binary(min_size=8, max_size=40), st.binary(max_size=7), st.binary(max_size=7))
def test_a_secret_is_found_in_base64_of_anything_around_it(secret, before, after):
    """Whatever stands before and after it, in either alphabet, one of the cores occurs."""
    cores = set(base64_cores(secret))
    assert any(core in base64.b64encode(before + secret + after).decode() for core in cores)
    assert any(core in base64.urlsafe_b64encode(before + secret + after).decode() for core in cores)


@settings(max_examples=EXAMPLES)
@given(st.binary(min_size=4, max_size=40), st.binary(max_size=5))
def test_a_secret_is_found_in_hex(secret, around):
    """Hex in lower and upper case."""
    forms = spellings(secret)
    assert any(form in (around + secret + around).hex().encode() for form in forms)
    assert any(form in (around + secret + around).hex().upper().encode() for form in forms)


@settings(max_examples=EXAMPLES)
@given(texts)
def test_percent_encoding_of_every_byte_is_undone(secret):
    """However many characters were encoded, and twice."""
    every = "".join(f"%{byte:02x}" for byte in secret.encode())
    assert any(secret.encode() in layer for layer in unquoted(every.encode()))
    twice = urllib.parse.quote(every)
    assert any(secret.encode() in layer for layer in unquoted(twice.encode()))


def _in_a_filter(data, *, every, upper):
    hexed = "{:02X}" if upper else "{:02x}"
    must = set(b"\0()*\\")
    return "".join("\\" + hexed.format(byte) if every or byte in must else chr(byte) for byte in data)


@settings(max_examples=EXAMPLES)
@given(texts, st.booleans(), st.booleans())
def test_a_secret_is_found_in_the_escapes_of_directories(secret, every, upper):
    """Of filters and of names; in JSON too."""
    if every or secret.isascii():
        spelled = _in_a_filter(secret.encode(), every=every, upper=upper)
        assert contained(secret, spelled)
        assert contained(secret, json.dumps(spelled))
    named = "".join("\\" + char if char in '\\",+;<>' else char for char in secret)
    assert contained(secret, named)
    assert contained(secret, json.dumps(named, ensure_ascii=False))


@settings(max_examples=EXAMPLES)
@given(texts, st.binary(max_size=6))
def test_a_secret_is_found_in_utf_16(secret, around):
    """As base64, which LDIF has, as hex, in the escapes of a filter, and taken for single bytes."""
    wide = f'"{secret}"'.encode("utf-16-le")
    assert contained(secret, base64.b64encode(around + wide + around))
    assert contained(secret, wide.hex())
    assert contained(secret, wide.hex().upper())
    assert contained(secret, _in_a_filter(wide, every=True, upper=False))
    if secret.isascii():
        assert contained(secret, _in_a_filter(wide, every=False, upper=True))
        assert contained(secret, json.dumps(wide.decode("latin-1")))


def test_what_is_too_long_for_a_password_has_no_spelling_of_directories():
    """A token is looked for in every exchange: the fewer spellings the better."""
    assert contained("a(" * 128, r"a\28" * 128)
    assert not contained("a(" * 129, r"a\28" * 129)


@pytest.mark.parametrize("text", [r"p\u0061ss", r"p\x61ss", r"p\\u0061ss"])
def test_needless_escapes_are_undone(text):
    """Escapes of ASCII characters hide nothing."""
    assert unescaped(text) == "pass"


def test_needed_escapes_stay():
    """Line feeds and other letters are left as they are."""
    assert unescaped(r"a\nb\u00e9") == r"a\nb\u00e9"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("&amp;&lt;&#112;&#x70;&#X70;", "&<ppp"),
        ("&#112a&shy;b", "pa\u00adb"),
        (f"&#{'0' * 5_000}112;", "p"),
        (f"&#x{'0' * 5_000}70;", "p"),
        (f"&#{'9' * 5_000};", "\ufffd"),
        ("a & b &unknown; &#; &", "a & b &unknown; &#; &"),
        ("&#xD800;", "\ufffd"),
    ],
)
def test_references_are_read_whatever_their_length(text, plain):
    """As browsers do, and without the exception that the standard library has for endless numbers."""
    assert dereferenced(text) == plain


def test_references_that_hide_are_known():
    """Those of letters, of the punctuation of names, and of what cannot be seen; none that anybody needs."""
    pattern = compiled(hiding_references())
    for reference in ("&lowbar;", "&equals;", "&shy;", "&zwnj;", "&pfr;", "&colon;"):
        assert pattern.search(f"x{reference}y") is not None, reference
    for reference in ("&amp;", "&lt;", "&quot;", "&nbsp;", "&eacute;", "&copy=1", "&re=1", "&ii"):
        assert pattern.search(f"x{reference}y") is None, reference


@settings(max_examples=EXAMPLES)
@given(texts)
def test_a_secret_is_found_in_a_literal_of_sql(secret):
    """With quotes doubled, or behind backslashes; in JSON too."""
    for literal in (
        secret.replace("'", "''"),
        secret.replace('"', '""'),
        secret.replace("\\", "\\\\").replace("'", "\\'"),
        secret.replace("\\", "\\\\").replace("'", "''"),
    ):
        assert contained(secret, f"SELECT '{literal}'")
        assert contained(secret, json.dumps({"statement": f"SELECT '{literal}'"}, ensure_ascii=False))
        assert contained(secret, json.dumps({"statement": f"SELECT '{literal}'"}))


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("correct horse", ("correct horse",)),
        (b"correct horse", ("correct horse",)),
        (wide("Größe 1"), ("Größe 1",)),
        (wide("пароль"), ("пароль",)),
        (wide("horse").decode(), ("horse",)),
        ("horse".encode("utf-16-le"), ("horse",)),
        (b"\0alice\0horse", ("horse",)),
        (b"admin\0alice\0horse", ("horse",)),
        (b"\xff\xfe\x01", ("//4B", "fffe01")),
        (b"", ("",)),
        (42, ("42",)),
    ],
)
def test_what_a_secret_says(value, texts):
    """Text of UTF-8, of UTF-16LE in quotes or in ASCII, of SASL's PLAIN; else its base64 and hex."""
    assert spoken(value) == texts


@settings(max_examples=EXAMPLES)
@given(st.one_of(st.binary(), st.text(), st.integers(), st.none()))
def test_whatever_a_secret_is_it_says_something(value):
    """Whatever a library hands over."""
    assert all(isinstance(text, str) for text in spoken(value))
