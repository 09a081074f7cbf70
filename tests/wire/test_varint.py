"""Framing by hand."""

from google.protobuf import descriptor_pb2
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.wire.varint import length_delimited, read_varint, varint, varint_tag


@given(st.integers(1, 536_870_911), st.integers(0, 2**63 - 1))
def test_a_numeric_field_is_what_protobuf_writes(number, value):
    """Protobuf itself reads the value back from the unknown field's bytes."""
    option = descriptor_pb2.UninterpretedOption.FromString(varint_tag(4) + varint(value))
    assert option.positive_int_value == value
    assert varint_tag(number) == varint(number << 3)


@given(st.lists(st.binary(max_size=300), max_size=4))
def test_pieces_make_one_field(pieces):
    """A field may be made of any number of consecutive pieces."""
    option = descriptor_pb2.UninterpretedOption.FromString(length_delimited(7, *pieces))
    assert option.string_value == b"".join(pieces)


@given(st.binary(max_size=5), st.integers(0, 2**64 - 1), st.binary(max_size=5))
def test_what_was_written_is_read_back(before, value, after):
    """With the place where it ends."""
    raw = before + varint(value) + after
    assert read_varint(raw, len(before)) == (value, len(raw) - len(after))


@given(st.binary(max_size=30), st.integers(0, 40))
def test_reading_never_fails(raw, start):
    """Whatever is there, it takes ten bytes at most, and none beyond the end."""
    _, end = read_varint(raw, start)
    assert end <= max(start, min(start + 10, len(raw)))
