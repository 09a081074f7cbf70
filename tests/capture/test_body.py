"""The copy of a body: what it keeps, and what it says of it."""

import threading

import pytest

from captured_exchanges.capture.body import BodyCopy
from captured_exchanges.exchange import MAX_BODY_BYTES, Body
from support.capture_sink import hook_failures


def test_complete():
    """A body read to its end is complete, piece by piece or as a whole."""
    copy = BodyCopy()
    for piece in (b"a", b"", bytearray(b"b"), memoryview(b"c")):
        copy.add(piece)
    copy.end()
    assert copy.body() == BodyCopy.of(b"abc").body() == Body(b"abc", 3, "complete")


def test_kept_apart():
    """A piece that its owner changes afterwards is copied as it was."""
    copy, piece = BodyCopy(), bytearray(b"before")
    copy.add(piece)
    piece[:] = b"after!"
    assert copy.body().data == b"before"


def test_abandoned():
    """A body not read to its end is abandoned, however long."""
    copy = BodyCopy()
    assert copy.body() == Body(b"", 0, "abandoned")
    copy.add(b"a" * (MAX_BODY_BYTES + 1))
    assert (copy.body().size, copy.body().state) == (MAX_BODY_BYTES + 1, "abandoned")


@pytest.mark.parametrize("pieces", [[MAX_BODY_BYTES + 1], [MAX_BODY_BYTES, 1], [1, MAX_BODY_BYTES]])
def test_truncated(pieces):
    """Of a longer body the first MAX_BODY_BYTES are kept and all are counted."""
    copy = BodyCopy()
    for size in pieces:
        copy.add(b"a" * size)
    copy.end()
    body = copy.body()
    assert (len(body.data), body.size, body.state) == (MAX_BODY_BYTES, MAX_BODY_BYTES + 1, "truncated")


def test_just_fits():
    """A body of exactly the bound is complete."""
    assert BodyCopy.of(b"a" * MAX_BODY_BYTES).body().state == "complete"


def test_none():
    """There is no body where none came to its end, or none was expected and none came."""
    assert BodyCopy.of(b"").body() is None
    assert BodyCopy(expected=False).body() is None


def test_unexpected():
    """Bytes that nobody expected are a body."""
    copy = BodyCopy(expected=False)
    copy.add(b"a")
    assert copy.body() == Body(b"a", 1, "abandoned")


def test_restart():
    """A body that is read again is what was read last."""
    copy = BodyCopy()
    copy.add(b"first")
    copy.end()
    copy.restart()
    copy.add(b"se")
    assert copy.body() == Body(b"se", 2, "abandoned")


def test_nonsense():
    """What is no bytes at all is counted as a failed hook and raises nothing."""
    copy = BodyCopy()
    with hook_failures(2):
        copy.add(None)
        copy.add("text")
    copy.add(b"a")
    assert copy.body().data == b"a"


def test_consistent_meanwhile():
    """Asked in the midst of it by another thread, bytes and size belong together."""
    copy = BodyCopy()

    def write():
        for _ in range(3000):
            copy.add(b"abc")
        copy.end()

    thread = threading.Thread(target=write)
    thread.start()
    while thread.is_alive():
        body = copy.body()
        assert len(body.data) == body.size
        assert body.size % 3 == 0
    thread.join()
    assert copy.body() == Body(b"abc" * 3000, 9000, "complete")
