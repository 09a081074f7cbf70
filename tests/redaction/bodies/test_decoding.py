"""From bytes to text."""

import gzip
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.redaction.bodies.decoding import (
    NotUnderstood,
    charset_of,
    decoded,
    media_type_of,
    text_of,
)

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIMIT = 10_000


def raw_deflate(data):
    machine = zlib.compressobj(wbits=-15)
    return machine.compress(data) + machine.flush()


@given(st.binary(max_size=200).filter(lambda data: not data.startswith((b"\x1f\x8b", b"\x28\xb5"))))
def test_every_known_encoding_is_undone(data):
    """Gzip with several members, deflate in both fashions, zstd with several frames, and layers of them."""
    assert decoded(gzip.compress(data) + gzip.compress(data), "gzip", LIMIT) == data * 2
    assert decoded(zlib.compress(data), "deflate", LIMIT) == data
    assert decoded(zstd.compress(data) + zstd.compress(data), "ZSTD", LIMIT) == data * 2
    assert decoded(gzip.compress(zlib.compress(data)), "deflate, x-gzip", LIMIT) == data


def test_raw_deflate_is_undone():
    """Some servers leave the header out."""
    assert decoded(raw_deflate(b"hello hello"), "deflate", LIMIT) == b"hello hello"


def test_what_nobody_labelled_is_told_by_its_magic():
    """Gzip and zstd without a header of their own."""
    assert decoded(gzip.compress(b"x"), "", LIMIT) == b"x"
    assert decoded(zstd.compress(b"x"), "identity", LIMIT) == b"x"


def test_a_label_that_lies_is_ignored_where_the_bytes_are_plain():
    """The client library may have decoded them."""
    assert decoded(b'{"a":1}', "gzip", LIMIT) == b'{"a":1}'


@pytest.mark.parametrize(
    ("data", "encoding", "reason"),
    [
        (b"x", "br", "unknown content encoding"),
        (b"x", "gzip, gzip, gzip, gzip", "too many content encodings"),
        (gzip.compress(b"x" * 50)[:-9], "gzip", "broken content encoding"),
        (zstd.compress(b"x" * 50)[:-3], "zstd", "broken content encoding"),
        (b"\x00\x01\x02", "gzip", "broken content encoding"),
        (gzip.compress(bytes(LIMIT + 1)), "gzip", "too large"),
        (zstd.compress(bytes(LIMIT + 1)), "zstd", "too large"),
        (zlib.compress(bytes(LIMIT + 1)), "deflate", "too large"),
        (bytes(LIMIT + 1), "", "too large"),
        (gzip.compress(b"") * 100, "gzip", "too many compressed members"),
        (zstd.compress(b"") * 100, "zstd", "too many compressed members"),
    ],
)
def test_what_cannot_be_decoded_is_refused(data, encoding, reason):
    """With the reason, and without inflating a bomb."""
    with pytest.raises(NotUnderstood, match=reason):
        decoded(data, encoding, LIMIT)


@pytest.mark.parametrize(
    "charset", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_unicode_is_told_by_marks_and_zeros(charset):
    """With and without a byte order mark, whatever the label says."""
    for label in ("", "utf-8", "utf-16"):
        assert text_of('{"a": "é"}'.encode(charset), label) == '{"a": "é"}'


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (b"plain", "utf-16", "plain"),
        (b"caf\xe9", "latin1", "café"),
        (b"caf\xe9", "", "café"),
        (b"\x80uro", "windows-1252", "€uro"),
        ("é".encode(), "iso-8859-1", "é"),
        (b"", "utf-8", ""),
    ],
)
def test_the_bytes_come_before_the_label(data, charset, text):
    """UTF-8 is taken as UTF-8; a single-byte label counts only for what is none."""
    assert text_of(data, charset) == text


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (b"+AHAAYQBz-", "utf-7"),
        (b"x", "ibm500"),
        (b"x", "unknown"),
        (b"caf\xe9", "utf-16"),
        (b"\xff\xfe\x00", ""),
        (b"\xe9\x00\x01\x02", "latin1"),
        ("é".encode("utf-16") + b"\x00", "utf-16"),
    ],
)
def test_a_doubt_is_a_refusal(data, charset):
    """A label that does not fit would hide a password from every rule."""
    with pytest.raises(NotUnderstood):
        text_of(data, charset)


@pytest.mark.parametrize(
    ("content_type", "media_type", "charset"),
    [
        ("application/json", "application/json", ""),
        ("Application/SCIM+JSON; charset=UTF-8", "application/scim+json", "utf-8"),
        ('text/plain;charset="latin1"', "text/plain", "latin1"),
        ("", "", ""),
        ("nonsense", "", ""),
        ("a b/c", "", ""),
    ],
)
def test_a_content_type_is_read(content_type, media_type, charset):
    """Media type without parameters, and the charset it claims."""
    assert media_type_of(content_type) == media_type
    assert charset_of(content_type) == charset


@given(
    st.binary(max_size=80),
    st.sampled_from(["", "utf-8", "utf-16", "latin1", "x"]),
    st.sampled_from(["", "gzip", "deflate", "zstd"]),
)
def test_no_bytes_raise_anything_else(data, charset, encoding):
    """A text or a refusal."""
    try:
        text = text_of(decoded(data, encoding, LIMIT), charset)
    except NotUnderstood:
        return
    text.encode()
