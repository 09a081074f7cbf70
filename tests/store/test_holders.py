import sqlite3
from contextlib import closing

import pytest

from captured_exchanges.errors import UnsupportedStore
from captured_exchanges.store.holders import holder, remains
from captured_exchanges.store.working import folder_of
from support.store_child import child
from support.store_files import HOLDS, everything, made

DIE = """
import os
from captured_exchanges.store import open_store
from support.store_builders import redacted
open_store(sys.argv[1], "rw").exchanges().put_exchanges([redacted("mine")])
os._exit(0)
"""


@pytest.fixture(params=["x.c1z", "x.db"])
def path(request, tmp_path):
    """A saved store of either format."""
    return made(tmp_path / request.param, "a")


def test_a_writer_is_seen(path):
    """A process that has written and still has the store open is told: for a `.c1z` by its number."""
    assert holder(path) == ""
    with child(HOLDS, path) as other:
        assert other.stdout.readline() == "held\n"
        assert holder(path) == (f"process {other.pid}" if path.suffix == ".c1z" else "another program")
        other.communicate("")
    assert holder(path) == ""


def test_the_dead_hold_nothing(path):
    """What a crashed writer left is held by nobody, and the look changes none of it."""
    with child(DIE, path) as other:
        other.communicate(timeout=60)
    before = [(name, found.read_bytes()) for name, found in everything(path.parent) if found.is_file()]
    assert len(before) > 1
    assert holder(path) == ""
    assert [
        (name, found.read_bytes()) for name, found in everything(path.parent) if found.is_file()
    ] == before


def test_what_the_dead_have_left_is_told(path):
    """Nothing; what the next writer recovers; and after a save nothing again."""
    assert remains(path) == ""
    with child(DIE, path) as other:
        other.communicate(timeout=60)
    assert remains(path) == "unsaved"
    made(path, "b")
    assert remains(path) == ""


def test_work_on_a_file_that_was_replaced_is_told_apart(tmp_path):
    """Where the file is another one since the crash nothing is recovered; a bare folder is worthless."""
    path = made(tmp_path / "x.c1z", "a")
    with child(DIE, path) as other:
        other.communicate(timeout=60)
    made(tmp_path / "other.c1z", "theirs").replace(path)
    assert remains(path) == "outdated"
    (folder_of(path) / "database.db").unlink()
    assert remains(path) == "worthless"


def test_an_open_transaction_is_seen(tmp_path):
    """In rollback mode a database is held while a transaction reads or writes."""
    path = made(tmp_path / "x.db", "a")
    script = """
import sqlite3
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN")
connection.execute("SELECT * FROM v1_exchanges").fetchall()
print("held", flush=True)
sys.stdin.read()
"""
    with child(script, path) as other:
        assert other.stdout.readline() == "held\n"
        assert holder(path) == "another program"


def test_what_is_not_there_is_held_by_nobody(tmp_path):
    """A missing file, one without a working folder, and a strange working folder are nobody's."""
    assert [holder(tmp_path / name) for name in ("no.c1z", "no.db")] == ["", ""]
    path = made(tmp_path / "x.c1z", "a")
    folder_of(path).write_text("a file")
    assert holder(path) == ""
    other = made(tmp_path / "y.c1z", "a")
    folder_of(other).mkdir()
    assert holder(other) == ""


def test_a_lock_that_is_no_process_is_somebody(tmp_path):
    """Where the lock names no process, there is one all the same."""
    path = made(tmp_path / "x.c1z", "a")
    script = """
import fcntl, os
os.mkdir(sys.argv[1])
file = open(sys.argv[1] + "/lock", "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""
    with child(script, folder_of(path)) as other:
        assert other.stdout.readline() == "held\n"
        assert holder(path) == "another process"


def test_no_store_is_told(tmp_path):
    """What is no store raises, as opening it would."""
    path = tmp_path / "notes.txt"
    path.write_text("to do: everything")
    with pytest.raises(UnsupportedStore):
        holder(path)


def test_a_look_at_a_plain_database_is_no_connection(tmp_path):
    """The look leaves a database in the journal mode that it has, with nothing beside it."""
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=wal")
        connection.execute("CREATE TABLE t (x)")
    before = path.read_bytes()
    assert holder(path) == ""
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (before, [path])
