import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.errors import CorruptStore, StoreError, UnsupportedStore
from captured_exchanges.store._zstd import zstd
from captured_exchanges.store.c1z import HEADER, Anatomy, dissect, pack, unpack

MIB = 1024 * 1024
SKIPPABLE = struct.pack("<II", 0x184D2A53, 5) + b"hello"
PLAIN = {zstd.CompressionParameter.content_size_flag: 0, zstd.CompressionParameter.checksum_flag: 0}


def unpacked(data: bytes, limit: int = 10 * MIB) -> bytes:
    target = io.BytesIO()
    size = unpack(io.BytesIO(data), target, limit=limit, name="x.c1z")
    assert size == len(target.getvalue())
    return target.getvalue()


def frame(data: bytes, **options: int) -> bytes:
    return zstd.compress(data, options=options or None)


def streamed(data: bytes) -> bytes:
    """A frame without content size and checksum."""
    compressor = zstd.ZstdCompressor(options=PLAIN)
    result = compressor.compress(data) + compressor.flush()
    assert zstd.get_frame_info(result).decompressed_size is None
    return result


@given(st.lists(st.binary(max_size=3000) | st.none(), max_size=5))
def test_every_frame_is_read(parts):
    """Any number of frames, sized or not, with skippable ones between, are one database."""
    frames = [SKIPPABLE if part is None else (frame if len(part) % 2 else streamed)(part) for part in parts]
    assert unpacked(HEADER + b"".join(frames)) == b"".join(part or b"" for part in parts)


def test_what_a_file_is_made_of_is_told():
    """Frames, those that declare their size, and the bytes they come to."""
    data = HEADER + frame(b"a" * 1000) + streamed(b"b" * 500)
    assert dissect(io.BytesIO(data), io.BytesIO(), limit=MIB, name="x") == Anatomy(2, 1, 1500)
    assert dissect(io.BytesIO(HEADER), io.BytesIO(), limit=MIB, name="x") == Anatomy(0, 0, 0)


def test_large_frames_are_read_past_the_first():
    """Frames larger than a piece of work are read to their end, and so is what follows them."""
    parts = [bytes([number]) * (3 * MIB + number) for number in range(3)]
    assert unpacked(HEADER + b"".join(map(frame, parts))) == b"".join(parts)


@pytest.mark.parametrize("data", [HEADER, HEADER + frame(b""), HEADER + streamed(b""), HEADER + SKIPPABLE])
def test_nothing_in_it_is_an_empty_database(data):
    """A bare header, an empty frame and a skippable frame alone hold an empty database."""
    assert unpacked(data) == b""


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (b"C1Z3\x00", "version 3"),
        (b"C1Z9\x00", "not a .c1z"),
        (b"C1ZF", "not a .c1z"),
        (b"", "not a .c1z"),
        (b"hello", "not a .c1z"),
        (b"SQLit", "not a .c1z"),
    ],
)
def test_other_headers_are_refused(header, told):
    """Anything but the header of version 1 is refused, version 3 by its name and with what to do."""
    with pytest.raises(UnsupportedStore, match=told):
        unpacked(header + frame(b"x"))


@pytest.mark.parametrize("whole", [frame(b"abc" * 1000), streamed(b"abc" * 1000), SKIPPABLE])
def test_every_truncation_is_refused(whole):
    """A file that ends anywhere within a frame is refused, be it the first or a later one."""
    for end in range(1, len(whole)):
        for before in (b"", frame(b"first")):
            with pytest.raises(CorruptStore):
                unpacked(HEADER + before + whole[:end])


@pytest.mark.parametrize(
    "garbage", [b"\x00", b"ab", b"garbage that is longer than a frame header", b"\x28\xb5"]
)
def test_trailing_garbage_is_refused(garbage):
    """Whatever follows the last frame and is no frame makes the file damaged."""
    with pytest.raises(CorruptStore):
        unpacked(HEADER + frame(b"abc") + garbage)


def test_a_wrong_checksum_is_refused():
    """A frame whose checksum does not fit its content is damaged."""
    packed = bytearray(frame(b"abc" * 100))
    packed = bytearray(zstd.compress(b"abc" * 100, options={zstd.CompressionParameter.checksum_flag: 1}))
    packed[-1] ^= 1
    with pytest.raises(CorruptStore, match="damaged"):
        unpacked(HEADER + bytes(packed))


def windowed(descriptor: int) -> bytes:
    """A frame by hand: no content size, this window descriptor (RFC 8878, 3.1.1.1.2), one empty raw block."""
    return b"\x28\xb5\x2f\xfd\x00" + bytes([descriptor]) + b"\x01\x00\x00"


def test_a_window_above_128_mib_is_refused():
    """A frame may ask for 128 MiB of memory, and for not one byte more."""
    exactly, above = (27 - 10) << 3, (27 - 10) << 3 | 1
    assert unpacked(HEADER + windowed(exactly)) == b""
    with pytest.raises(CorruptStore, match="window above 128 MiB"):
        unpacked(HEADER + windowed(above))


@pytest.mark.parametrize("make", [frame, streamed])
def test_a_bomb_is_refused_before_it_goes_off(make):
    """A small file that unpacks to more than the bound stops there, whether it declares its size or not."""
    bomb = HEADER + make(bytes(64 * MIB))
    assert len(bomb) < MIB
    target = io.BytesIO()
    with pytest.raises(CorruptStore, match="more than the 1,048,576 bytes"):
        unpack(io.BytesIO(bomb), target, limit=MIB, name="x.c1z")
    assert len(target.getvalue()) == (0 if make is frame else MIB)


def test_the_bound_holds_over_all_frames():
    """Frames that are each below the bound may not pass it together; exactly reaching it is fine."""
    half = frame(bytes(512 * 1024))
    assert len(unpacked(HEADER + half + half, limit=MIB)) == MIB
    with pytest.raises(CorruptStore, match="more than"):
        unpacked(HEADER + half + half + frame(b"x"), limit=MIB)


def test_a_declared_size_that_lies_is_refused():
    """A frame that holds more than it declares is damaged, whatever the bound."""
    honest = bytearray(frame(bytes(300)))
    position = 5  # after magic number and descriptor of a frame with a two-byte content size
    assert zstd.get_frame_info(bytes(honest)).decompressed_size == 300
    honest[position : position + 2] = struct.pack("<H", 0)  # the format adds 256 to a two-byte size
    assert zstd.get_frame_info(bytes(honest)).decompressed_size == 256
    with pytest.raises(CorruptStore):
        unpacked(HEADER + bytes(honest))


@given(st.binary(max_size=5000))
def test_what_is_packed_unpacks(data):
    """Packing and unpacking gives the same bytes back."""
    target = io.BytesIO()
    pack(io.BytesIO(data), target, size=len(data))
    assert unpacked(target.getvalue()) == data


def test_packing_makes_one_frame_with_size_and_checksum():
    """What is written is one frame that declares its content size and carries a checksum."""
    data = b"pages" * 700_000
    target = io.BytesIO()
    pack(io.BytesIO(data), target, size=len(data))
    packed = target.getvalue()
    assert packed.startswith(HEADER)
    packed = packed[len(HEADER) :]
    assert zstd.get_frame_info(packed).decompressed_size == len(data)
    assert zstd.get_frame_size(packed) == len(packed)
    assert packed[4] & 0b100  # RFC 8878, 3.1.1.1.1: the content checksum flag


@pytest.mark.parametrize("size", [2, 4])
def test_packing_another_number_of_bytes_is_refused(size):
    """A database that changes its size while it is packed is told, not written."""
    with pytest.raises(StoreError, match="changed while"):
        pack(io.BytesIO(b"abc"), io.BytesIO(), size=size)
