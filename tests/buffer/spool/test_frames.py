import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.buffer.spool.frames import FRAME_OVERHEAD, frame, frames

CONTENTS = st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=6)


def contents(data: bytes) -> list[bytes]:
    return [content for _, content in frames(data)]


@given(CONTENTS)
def test_what_was_framed_is_found_with_its_place(written):
    """Frames in a row are read back whole, each with the place where the next one begins."""
    data = b"".join(map(frame, written))
    assert contents(data) == written
    assert [end for end, _ in frames(data)][-1] == len(data)


@given(CONTENTS, st.data())
def test_a_torn_tail_is_cut_at_the_last_whole_frame(written, data):
    """Wherever a crash tears a file, what lies whole before is there and nothing else is."""
    whole = b"".join(map(frame, written))
    kept = data.draw(st.integers(0, len(whole)))
    ends = [end for end, _ in frames(whole) if end <= kept]
    torn = whole[:kept] + data.draw(st.sampled_from([b"", bytes(20), b"\xff" * 20]))
    assert contents(torn) == written[: len(ends)]


@given(CONTENTS, st.data())
def test_a_flipped_bit_is_found(written, data):
    """Whatever bit changes, the frame that has it is not taken, nor anything after it."""
    whole = bytearray(b"".join(map(frame, written)))
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    ends = [end for end, _ in frames(bytes(whole)) if end * 8 <= bit]
    whole[bit // 8] ^= 1 << bit % 8
    assert contents(bytes(whole)) == written[: len(ends)]


@pytest.mark.parametrize("filler", [b"", b"\0" * 100, b"\0" * (FRAME_OVERHEAD - 1)])
def test_zeros_are_no_frames(filler):
    """A tail of zeros, as file systems leave them, holds nothing."""
    assert contents(frame(b"x") + filler) == [b"x"]
