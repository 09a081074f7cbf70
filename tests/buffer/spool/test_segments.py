import errno
import os
import stat

import pytest

from captured_exchanges.buffer.spool.disk import Disk
from captured_exchanges.buffer.spool.frames import frame, frames
from captured_exchanges.buffer.spool.records import epoch_of
from captured_exchanges.buffer.spool.segments import Segments
from support.buffer_disks import FailingDisk


def segments(folder, *, named=True, max_bytes=1_000_000, disk=None) -> Segments:
    return Segments(disk or Disk(), folder, max_bytes, named=named)


def test_what_is_appended_is_read_back(tmp_path):
    """A place and a size are enough to find the bytes again."""
    spool = segments(tmp_path)
    places = [(spool.append("e", data), len(data)) for data in (b"one", b"three")]
    assert [spool.read(segment, offset, size) for (segment, offset), size in places] == [b"one", b"three"]


def test_a_segment_begins_with_its_epoch(tmp_path):
    """A file tells which epoch it is of, and another epoch begins another file."""
    spool = segments(tmp_path)
    spool.append("e", frame(b"x"))
    spool.append("f", frame(b"y"))
    files = [path.read_bytes() for path in sorted(tmp_path.iterdir())]
    first = [next(content for _, content in frames(data)) for data in files]
    assert [epoch_of(record) for record in first] == ["e", "f"]


def test_files_are_bounded_and_go_as_a_whole(tmp_path):
    """Past its size a file is left for the next one; a removed one takes nothing with it."""
    spool = segments(tmp_path, max_bytes=64 * 1024)
    written = [spool.append("e", bytes(3_000)) for _ in range(4)]
    kept = [segment for segment, _ in written]
    assert len({segment.number for segment in kept}) == 4
    spool.remove(kept[1])
    assert len(list(tmp_path.iterdir())) == 3
    assert spool.read(*written[2], 3_000) == bytes(3_000)
    assert spool.bytes == sum(path.stat().st_size for path in tmp_path.iterdir())


@pytest.mark.parametrize(("more", "fits"), [(-1, True), (0, True), (1, False)])
def test_the_bound_is_on_the_files(tmp_path, more, fits):
    """Files with all that is in them stay within the bound, to the byte."""
    spool = segments(tmp_path, max_bytes=5_000)
    spool.append("e", bytes(1_000))
    overhead = spool.bytes - 1_000
    size = 5_000 - spool.bytes - overhead + more  # too much for this file, so another begins
    assert spool.fits(size, "e") is fits
    if fits:
        spool.append("e", bytes(size))
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 5_000


def test_files_are_for_the_user_alone(tmp_path):
    """Mode 0600, with a name or without, whatever the umask."""
    before = os.umask(0)
    try:
        named, _ = segments(tmp_path).append("e", b"x")
        nameless, _ = segments(tmp_path, named=False).append("e", b"x")
    finally:
        os.umask(before)
    for segment in (named, nameless):
        assert stat.S_IMODE(os.fstat(segment.descriptor).st_mode) == 0o600


def test_a_file_without_a_name_leaves_nothing(tmp_path):
    """Nothing of it is in the folder, and its room is the system's again when it is closed."""
    spool = segments(tmp_path, named=False)
    segment, offset = spool.append("e", b"x")
    assert list(tmp_path.iterdir()) == []
    assert spool.read(segment, offset, 1) == b"x"
    assert os.fstat(segment.descriptor).st_nlink == 0


def test_a_link_is_never_followed(tmp_path):
    """Whoever puts a link, or anything, where a file is to be made does not get our data."""
    (tmp_path / "elsewhere").touch()
    (tmp_path / "000000000001.segment").symlink_to(tmp_path / "elsewhere")
    segment, _ = segments(tmp_path).append("e", b"x")
    assert segment.path == tmp_path / "000000000002.segment"
    assert (tmp_path / "elsewhere").read_bytes() == b""
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        Disk().open(tmp_path / "000000000001.segment")


def test_a_failed_write_is_made_good_at_the_same_place(tmp_path):
    """What a full disk has cut is written again where it began, when there is room."""
    disk = FailingDisk()
    spool = segments(tmp_path, disk=disk)
    spool.append("e", frame(b"whole"))
    disk.room = 6
    with pytest.raises(OSError, match="No space left"):
        spool.append("e", frame(b"torn apart"))
    disk.room = None
    spool.append("e", frame(b"again"))
    (path,) = tmp_path.iterdir()
    assert [content for _, content in frames(path.read_bytes())][1:] == [b"whole", b"again"]


def test_a_file_that_could_not_be_begun_is_not_left(tmp_path):
    """A full disk keeps no empty files of ours."""
    disk = FailingDisk()
    disk.room = 3
    with pytest.raises(OSError, match="No space left"):
        segments(tmp_path, disk=disk).append("e", b"x")
    assert list(tmp_path.iterdir()) == []
