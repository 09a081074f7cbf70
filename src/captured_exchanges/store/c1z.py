"""The `.c1z` format, version 1: a header of five bytes, then Zstandard data that holds one SQLite database.

Only the codec lives here, stream to stream: no names, no temporary files, no SQLite. Reading takes all
that baton's reader takes (several frames, skippable ones, frames without size or checksum, none at all)
and refuses what it refuses; writing makes the one frame that every reader takes. Frames are walked by
hand because ready-made file readers either stop silently after the first frame or ignore what trails.
Source of the format: FORMATS of this project; of frames: RFC 8878.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import BinaryIO

from captured_exchanges.errors import CorruptStore, StoreError, UnsupportedStore
from captured_exchanges.store._zstd import zstd

__all__ = ["HEADER", "MAX_UNPACKED_BYTES", "Anatomy", "dissect", "pack", "unpack"]

HEADER = b"C1ZF\x00"
_HEADER_V3 = b"C1Z3\x00"
MAX_UNPACKED_BYTES = 10 * 1024**3
"""The default bound on a database, as in baton's SDK."""
_MAX_WINDOW_LOG = 27  # 128 MiB: the most that baton's reader allows a frame to ask of memory
_FRAME_HEADER_BYTES = 18  # RFC 8878, 3.1.1.1: magic number and the longest frame header
_PIECE = 1024 * 1024
_READING: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _MAX_WINDOW_LOG}
_WRITING: dict[int, int] = {
    zstd.CompressionParameter.compression_level: 3,
    zstd.CompressionParameter.checksum_flag: 1,
    zstd.CompressionParameter.content_size_flag: 1,
}


@dataclass(frozen=True, slots=True)
class Anatomy:
    """What a `.c1z` is made of: how many frames, how many of them declare a size, bytes when unpacked."""

    frames: int
    sized: int
    unpacked: int


def unpack(source: BinaryIO, target: BinaryIO, *, limit: int, name: str, room: int = sys.maxsize) -> int:
    """Write the database that a `.c1z` holds to `target`; returns its size in bytes, 0 for an empty one.

    `source` stands at its first byte. Memory stays bounded: a window (128 MiB at most) and two pieces.

    Args:
        source: The whole file.
        target: Where the database goes; what was written before an error is for the caller to remove.
        limit: Bytes that may be written. Sizes that frames declare are checked before any work.
        name: What to call the file in messages.
        room: Bytes that the disk of `target` has room for: a bound as `limit` is, which blames the disk.

    Raises:
        UnsupportedStore: Not a `.c1z`, or one of another version.
        CorruptStore: Damaged, truncated, followed by garbage, or larger than `limit`.
        StoreError: Larger than `room`.
        OSError: From the streams.
    """
    return dissect(source, target, limit=limit, name=name, room=room).unpacked


def dissect(source: BinaryIO, target: BinaryIO, *, limit: int, name: str, room: int = sys.maxsize) -> Anatomy:
    """`unpack`, and what was found on the way."""
    check_header(source.read(len(HEADER)), name)
    unpacking = _Unpacking(source, target, limit, room, name)
    while unpacking.fill(_FRAME_HEADER_BYTES):
        unpacking.frame()
    return Anatomy(unpacking.frames, unpacking.sized, unpacking.written)


def check_header(header: bytes, name: str) -> None:
    """Accept the five bytes of version 1.

    Raises:
        UnsupportedStore: For anything else, saying what to do.
    """
    if header == HEADER:
        return
    if header == _HEADER_V3:
        raise UnsupportedStore(
            f"{name} is a .c1z of version 3, which is another storage engine: "
            "convert it to version 1 with baton's own tools, then open it again"
        )
    raise UnsupportedStore(
        f"{name} is not a .c1z file (its header is missing): give a .c1z or a SQLite database"
    )


class _Unpacking:
    """One run of `unpack`: compressed bytes not yet used, and how much has been written."""

    def __init__(self, source: BinaryIO, target: BinaryIO, limit: int, room: int, name: str) -> None:
        self._source = source
        self._target = target
        self._limit = limit
        self._room = room
        self._name = name
        self._rest = b""
        self.written = 0
        self.frames = 0
        self.sized = 0

    def fill(self, size: int) -> bool:
        """Have `size` bytes at hand, or all that are left; False at the end of the file."""
        while len(self._rest) < size:
            piece = self._source.read(_PIECE)
            if not piece:
                break
            self._rest += piece
        return bool(self._rest)

    def frame(self) -> None:
        """Unpack the frame that starts here."""
        try:
            self.frames += 1
            self._check_declared_size()
            self._decompress()
        except zstd.ZstdError as error:
            raise CorruptStore(
                f"{self._name} cannot be unpacked (damaged, followed by garbage, or it asks for a window "
                f"above 128 MiB): restore it from a copy [{error}]"
            ) from error

    def _check_declared_size(self) -> None:
        if len(self._rest) < _FRAME_HEADER_BYTES and not _is_frame_header(self._rest):
            return  # too short to be asked: decompressing tells truncation from garbage
        size = zstd.get_frame_info(self._rest[:_FRAME_HEADER_BYTES]).decompressed_size
        self.sized += size is not None
        self._check(size or 0)

    def _check(self, more: int) -> None:
        if self.written + more > self._limit:
            raise CorruptStore(
                f"{self._name} unpacks to more than the {self._limit:,} bytes that are allowed: "
                "if you trust the file, open it with a higher bound and enough free disk"
            )
        if self.written + more > self._room:
            raise StoreError(
                f"{self._name} unpacks to more than the {self._room:,} bytes that are free on the disk: "
                "free some space; for reading, TMPDIR may name another disk"
            )

    def _decompress(self) -> None:
        decompressor = zstd.ZstdDecompressor(options=_READING)
        piece = self._rest
        while not decompressor.eof:
            data = decompressor.decompress(piece, _PIECE)
            self._check(len(data))
            self._target.write(data)
            self.written += len(data)
            piece = b""
            if decompressor.needs_input and not decompressor.eof:
                piece = self._more()
        self._rest = decompressor.unused_data

    def _more(self) -> bytes:
        piece = self._source.read(_PIECE)
        if not piece:
            raise CorruptStore(f"{self._name} is truncated: it ends within a frame; restore it from a copy")
        return piece


def _is_frame_header(data: bytes) -> bool:
    try:
        zstd.get_frame_info(data)
    except zstd.ZstdError:
        return False
    return True


def pack(source: BinaryIO, target: BinaryIO, *, size: int) -> None:
    """Write a `.c1z` of the `size` bytes that `source` holds: one frame, with content size and checksum.

    Raises:
        StoreError: `source` holds another number of bytes than `size`.
        OSError: From the streams.
    """
    compressor = zstd.ZstdCompressor(options=_WRITING)
    compressor.set_pledged_input_size(size)
    target.write(HEADER)
    try:
        while piece := source.read(_PIECE):
            target.write(compressor.compress(piece))
        target.write(compressor.flush())
    except zstd.ZstdError as error:
        raise StoreError(
            f"the database changed while it was packed (it had {size:,} bytes): keep other programs away "
            "from it, and save again"
        ) from error
