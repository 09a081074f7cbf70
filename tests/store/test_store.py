import os
import sqlite3
import stat
import subprocess
from contextlib import closing

import pytest

from captured_exchanges.errors import StoreError
from captured_exchanges.store import open_store
from captured_exchanges.store._zstd import zstd
from captured_exchanges.store.c1z import HEADER
from support.mounts import tmpfs
from support.store_builders import redacted
from support.store_child import output
from support.store_files import everything, ids, made, names
from support.tools import require


@pytest.fixture(params=["x.c1z", "x.db"])
def path(request, tmp_path):
    """Where a store of either format will be."""
    return tmp_path / request.param


@pytest.fixture
def packed(tmp_path):
    """Where a `.c1z` will be."""
    return tmp_path / "x.c1z"


def test_what_is_saved_is_read(path):
    """A store that was made, closed and opened again holds what was put, and nothing lies beside it."""
    made(path, "a", "b")
    assert names(path.parent) == [path.name]
    with open_store(path) as store:
        assert ids(store) == ["a", "b"]
        assert not store.recovered


def test_a_new_store_is_private(path):
    """What is made is 0600 whatever the umask, even where a wider file was there."""
    before = os.umask(0)
    try:
        made(path, "a")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with open_store(path, "rw") as store:
            store.exchanges().put_exchanges([redacted("b")])
            modes = {name: stat.S_IMODE(found.stat().st_mode) for name, found in everything(path.parent)}
            assert set(modes.values()) <= {0o600, 0o700}
    finally:
        os.umask(before)


def test_leaving_the_block_saves(packed):
    """The end of the block saves; after an exception the next opening has what was committed."""
    made(packed, "a")

    def fail():
        with open_store(packed, "rw") as store:
            store.exchanges().put_exchanges([redacted("b")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert names(packed.parent) == ["x.c1z", "x.c1z.work"]
    with open_store(packed) as store:
        assert (ids(store), store.recovered) == (["a", "b"], True)
    with open_store(packed, "rw") as store:
        assert (ids(store), store.recovered) == (["a", "b"], True)
    assert names(packed.parent) == ["x.c1z"]
    with open_store(packed, "rw") as store:
        assert (ids(store), store.recovered) == (["a", "b"], False)


def test_saving_in_the_middle_goes_on(packed):
    """A store is saved and written to again, and each save holds what was committed before it."""
    with open_store(packed, "rw") as store:
        for number in range(3):
            store.exchanges().put_exchanges([redacted(f"r{number}")])
            store.save()
            with open_store(packed) as reader:
                assert len(ids(reader)) == number + 1
                assert not reader.recovered
        assert ids(store) == ["r0", "r1", "r2"]


def test_nothing_new_is_not_saved(packed):
    """Opening for writing without writing leaves the file as it is, or absent."""
    with open_store(packed, "rw"):
        pass
    assert names(packed.parent) == []
    made(packed, "a")
    before = packed.stat()
    with open_store(packed, "rw") as store:
        store.save()
    assert packed.stat().st_ino == before.st_ino


def test_an_asked_for_save_makes_an_empty_file(packed):
    """Saving a new store with nothing in it makes a file that opens as empty."""
    with open_store(packed, "rw") as store:
        store.save()
    with open_store(packed) as store:
        assert ids(store) == []


def test_a_saved_file_is_one_plain_frame(packed):
    """The file is one frame with size and checksum, of a database in rollback mode."""
    made(packed, "a")
    frame = packed.read_bytes()[len(HEADER) :]
    assert zstd.get_frame_size(frame) == len(frame)
    database = zstd.decompress(frame)
    assert zstd.get_frame_info(frame).decompressed_size == len(database)
    assert database[16:20] == b"\x00\x01\x01\x01"  # pages of 64 KiB, file format versions without WAL


def test_saving_works_beside_a_curious_stranger(packed):
    """Someone who looks into the working folder with SQLite does not keep the store from being saved."""
    with open_store(packed, "rw") as store:
        store.exchanges().put_exchanges([redacted("a")])
        with closing(sqlite3.connect(store._folder.database)) as stranger:
            stranger.execute("SELECT * FROM v1_exchanges").fetchall()
            store.save()
        store.exchanges().put_exchanges([redacted("b")])
    with open_store(packed) as store:
        assert ids(store) == ["a", "b"]


def test_a_link_stays_a_link(tmp_path):
    """A store that is opened by a link is saved where the link leads."""
    real = made(tmp_path / "real.c1z", "a")
    link = tmp_path / "link.c1z"
    link.symlink_to(real)
    made(link, "b")
    assert link.is_symlink()
    with open_store(real) as store:
        assert ids(store) == ["a", "b"]


def test_a_closed_store_says_so(path):
    """After closing, everything is refused with a sentence; closing again does nothing."""
    store = open_store(path, "rw")
    store.close()
    store.close()
    for use in (store.save, store.sync_ids, store.exchanges().count):
        with pytest.raises(StoreError, match="closed"):
            use()


def insert(store, *values, then=None):
    with store.transaction() as connection:
        for value in values:
            connection.execute("INSERT INTO mine VALUES (?)", (value,))
        if then:
            raise then


def test_a_hosts_transaction_is_whole(path):
    """A host's block commits at its end, goes back on an exception, and SQLite's errors become sentences."""
    with open_store(path, "rw") as store:
        with store.transaction() as connection:
            connection.execute("CREATE TABLE mine (x UNIQUE)")
            connection.execute("INSERT INTO mine VALUES (1)")
        with pytest.raises(ZeroDivisionError):
            insert(store, 2, then=ZeroDivisionError)
        with pytest.raises(StoreError, match="UNIQUE"):
            insert(store, 3, 1)
    with open_store(path) as store, store._database.reading() as connection:
        assert connection.execute("SELECT x FROM mine").fetchall() == [(1,)]


def test_what_is_discarded_leaves_nothing(packed):
    """Discarding lets go of what was committed and not saved; of what a crashed run left nothing is lost."""
    made(packed, "a")
    store = open_store(packed, "rw")
    assert not store.changed
    store.exchanges().put_exchanges([redacted("b")])
    assert store.changed
    store.discard()
    assert names(packed.parent) == ["x.c1z"]
    with open_store(packed) as store:
        assert ids(store) == ["a"]

    store = open_store(packed, "rw")
    store.exchanges().put_exchanges([redacted("c")])
    store.close()
    store = open_store(packed, "rw")
    assert (store.recovered, store.changed) == (True, True)
    store.discard()
    with open_store(packed, "rw") as store:
        assert ids(store) == ["a", "c"]


def test_another_programs_file_is_not_overwritten(packed):
    """Where a program that heeds no lock replaces the file meanwhile, saving is refused."""
    made(packed, "a")
    other = made(packed.with_name("other.c1z"), "theirs")
    with open_store(packed, "rw") as store:
        store.exchanges().put_exchanges([redacted("b")])
        other.replace(packed)
        with pytest.raises(StoreError, match="was written by another program"):
            store.save()
        store.discard()
    assert names(packed.parent) == ["x.c1z"]
    with open_store(packed) as store:
        assert ids(store) == ["theirs"]


def test_a_snapshot_sees_one_moment(tmp_path):
    """What is committed while a block reads is not seen in it; blocks do not nest."""
    path = made(tmp_path / "x.db", "a")
    query = "SELECT request_id FROM v1_exchanges"
    with open_store(path, "rw") as writer, open_store(path) as reader:
        writer.exchanges().put_exchanges([redacted("b")])
        with reader.snapshot() as connection:
            assert len(connection.execute(query).fetchall()) == 2
            writer.exchanges().put_exchanges([redacted("c")])
            assert len(connection.execute(query).fetchall()) == 2
            with pytest.raises(StoreError, match="a transaction is open"), reader.snapshot():
                pass
        assert len(ids(reader)) == 3


CRASHES = """
import os
from pathlib import Path
from captured_exchanges.store import open_store
from support.store_builders import redacted
path, real = Path(sys.argv[1]), os.fsync
def run(steps):
    left = [steps]
    def fsync(descriptor):
        left[0] -= 1
        if left[0] < 0:
            os._exit(9)
        real(descriptor)
    os.fsync = fsync
    with open_store(path, "rw") as store:
        store.exchanges().put_exchanges([redacted(f"r{steps}")])
        print(steps, "committed", flush=True)
    print(steps, "saved", flush=True)
for steps in range(100):
    child = os.fork()
    if child == 0:
        run(steps)
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
        break
    print(steps, "died", flush=True)
    with open_store(path, "rw") as store:
        print(steps, "recovered" if store.recovered else "lost nothing", flush=True)
"""


def test_a_crash_at_any_step_of_saving_loses_nothing(packed):
    """Killed at each sync to disk in turn, no run loses a commit, and the file is whole."""
    made(packed, "before")
    lines = output(CRASHES, packed).splitlines()
    committed = [line.split()[0] for line in lines if line.endswith("committed")]
    died = [line for line in lines if line.endswith("died")]
    assert len(died) >= 10
    assert len(committed) >= 5
    recovered = [line.split()[0] for line in lines if line.endswith("recovered")]
    assert set(committed[:-1]) <= set(recovered)
    assert lines[-1].endswith("saved")
    with open_store(packed) as store:
        assert not store.recovered
        assert ids(store) == ["before", *(f"r{steps}" for steps in committed)]
    assert names(packed.parent) == ["x.c1z"]


# -- a full disk

FULL = """
import resource
from captured_exchanges.errors import StoreError
from captured_exchanges.store import open_store
from support.store_builders import delivery, captured
import random
if sys.argv[2] != "0":
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
def noise(number):
    return random.Random(number).randbytes(40_000)
held = 0
try:
    with open_store(sys.argv[1], "rw") as store:
        held = sum(mark.through_sequence for mark in store.exchanges().watermarks())
        while held < int(sys.argv[3]):
            store.exchanges().commit(delivery([captured(held + 1, request_json=noise(held))], after=held))
            held += 1
except StoreError as error:
    print(type(error).__name__, str(error), sep="|")
print(held)
"""


def fill(path, limit, count):
    """Commit until it fails; the error's line, or None, and the last sequence committed."""
    *error, held = output(FULL, path, limit, count).splitlines()
    return (error[0] if error else None), int(held)


@pytest.mark.parametrize(
    "limit",
    [1, 10_000, 100_000, 300_000, 600_000],
    ids=["opening", "first page", "first commit", "some commit", "saving"],
)
def test_a_disk_that_takes_no_more_says_so(path, limit):
    """Where the disk refuses, at any step, there is one line, and no commit is lost."""
    made(path, "before")
    error, held = fill(path, limit, 200)
    assert error.startswith(f"StoreError|{path}: the disk ")
    with open_store(path) as store:
        assert ids(store) == ["before", *(f"r{number}" for number in range(1, held + 1))]
    assert fill(path, 0, held + 1) == (None, held + 1)
    with open_store(path) as store:
        assert len(ids(store)) == held + 2


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 3 MB, where this user may mount one; elsewhere the limit on a file's size must do."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with tmpfs(folder, "3m"):
        yield folder


def test_a_full_disk_says_so(small_disk):
    """On a disk that really fills up there is one line, and with room again everything committed is saved."""
    path = made(small_disk / "x.c1z", "before")
    ballast = small_disk / "ballast"
    limit = 0 if os.path.ismount(small_disk) else 2_500_000
    if limit == 0:
        ballast.write_bytes(bytes(1_400_000))
    error, held = fill(path, limit, 200)
    assert error.startswith(f"StoreError|{path}: the disk is full" if limit == 0 else "StoreError|")
    assert held > 0
    ballast.unlink(missing_ok=True)
    with open_store(path) as store:
        assert ids(store) == ["before", *(f"r{number}" for number in range(1, held + 1))]
        assert store.recovered


# -- other programs


def test_other_tools_read_what_is_written(packed):
    """Stripped of its five bytes the file is read by the zstd and sqlite3 command lines."""
    zstd_tool = require("zstd", "apt-get install zstd")
    sqlite_tool = require("sqlite3", "apt-get install sqlite3")
    made(packed, "a", "b")
    frame = packed.with_name("x.zst")
    frame.write_bytes(packed.read_bytes()[len(HEADER) :])
    subprocess.run([zstd_tool, "--quiet", "--test", frame], check=True)
    subprocess.run([zstd_tool, "--quiet", "-d", frame, "-o", packed.with_name("x.db")], check=True)
    columns = "request_id, typeof(request_json), json(request_json)"
    query = f"PRAGMA integrity_check; SELECT {columns} FROM v1_exchanges"  # noqa: S608 - our own
    answer = subprocess.run(
        [sqlite_tool, packed.with_name("x.db"), query], check=True, capture_output=True, text=True
    ).stdout
    document = '{"kind":"http","method":"GET"}'
    assert answer.splitlines() == ["ok", f"a|blob|{document}", f"b|blob|{document}"]


def test_what_other_tools_write_is_read(packed):
    """A database made by the sqlite3 command line and packed by the zstd one opens."""
    zstd_tool = require("zstd", "apt-get install zstd")
    sqlite_tool = require("sqlite3", "apt-get install sqlite3")
    script = """CREATE TABLE v1_exchanges (id integer primary key, request_id text not null,
        sync_id text not null, transport_kind text not null, request_json blob, response_json blob,
        intent_json blob, discovered_at datetime not null);
        INSERT INTO v1_exchanges VALUES (7, 'r', 's', 'http', '{}', NULL, NULL, 'now');"""
    subprocess.run([sqlite_tool, packed.with_name("y.db"), script], check=True)
    compressed = subprocess.run(
        [zstd_tool, "--quiet", "-19", "--stdout", packed.with_name("y.db")], check=True, capture_output=True
    ).stdout
    packed.write_bytes(HEADER + compressed)
    with open_store(packed, "rw") as store:
        assert ids(store) == ["r"]
        store.exchanges().put_exchanges([redacted("r", "s")])
        assert store.exchanges().get_exchange("r").id == 7
