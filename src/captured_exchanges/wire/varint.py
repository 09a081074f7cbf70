"""Protobuf's framing by hand, for what is concatenated rather than serialised.

Source: https://protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

__all__ = ["length_delimited", "length_tag", "read_varint", "varint", "varint_tag"]

_VARINT, _LENGTH_DELIMITED = 0, 2
_LONGEST = 10
"""Bytes of one integer."""


def varint(value: int) -> bytes:
    """A non-negative integer in base 128, low groups first."""
    if value < 0x80:  # noqa: PLR2004 - the format's own number
        return bytes((value,))
    if value < 0x4000:  # noqa: PLR2004 - two groups: most lengths and many sequences
        return bytes((value & 0x7F | 0x80, value >> 7))
    groups = bytearray()
    while value > 0x7F:  # noqa: PLR2004
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)


def read_varint(raw: bytes, start: int) -> tuple[int, int]:
    """The integer that begins there, and where it ends; of one that is cut off, what there is."""
    value = shift = 0
    for place in range(start, min(start + _LONGEST, len(raw))):
        value |= (raw[place] & 0x7F) << shift
        shift += 7
        if raw[place] <= 0x7F:  # noqa: PLR2004
            return value, place + 1
    return value, min(start + _LONGEST, len(raw))


def varint_tag(number: int) -> bytes:
    """What stands before a numeric field."""
    return varint(number << 3 | _VARINT)


def length_tag(number: int) -> bytes:
    """What stands before the length of a string, bytes or message field."""
    return varint(number << 3 | _LENGTH_DELIMITED)


def length_delimited(number: int, *pieces: bytes) -> bytes:
    """A string, bytes or message field with its tag, made of consecutive pieces."""
    return b"".join((length_tag(number), varint(sum(map(len, pieces))), *pieces))
