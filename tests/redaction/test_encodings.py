"""Spellings of a secret."""

import base64
import html
import json
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.redaction.encodings import base64_cores, spellings, unescaped, unquoted

texts = st.text(st.characters(codec="utf-8", min_codepoint=32), min_size=8, max_size=40)


def contained(secret, text):
    data = text.encode() if isinstance(text, str) else text
    return any(form in data for form in spellings(secret.encode()))


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


@given(st.binary(min_size=8, max_size=40), st.binary(max_size=7), st.binary(max_size=7))
def test_a_secret_is_found_in_base64_of_anything_around_it(secret, before, after):
    """Whatever stands before and after it, in either alphabet, one of the cores occurs."""
    cores = set(base64_cores(secret))
    assert any(core in base64.b64encode(before + secret + after).decode() for core in cores)
    assert any(core in base64.urlsafe_b64encode(before + secret + after).decode() for core in cores)


@given(st.binary(min_size=4, max_size=40), st.binary(max_size=5))
def test_a_secret_is_found_in_hex(secret, around):
    """Hex in lower and upper case."""
    forms = spellings(secret)
    assert any(form in (around + secret + around).hex().encode() for form in forms)
    assert any(form in (around + secret + around).hex().upper().encode() for form in forms)


@given(texts)
def test_percent_encoding_of_every_byte_is_undone(secret):
    """However many characters were encoded, and twice."""
    every = "".join(f"%{byte:02x}" for byte in secret.encode())
    assert any(secret.encode() in layer for layer in unquoted(every.encode()))
    twice = urllib.parse.quote(every)
    assert any(secret.encode() in layer for layer in unquoted(twice.encode()))


@pytest.mark.parametrize("text", [r"p\u0061ss", r"p\x61ss", r"p\\u0061ss"])
def test_needless_escapes_are_undone(text):
    """Escapes of ASCII characters hide nothing."""
    assert unescaped(text) == "pass"


def test_needed_escapes_stay():
    """Line feeds and other letters are left as they are."""
    assert unescaped(r"a\nb\u00e9") == r"a\nb\u00e9"
