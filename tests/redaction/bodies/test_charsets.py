"""Charsets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.bodies.charsets import charset_of, text_of
from captured_exchanges.redaction.bodies.decoding import NotUnderstood
from support.examples import EXAMPLES

WIDE = ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
TEXTS = [
    '{"a": "é"}',
    '["日本語", {"ключ": "значение"}]',
    "é, password=abc",
    '日本語日本語: "password"',
    "ab",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", *WIDE])
def test_unicode_is_told_by_marks_and_zeros(charset, text):
    """With and without a byte order mark, whatever character comes first and whatever the label says."""
    for label in ("", "utf-8", "utf-16", "utf-16le", "iso-8859-1"):
        assert text_of(text.encode(charset), label) == (text, True)


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (b"plain", "utf-16", "plain"),
        (b"caf\xe9", "latin1", "café"),
        (b"caf\xe9", "", "café"),
        (b"caf\xe9", "utf-8", "café"),
        (b"\x80uro", "windows-1252", "€uro"),
        (b"\x80uro", "iso-8859-1", "€uro"),
        ("é".encode(), "iso-8859-1", "é"),
        ("пароль".encode("koi8-r"), "koi8-r", "пароль"),
        ("日本".encode("shift_jis"), "Shift_JIS", "日本"),
        ("中文".encode("gbk"), "gb2312", "中文"),
        (b"", "utf-8", ""),
    ],
)
def test_the_bytes_come_before_the_label(data, charset, text):
    """UTF-8 is taken as UTF-8; a label counts only for what is none."""
    assert text_of(data, charset) == (text, True)


@pytest.mark.parametrize("charset", ["utf-8", *WIDE])
def test_half_a_character_at_the_end_is_left_out(charset):
    """And the text is told to be cut."""
    data = "é is the last: é".encode(charset)
    assert text_of(data[:-1], "") == ("é is the last: ", False)


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (b"+AHAAYQBz-", "utf-7"),
        (b"x", "ibm500"),
        (b"x", "unknown"),
        (b"x", "unicode_escape"),
        (b"x", "\0"),
        (b"caf\xe9", "utf-16"),
        (b"\xe9\x00\x01\x02", "latin1"),
        ('{"password": "abc", "user": "bob"}'.encode("cp500"), ""),
        ('{"password": "abc", "user": "bob"}'.encode("cp037"), "utf-8"),
        ("пароль: абв где жзи".encode("cp1251"), ""),
        (b"\xff\xfe\x00\xd8\x00\x00", ""),
        ("日本".encode("shift_jis"), "euc_jp"),
    ],
)
def test_a_doubt_is_a_refusal(data, charset):
    """A label that does not fit, or bytes that fit none, would hide a password from every rule."""
    with pytest.raises(NotUnderstood):
        text_of(data, charset)


def test_a_text_with_a_zero_in_it_is_not_taken_for_utf_16():
    """Its letters would become others, which no rule can read."""
    text, _ = text_of(b"password=abcd\0", "")
    assert "password=abcd" in text


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("application/json", ""),
        ("Application/SCIM+JSON; charset=UTF-8", "utf-8"),
        ('text/plain;charset="latin1"', "latin1"),
        ("", ""),
    ],
)
def test_a_charset_is_read_from_a_content_type(content_type, charset):
    """The one it claims, in lower case."""
    assert charset_of(content_type) == charset


@settings(max_examples=EXAMPLES)
@given(st.binary(max_size=80), st.sampled_from(["", "utf-8", "utf-16", "latin1", "big5", "x", "hex"]))
def test_no_bytes_raise_anything_else(data, charset):
    """A text or a refusal."""
    try:
        text, _ = text_of(data, charset)
    except NotUnderstood:
        return
    text.encode()
