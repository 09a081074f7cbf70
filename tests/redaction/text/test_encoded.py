"""Base64 and hex that hide something."""

import base64
import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.text.encoded import DEFAULT_ENCODED, Encoded
from support.examples import EXAMPLES
from support.redaction_exchanges import secrets, sweep
from support.redaction_readers import TEXT

ENCODED = Encoded()


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def redacted(text, words=DEFAULT_ENCODED):
    return Encoded(words).redact(text, sweep(), (), lambda plain: TEXT.scan(plain, sweep(), (), 1))


@pytest.mark.parametrize("word", sorted(DEFAULT_ENCODED))
def test_each_telling_word_tells(word):
    """In either encoding; and no other row of the table knows it."""
    for plain in (f"{word}=aB3dE5fG7hJ9kL1m", f'{{"{word}": "aB3dE5fG7hJ9kL1m"}}'):
        for text in (encoded(plain), plain.encode().hex()):
            assert redacted(f"x {text} y").startswith("x [REDACTED:value.")
            assert redacted(text, frozenset({"zzzz"})) == text


@settings(max_examples=EXAMPLES)
@given(secrets, st.text(max_size=9), st.sampled_from(["base64", "url-safe", "lines", "hex"]))
def test_what_is_hidden_goes_at_every_alignment(secret, before, encoding):
    """The run as a whole, in either alphabet and over several lines."""
    data = (before + json.dumps({"user": "bob", "password": secret})).encode()
    text = {
        "base64": base64.b64encode(data).decode(),
        "url-safe": base64.urlsafe_b64encode(data).decode().rstrip("="),
        "lines": base64.encodebytes(data).decode(),
        "hex": data.hex(),
    }[encoding]
    assert "[REDACTED:value." in redacted(text)


@pytest.mark.parametrize(
    "first",
    ["#!/bin/sh", "#!/usr/bin/env bash", "#cloud-config\nruncmd:", "<powershell>", "MIME\n\n#!/bin/sh"],
)
def test_scripts_are_read_whatever_they_name(first):
    """The user data of a machine, compressed or not; a script without secrets stays."""
    script = f"{first}\ncurl -u bob:aB3dE5fG7hJ9 https://x.test\n"
    plain = script.replace("-u bob:aB3dE5fG7hJ9", "-s")
    assert redacted(encoded(script)).startswith("[REDACTED:value.base64:")
    assert redacted(encoded(plain)) == encoded(plain)
    packed, harmless = (base64.b64encode(gzip.compress(text.encode())).decode() for text in (script, plain))
    assert redacted(packed).startswith("[REDACTED:value.base64:")
    assert redacted(harmless) == harmless
    assert redacted(packed[:-16]).startswith("[REDACTED:value.base64:")
    assert redacted("H4sIAAAAAAAAAAAA") == "H4sIAAAAAAAAAAAA"


@pytest.mark.parametrize(
    "text",
    [
        encoded('{"id": 123, "cursor": "abc"}'),
        encoded("Reset the password please, and pick another one"),
        encoded('{"passwordChanged": "2024-01-01"}'),
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "password=abc",
        "cGFzc3dvcmQ",
        "",
    ],
)
def test_what_hides_nothing_stays(text):
    """Cursors, prose, near-misses, and a word alone."""
    assert redacted(text) == text


def test_a_scan_finds_it_in_any_text():
    """A removal is told once, by the place of the text."""
    one = sweep()
    hidden = encoded('{"password": "abc"}')
    assert TEXT.scan(f"see {hidden} there", one, ("a",)).startswith("see [REDACTED:value.base64:")
    assert one.redactions() == [{"path": "/a", "rule": "value.base64"}]
