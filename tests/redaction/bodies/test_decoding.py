"""Content encodings."""

import functools
import gzip
import random
import sys
import zlib

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.bodies.decoding import (
    Decoded,
    NotUnderstood,
    decoded,
    media_type_of,
)
from support.examples import EXAMPLES

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIMIT = 10_000


def raw_deflate(data):
    machine = zlib.compressobj(wbits=-15)
    return machine.compress(data) + machine.flush()


HELLO = b"hello hello"
PLAIN = st.binary(max_size=200).filter(
    lambda data: (
        not data.startswith((b"\x1f\x8b", b"\x28\xb5", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"))
    )
)


@settings(max_examples=EXAMPLES)
@given(PLAIN)
def test_every_known_encoding_is_undone(data):
    """Gzip with several members, deflate in both fashions, zstd with several frames, brotli, and layers."""
    assert decoded(gzip.compress(data) + gzip.compress(data), "gzip", LIMIT) == Decoded(data * 2)
    assert decoded(zlib.compress(data), "deflate", LIMIT) == Decoded(data)
    assert decoded(zstd.compress(data) + zstd.compress(data), "ZSTD", LIMIT) == Decoded(data * 2)
    assert decoded(brotli.compress(data), "br", LIMIT) == Decoded(data)
    assert decoded(gzip.compress(zlib.compress(data)), "deflate, x-gzip", LIMIT) == Decoded(data)
    assert decoded(gzip.compress(brotli.compress(data)), "br, gzip", LIMIT) == Decoded(data)


def test_raw_deflate_is_undone():
    """Some servers leave the header out."""
    assert decoded(raw_deflate(HELLO), "deflate", LIMIT) == Decoded(HELLO)


@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress, zlib.compress])
def test_what_nobody_labelled_is_told_by_its_magic(compress):
    """Without a header of its own, and layer by layer; with a label that knows of the outermost only."""
    assert decoded(compress(HELLO), "", LIMIT) == Decoded(HELLO)
    assert decoded(compress(HELLO), "identity", LIMIT) == Decoded(HELLO)
    assert decoded(compress(gzip.compress(compress(HELLO))), "", LIMIT) == Decoded(HELLO)
    assert decoded(gzip.compress(compress(HELLO)), "gzip", LIMIT) == Decoded(HELLO)


@pytest.mark.parametrize("data", [b'{"a":1}', b"x^y", b"x^"])
def test_a_label_that_lies_is_ignored_where_the_bytes_are_plain(data):
    """The client library may have decoded them; and text may begin as zlib does."""
    assert decoded(data, "gzip", LIMIT) == Decoded(data)
    assert decoded(data, "br", LIMIT) == Decoded(data)
    assert decoded(data, "", LIMIT) == Decoded(data)


@pytest.mark.parametrize(
    ("name", "compress"),
    [("gzip", gzip.compress), ("zstd", zstd.compress), ("deflate", zlib.compress), ("br", brotli.compress)],
)
def test_a_stream_that_was_cut_gives_what_was_in_it(name, compress):
    """Its beginning, and that there was more."""
    data = random.Random(1).randbytes(8_000)
    cut = decoded(compress(data)[:7_000], name, LIMIT)
    assert not cut.is_whole
    assert data.startswith(cut.data)
    assert cut.data


@pytest.mark.parametrize(
    ("data", "encoding", "reason"),
    [
        (b"x", "lzma", "unknown content encoding"),
        (b"x", "gzip, gzip, gzip, gzip", "too many content encodings"),
        (
            functools.reduce(lambda data, _: gzip.compress(data), range(5), b"x"),
            "",
            "too many content encodings",
        ),
        (b"\x00\x01\x02", "gzip", "broken content encoding"),
        (b"\xff\x01\x02", "br", "broken content encoding"),
        (b"\x1f\x8b\x08\xff\xff", "", "broken content encoding"),
        (gzip.compress(bytes(LIMIT + 1)), "gzip", "too large"),
        (zstd.compress(bytes(LIMIT + 1)), "zstd", "too large"),
        (zlib.compress(bytes(LIMIT + 1)), "deflate", "too large"),
        (brotli.compress(bytes(LIMIT + 1)), "br", "too large"),
        (brotli.compress(bytes(50_000_000)), "br", "too large"),
        (gzip.compress(gzip.compress(bytes(5_000_000))), "", "too large"),
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
    ("content_type", "media_type"),
    [
        ("application/json", "application/json"),
        ("Application/SCIM+JSON; charset=UTF-8", "application/scim+json"),
        ("", ""),
        ("nonsense", ""),
        ("a b/c", ""),
    ],
)
def test_a_media_type_is_read_without_its_parameters(content_type, media_type):
    """In lower case; empty where it is none."""
    assert media_type_of(content_type) == media_type


@settings(max_examples=EXAMPLES)
@given(st.binary(max_size=80), st.sampled_from(["", "gzip", "deflate", "zstd", "br", "br, gzip"]))
def test_no_bytes_raise_anything_else(data, encoding):
    """Bytes or a refusal."""
    try:
        assert len(decoded(data, encoding, LIMIT).data) <= LIMIT
    except NotUnderstood:
        return
