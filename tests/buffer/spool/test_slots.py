import os

import pytest

from captured_exchanges.buffer.spool.disk import Disk
from captured_exchanges.buffer.spool.slots import SLOT_BYTES, Slots
from support.buffer_disks import FailingDisk


def fresh(folder) -> list[bytes]:
    """What another process finds."""
    slots = Slots(Disk(), folder)
    found = slots.contents()
    slots.close()
    return found


def test_the_last_two_contents_are_found_newest_first(tmp_path):
    """One of them is the one before."""
    slots = Slots(Disk(), tmp_path)
    assert slots.contents() == []
    for number in range(5):
        slots.write(b"%d" % number)
    assert fresh(tmp_path) == [b"4", b"3"]


@pytest.mark.parametrize("tears", range(0, 31, 3))
def test_a_torn_write_leaves_the_content_before(tmp_path, tears):
    """Wherever a write is cut, what was kept before it is whole."""
    disk = FailingDisk()
    slots = Slots(disk, tmp_path)
    slots.write(b"first" * 3)
    slots.write(b"second" * 3)
    disk.tears = tears
    with pytest.raises(OSError, match="error"):
        slots.write(b"third" * 3)
    assert fresh(tmp_path)[0] == b"second" * 3
    disk.tears = None
    slots.write(b"fourth")
    assert fresh(tmp_path) == [b"fourth", b"second" * 3]


def test_another_process_goes_on_where_this_one_was(tmp_path):
    """It never writes over the newest content."""
    Slots(Disk(), tmp_path).write(b"first")
    disk = FailingDisk()
    disk.tears = 3
    with pytest.raises(OSError, match="error"):
        Slots(disk, tmp_path).write(b"second")
    assert fresh(tmp_path) == [b"first"]
    Slots(Disk(), tmp_path).write(b"third")
    assert fresh(tmp_path) == [b"third", b"first"]


def test_a_full_disk_takes_what_is_written_over(tmp_path):
    """The room is there from the beginning."""
    disk = FailingDisk()
    slots = Slots(disk, tmp_path)
    slots.write(b"first")
    disk.room = 0
    for _ in range(3):
        slots.write(bytes(SLOT_BYTES - 100))
    with pytest.raises(OSError, match="No space left"):
        slots.write(bytes(SLOT_BYTES))


def test_a_changed_byte_leaves_the_older_content(tmp_path):
    """What does not fit its checksum does not count."""
    slots = Slots(Disk(), tmp_path)
    slots.write(b"first")
    slots.write(b"second")
    os.pwrite(slots._descriptors[0], b"\xff", 20)
    assert fresh(tmp_path) == [b"first"]


def test_a_disk_that_did_not_answer_at_first_may_later(tmp_path):
    """Nothing of what was there is lost by it."""
    Slots(Disk(), tmp_path).write(b"first")
    disk = FailingDisk()
    disk.broken = {"read"}
    slots = Slots(disk, tmp_path)
    with pytest.raises(OSError, match="error"):
        slots.contents()
    disk.broken = set()
    slots.write(b"second")
    assert fresh(tmp_path) == [b"second", b"first"]
