import os
import sqlite3
from contextlib import closing

import pytest

from captured_exchanges.cli.doctor_file import examine_file
from captured_exchanges.store import open_store
from captured_exchanges.store.c1z import MAX_UNPACKED_BYTES
from captured_exchanges.store.working import folder_of
from support.provenance_files import FIXTURES, HEADER, packed, unpacked
from support.store_builders import redacted
from support.store_child import child
from support.store_files import HOLDS, everything, made

WHOLE = (FIXTURES / "go-50.c1z").read_bytes()


def examined(path, limit=MAX_UNPACKED_BYTES):
    """Every finding but those that say all is as it should be, by check."""
    return [finding for finding in examine_file(path, limit) if finding.severity != "ok"]


def told(path, check, **more):
    """The one finding of a check."""
    (finding,) = [finding for finding in examine_file(path, **more) if finding.check == check]
    return finding


def looked_at(folder):
    return sorted(
        (name, found.read_bytes(), found.stat().st_mode)
        for name, found in everything(folder)
        if found.is_file()
    )


@pytest.fixture
def path(tmp_path):
    """A saved store."""
    return made(tmp_path / "x.c1z", "a")


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("x.c1z", b"C1Z3\x00" + WHOLE[5:], "version 3"),
        ("x.c1z", WHOLE[:400], "truncated"),
        ("x.c1z", HEADER[:3], "not a .c1z"),
        ("x.c1z", WHOLE + b"garbage", "cannot be unpacked"),
        ("x.c1z", WHOLE[:200] + bytes(64) + WHOLE[264:], "cannot be unpacked"),
        ("x.c1z", packed(b"text " * 999), "no SQLite database"),
        ("x.c1z", packed(bytes(5_000_000)), "more than the 4,000,000 bytes"),
        ("x.c1z", unpacked("go-50.c1z"), "rename it"),
        ("x.txt", b"to do: everything\n", "not a .c1z"),
        ("x.db", b"to do: everything\n" * 99, "no SQLite database"),
        ("x.db", b"!", "a single byte"),
        ("x.db", unpacked("go-50.c1z")[:3000], "damaged"),
        ("x.c1z", None, "no such file"),
        ("x.db", None, "no such file"),
    ],
)
def test_what_is_no_store_is_a_problem(tmp_path, name, data, says):
    """Whatever is wrong with a file: a problem that says what and what to do, and the file is untouched."""
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
        path.chmod(0o600)
    (*_, finding) = examined(path, 4_000_000)
    assert finding.severity == "problem"
    assert says in finding.what
    assert [found.name for found in tmp_path.iterdir()] == ([name] if data is not None else [])
    assert data is None or path.read_bytes() == data


@pytest.mark.parametrize("where", ["folder", "device", "pipe", "loop"])
def test_what_is_no_file_is_a_problem(tmp_path, where):
    """A folder, a device, a named pipe that nobody writes, a link to itself: told, not waited for."""
    path = tmp_path / "x.c1z"
    if where == "folder":
        path.mkdir()
    elif where == "pipe":
        os.mkfifo(path)
    elif where == "loop":
        path.symlink_to(path)
    (finding,) = examined(path if where != "device" else tmp_path / "/dev/null")
    assert (finding.check, finding.severity) == ("opening", "problem")


@pytest.mark.parametrize("data", [b"", HEADER])
def test_an_empty_file_is_an_empty_store(tmp_path, data):
    """No bytes and a bare header are empty databases: notes, no problem."""
    path = tmp_path / "x.c1z"
    path.write_bytes(data)
    path.chmod(0o600)
    assert {finding.severity for finding in examined(path)} == {"note"}


def test_the_frames_are_told(tmp_path, path):
    """How many frames there are, whether they declare their sizes, and how large it is when unpacked."""
    assert "1 frame with size" in told(path, "format", max_unpacked=MAX_UNPACKED_BYTES).what
    database = unpacked("go-50.c1z")
    half = len(database) // 2
    two = tmp_path / "two.c1z"
    two.write_bytes(packed(database[:half]) + packed(database[half:])[len(HEADER) :])
    what = told(two, "format", max_unpacked=MAX_UNPACKED_BYTES).what
    assert "2 frames with size" in what
    assert f"{len(database):,} unpacked" in what


@pytest.mark.parametrize("name", ["y.c1z", "y.db"])
def test_a_living_writer_is_told(tmp_path, name):
    """Who writes it now is a note; it is read all the same."""
    path = made(tmp_path / name, "a")
    with child(HOLDS, path) as other:
        assert other.stdout.readline() == "held\n"
        assert told(path, "writer", max_unpacked=MAX_UNPACKED_BYTES).severity == "note"


def test_what_a_crash_left_is_told(path):
    """Unsaved work is a warning, and looking at it leaves it where it is."""
    store = open_store(path, "rw")
    store.exchanges().put_exchanges([redacted("b")])
    store.close()
    before = looked_at(path.parent)
    (finding,) = [found for found in examined(path) if found.check == "writer"]
    assert finding.severity == "warning"
    assert "crashed" in finding.what
    assert looked_at(path.parent) == before


def test_a_file_that_was_replaced_after_a_crash_is_a_problem(path):
    """Nobody can write it before someone has looked at what the crash left."""
    store = open_store(path, "rw")
    store.exchanges().put_exchanges([redacted("b")])
    store.close()
    made(path.with_name("other.c1z"), "theirs").replace(path)
    finding = told(path, "writer", max_unpacked=MAX_UNPACKED_BYTES)
    assert finding.severity == "problem"
    assert str(folder_of(path)) in finding.what


def test_an_idle_folder_is_a_note(path):
    """A working folder that holds nothing of worth is only worth knowing."""
    folder_of(path).mkdir(mode=0o700)
    assert told(path, "writer", max_unpacked=MAX_UNPACKED_BYTES).severity == "note"


def test_modes_that_let_others_in_are_told(path):
    """For file and working folder alike there is a warning with the command that closes it."""
    path.chmod(0o644)
    folder_of(path).mkdir()
    folder_of(path).chmod(0o755)
    modes = [finding for finding in examined(path) if finding.check == "modes"]
    assert [(finding.severity, finding.todo) for finding in modes] == [
        ("warning", f"chmod 600 {path}"),
        ("warning", f"chmod 700 {folder_of(path)}"),
    ]


def test_a_database_in_wal_mode_is_read_and_left(tmp_path):
    """A crashed writer's log beside a database is told, read and left as it is."""
    path = tmp_path / "x.db"
    script = """
import os
from captured_exchanges.store import open_store
from support.store_builders import redacted
open_store(sys.argv[1], "rw").exchanges().put_exchanges([redacted("mine")])
os._exit(0)
"""
    with child(script, path) as other:
        other.communicate(timeout=60)
    log = path.with_name("x.db-wal").read_bytes()
    assert log
    findings = list(examine_file(path, MAX_UNPACKED_BYTES))
    assert [finding.what for finding in findings if finding.check == "exchanges"] == ["1"]
    assert [finding.severity for finding in findings if finding.check == "writer"] == ["warning"]
    assert path.with_name("x.db-wal").read_bytes() == log
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM v1_exchanges").fetchone() == (1,)
