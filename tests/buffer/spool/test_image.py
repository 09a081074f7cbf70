import json

import pytest

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.buffer.spool.image import LEASE, dump, image_of, load
from captured_exchanges.exchange import MAX_SEQUENCE
from support.buffer_exchanges import encoded


def busy() -> CaptureBuffer:
    """A buffer of which there is something to remember everywhere."""
    now = [0.0]
    buffer = CaptureBuffer(max_bytes=500, max_age=10.0, clock=lambda: now[0])
    buffer.accept(encoded(100, "a"), abandoned=True)
    buffer.accept(encoded(100, "b\ud800"))
    buffer.read(0, max_exchanges=9, max_bytes=10**9, hold=True)
    buffer.keep(0.0)
    now[0] = 10.0
    for size in (100, 501, 100, 400, 100):
        buffer.accept(encoded(size, ""))
    buffer.release(1)
    return buffer


def test_an_image_is_read_as_it_was_written():
    """Positions, holes, accounts and what is in dispute survive as JSON."""
    image = image_of(busy()._stock, closed=False)
    again = load(dump(image))
    assert dump(again) == dump(image)
    assert [each.sync_id for each in again.accounts] == ["a", "b\ud800", ""]
    assert again.sent_drops == [(2, "b\ud800", 100, "retention", "b\ud800")]
    assert again.shelves[0].holes[0].runs[0].syncs == {"b\ud800": 1}
    assert again.shelves[0].lease == again.shelves[0].next_sequence - 1 + LEASE


def test_a_closed_image_leases_nothing():
    """Nothing is captured after it."""
    (shelf,) = image_of(busy()._stock, closed=True).shelves
    assert shelf.lease == shelf.next_sequence - 1


def test_a_lease_ends_where_sequences_do():
    """No more is leased than there is."""
    stock = CaptureBuffer(first_sequence=MAX_SEQUENCE - 10)._stock
    assert image_of(stock, closed=False).shelves[0].lease == MAX_SEQUENCE


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff", b"{}", b"[]", b"3", b"null", b"[2,false,0,[],[],[]]", b"[1,false,0,[[1,2]],[],[]]",
     b"[1,false,0,[],[[1]],[]]", json.dumps([1, False, 0, [["e", 0, 1, 0, 0, 0, [[1]]]], [], []]).encode()],
)  # fmt: skip
def test_what_is_no_image_is_refused(raw):
    """Foreign bytes, and a version that is not known."""
    with pytest.raises(ValueError):  # noqa: PT011 - json's own among them
        load(raw)
