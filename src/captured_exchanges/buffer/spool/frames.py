"""Pieces of a file that tell whether they are whole: length, checksum, content.

    u32 length of the content, above 0    u32 CRC-32 of length and content    content

What a crash has torn, and what a disk has changed, does not fit its checksum. Nothing after such a place can
be trusted to begin where it seems to: the file is read up to there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from zlib import crc32

__all__ = ["FRAME_OVERHEAD", "frame", "frames"]

_HEAD = struct.Struct("<II")
_LENGTH = struct.Struct("<I")
FRAME_OVERHEAD = _HEAD.size
"""Bytes that a frame adds to its content."""


def frame(content: bytes) -> bytes:
    """A frame around a content that is not empty."""
    return _HEAD.pack(len(content), _checksum(content)) + content


def frames(data: bytes, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """The contents of whole frames from a place on, and where each frame ends: up to the first that is
    torn, damaged, or no frame at all (zeros are none).
    """
    while start + FRAME_OVERHEAD <= len(data):
        length, checksum = _HEAD.unpack_from(data, start)
        begin, end = start + FRAME_OVERHEAD, start + FRAME_OVERHEAD + length
        content = data[begin:end]
        if not length or end > len(data) or _checksum(content) != checksum:
            return
        yield end, content
        start = end


def _checksum(content: bytes) -> int:
    return crc32(content, crc32(_LENGTH.pack(len(content))))
