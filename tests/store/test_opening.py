import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from captured_exchanges.errors import CorruptStore, StoreError, StoreLocked, UnsupportedStore
from captured_exchanges.store import open_store
from captured_exchanges.store._zstd import zstd
from captured_exchanges.store.c1z import HEADER
from captured_exchanges.store.packing import unpack_file
from support.store_builders import FIXTURES, c1z, captured, delivery, redacted, run
from support.store_child import child, output
from support.store_files import COMMITS, everything, ids, made, names


@pytest.fixture(params=["x.c1z", "x.db"])
def path(request, tmp_path):
    """Where a store of either format will be."""
    return tmp_path / request.param


@pytest.fixture
def packed(tmp_path):
    """Where a `.c1z` will be."""
    return tmp_path / "x.c1z"


@pytest.mark.parametrize(
    ("name", "count", "first", "last"),
    [("go-50.c1z", 50, "req-000001", "req-000050"), ("go-0.c1z", 0, None, None), ("old.c1z", 0, None, None)],
)
def test_files_of_batons_sdk_are_read(name, count, first, last):
    """Files of baton's open with their exchanges; those from before provenance hold none."""
    with open_store(FIXTURES / name) as store:
        found = ids(store)
        assert store.exchanges().count() == len(found) == count
        assert (found[:1], found[-1:]) == (([first], [last]) if count else ([], []))


def test_a_file_of_batons_is_written_into(tmp_path):
    """Exchanges go into baton's file beside its own; all else in it stays as it is."""
    path = Path(shutil.copy(FIXTURES / "go-50.c1z", tmp_path / "x.c1z"))
    with open_store(path) as store, store._database.reading() as connection:
        (sync_id,) = store.sync_ids()
        before = dump(connection)
    with open_store(path, "rw") as store:
        store.exchanges().put_exchanges([redacted("req-000002", sync_id), redacted("new", sync_id)])
    with open_store(path) as store, store._database.reading() as connection:
        assert store.exchanges().count() == 51
        assert store.exchanges().get_exchange("req-000002").request_json == redacted().request_json
        assert dump(connection) == before
        assert connection.execute("PRAGMA page_size").fetchone() == (4096,)


def dump(connection):
    """Every statement of the file that is not about exchanges."""
    return [line for line in connection.iterdump() if "exchanges" not in line]


@pytest.mark.parametrize("frames", [[], [b""], [b"", b""]])
def test_empty_files_are_empty_stores(packed, frames):
    """A bare header and empty frames are empty stores for reading, and for writing."""
    c1z(packed, [zstd.compress(frame) for frame in frames])
    with open_store(packed) as store:
        assert ids(store) == []
        assert store.sync_ids() == []
    made(packed, "a")
    with open_store(packed) as store:
        assert ids(store) == ["a"]


def test_zero_bytes_are_an_empty_store(path):
    """A file of zero bytes is an empty store for reading, and for writing."""
    path.touch()
    with open_store(path) as store:
        assert ids(store) == []
    made(path, "a")
    with open_store(path) as store:
        assert ids(store) == ["a"]


def test_a_file_of_two_frames_is_read_whole(packed):
    """A database whose second half lies in a second frame is read with both."""
    made(packed, *(f"r{number}" for number in range(2000)))
    unpack_file(packed, packed.with_name("whole"), limit=10**9, name="x")
    whole = packed.with_name("whole").read_bytes()
    c1z(packed, [zstd.compress(whole[: len(whole) // 2]), zstd.compress(whole[len(whole) // 2 :])])
    with open_store(packed) as store:
        assert len(ids(store)) == 2000


def refused(path, kind, told, mode="r", **more):
    """Opening is refused in one line that names the file, and the file stays as it is."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(kind, match=told) as caught:
        open_store(path, mode, **more)
    assert type(caught.value) is kind
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert names(path.parent) == ([path.name] if before is not None or path.is_dir() else [])


@pytest.mark.parametrize("mode", ["r", "rw"])
@pytest.mark.parametrize(
    ("data", "kind", "told"),
    [
        (b"C1Z3\x00whatever", UnsupportedStore, "version 3.*convert it"),
        (b"hello, this is text\n", UnsupportedStore, "not a .c1z"),
        (b"SQLite format 3\x00" + bytes(4096), UnsupportedStore, "rename it to end in .db"),
        (HEADER + zstd.compress(b"no database" * 100), CorruptStore, "no SQLite database"),
        (HEADER + zstd.compress(b"x"), CorruptStore, "no SQLite database"),
        (HEADER + b"no frame", CorruptStore, "damaged|truncated"),
        ((FIXTURES / "go-50.c1z").read_bytes()[:-1], CorruptStore, "truncated"),
        ((FIXTURES / "go-50.c1z").read_bytes() + b"garbage", CorruptStore, "garbage"),
    ],
)
def test_what_cannot_be_opened_says_why(packed, mode, data, kind, told):
    """Each wrong file gets its own sentence, for reading and for writing, and nothing is left behind."""
    packed.write_bytes(data)
    refused(packed, kind, told, mode)


@pytest.mark.parametrize("mode", ["r", "rw"])
def test_a_bomb_is_refused(packed, mode):
    """A file that unpacks past the bound is refused, with what to do for a file that one trusts."""
    c1z(packed, [zstd.compress(bytes(10_000_000))])
    refused(
        packed, CorruptStore, "more than the 1,000,000 bytes.*higher bound", mode, max_unpacked_bytes=10**6
    )


def test_a_missing_file_is_an_error_for_reading(path):
    """Reading what is not there says so; a folder that is not there cannot hold a new store."""
    refused(path, StoreError, "no such file")
    missing = path.parent / "missing" / path.name
    with pytest.raises(StoreError, match="no such file or folder"):
        open_store(missing, "rw")


def test_a_folder_is_no_store(path):
    """A folder is refused by that name."""
    path.mkdir()
    refused(path, StoreError, "is a folder")


def test_another_mode_is_the_callers_mistake(path):
    """Modes are 'r' and 'rw'."""
    made(path, "a")
    with pytest.raises(ValueError, match="'r' or 'rw'"):
        open_store(path, "w")


UNREADABLE = """
import os
from pathlib import Path
from captured_exchanges.errors import StoreError
from captured_exchanges.store import open_store
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
for mode in ("r", "rw"):
    try:
        open_store(sys.argv[1], mode)
    except StoreError as error:
        print(error)
"""


@pytest.mark.parametrize("name", ["x.c1z", "x.db"])
def test_an_unreadable_file_says_so(name):
    """A user who may not read a file is told which one and what to check; seen without root's rights."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = made(Path(folder) / name, "a")
        path.chmod(0o000)
        lines = output(UNREADABLE, path).splitlines()
    assert len(lines) == 2
    for line in lines:
        assert line.startswith(str(path))
        assert "check" in line


def test_a_file_that_may_not_be_written_is_not_replaced(path):
    """Opening a read-only file for writing is refused, though the folder would allow to replace it."""
    script = UNREADABLE.replace("open_store(sys", "print(mode) or open_store(sys")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        inside = made(Path(folder) / path.name, "a")
        inside.chmod(0o444)
        lines = output(script, inside).splitlines()
    assert lines[:2] == ["r", "rw"]
    assert "may not be written: check its mode" in lines[2]


# -- other processes


def test_two_writers_of_a_c1z_are_refused(packed):
    """The second writer is told who writes; readers go on reading what was saved last."""
    made(packed, "a")
    with child(COMMITS, packed) as writer:
        assert writer.stdout.readline() == "open False 0\n"
        assert writer.stdout.readline() == "8\n"
        with pytest.raises(StoreLocked, match=str(writer.pid)):
            open_store(packed, "rw")
        with open_store(packed) as store:
            assert (ids(store), store.recovered) == (["a"], False)


def test_reading_before_the_first_save_says_so(packed):
    """A file that is only being made has nothing to read yet, and the reader learns why."""
    with child(COMMITS, packed) as writer:
        assert writer.stdout.readline().startswith("open")
        with pytest.raises(StoreError, match="not been saved yet"):
            open_store(packed)


def test_sqlite_writers_take_turns(tmp_path):
    """Two writers of one SQLite file both write, each transaction whole; readers see them as they commit."""
    path = tmp_path / "x.db"
    with child(COMMITS, path) as writer:
        assert writer.stdout.readline() == "open False 0\n"
        assert writer.stdout.readline() == "8\n"
        with open_store(path, "rw") as store:
            store.exchanges().commit(delivery([captured(1, "mine")], connector="other"))
            assert {mark.connector for mark in store.exchanges().watermarks()} == {"acme", "other"}
        with open_store(path) as reader:
            assert reader.exchanges().count(sync_id="mine") == 1
            assert reader.exchanges().count() % 8 == 1


@pytest.mark.parametrize("kill_after", [1, 2, 7, 30])
def test_a_killed_writer_loses_nothing(path, kill_after):
    """After SIGKILL the next opening has all that was committed, once and in order, says so, and goes on."""
    made(path, "before")
    with child(COMMITS, path) as writer:
        lines = [writer.stdout.readline() for _ in range(kill_after + 1)]
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    told = int(lines[-1])
    is_packed = path.suffix == ".c1z"
    for mode in ("r", "rw"):
        with open_store(path, mode) as store:
            assert store.recovered is is_packed
            (mark,) = store.exchanges().watermarks()
            held = mark.through_sequence
            assert held >= told
            assert ids(store) == ["before", *(f"r{number}" for number in range(1, held + 1))]
            if mode == "rw":
                store.exchanges().commit(delivery(run(held + 1, held + 2), after=held))
    with open_store(path) as store:
        assert len(ids(store)) == held + 3
        assert not store.recovered
    # SQLite's reader leaves its files beside a database that the crash left in WAL mode.
    assert set(names(path.parent)) <= {path.name, "x.db-shm", "x.db-wal"}


def test_reading_what_a_crash_left_changes_nothing(packed):
    """A reader works on a copy: the crashed run's folder stays as it is for the next writer."""
    with child(COMMITS, packed) as writer:
        for _ in range(3):
            writer.stdout.readline()
        writer.kill()
        writer.wait()
    before = {name: found.read_bytes() for name, found in everything(packed.parent) if found.is_file()}
    with open_store(packed) as store:
        assert store.recovered
        assert store.exchanges().count() >= 16
    assert {
        name: found.read_bytes() for name, found in everything(packed.parent) if found.is_file()
    } == before


def test_a_file_replaced_after_a_crash_wins(packed):
    """Where another program has saved since the crash its file is read, and not overwritten unasked."""
    made(packed, "a")
    store = open_store(packed, "rw")
    store.exchanges().put_exchanges([redacted("unsaved")])
    store.close()
    shutil.copy(FIXTURES / "go-50.c1z", packed)
    with open_store(packed) as reader:
        assert reader.exchanges().count() == 50
    with pytest.raises(StoreError, match="was replaced after a run that crashed"):
        open_store(packed, "rw")
    assert packed.read_bytes() == (FIXTURES / "go-50.c1z").read_bytes()
    with open_store(packed.with_name("x.c1z.work") / "database.db") as left:
        assert ids(left) == ["a", "unsaved"]


def test_readers_leave_nothing_behind(packed, monkeypatch, tmp_path):
    """The unpacked copy of a reader has no name while it is read, and is gone when it is closed."""
    made(packed, "a")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with open_store(packed) as store:
        assert names(temporary) == []
        assert ids(store) == ["a"]
    refused_file = packed.with_name("bad.c1z")
    refused_file.write_bytes(packed.read_bytes()[:-5])
    with pytest.raises(CorruptStore):
        open_store(refused_file)
    assert names(temporary) == []
