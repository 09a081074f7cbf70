import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import pytest

from captured_exchanges.errors import CorruptStore, ReadOnlyStore, StoreError, StoreLocked
from captured_exchanges.store import database as module
from captured_exchanges.store.database import Database


@pytest.fixture
def path(tmp_path):
    """An empty database."""
    path = tmp_path / "x.db"
    path.touch()
    return path


@pytest.fixture
def database(path):
    """An open one with a table."""
    database = Database(path, name="x.db", read_only=False)
    with database.writing() as connection:
        connection.execute("CREATE TABLE t (x)")
    yield database
    database.close()


def pragma(database, name):
    with database.reading() as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def outside(path, script):
    """A stranger's hand on the file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def test_new_databases_get_large_pages_and_wal(database):
    """A database made here has 64 KiB pages, a bounded WAL, and commits that outlive a power cut."""
    assert pragma(database, "page_size") == 64 * 1024
    assert pragma(database, "journal_mode") == "wal"
    assert pragma(database, "synchronous") == 2
    assert pragma(database, "wal_autocheckpoint") * 64 * 1024 == 16 * 1024 * 1024
    assert pragma(database, "journal_size_limit") == 16 * 1024 * 1024


def test_existing_databases_keep_their_pages(path):
    """A file that exists keeps its page size, even through a copy of the whole, and its WAL is as bounded."""
    outside(path, "PRAGMA page_size=4096; CREATE TABLE t (x)")
    database = Database(path, name="x.db", read_only=False)
    with database.writing() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
    assert pragma(database, "page_size") == 4096
    assert pragma(database, "wal_autocheckpoint") * 4096 == 16 * 1024 * 1024
    spare = path.with_name("spare")
    with closing(sqlite3.connect(path)) as other:
        other.execute("SELECT * FROM t").fetchall()
        with database.whole(spare) as whole, closing(sqlite3.connect(whole)) as copy:
            assert whole == spare
            assert copy.execute("PRAGMA page_size").fetchone()[0] == 4096
    database.close()


def test_nothing_is_written_before_the_first_write(path):
    """Opening and reading leave the bytes of a file alone."""
    outside(path, "CREATE TABLE t (x)")
    before = path.read_bytes()
    database = Database(path, name="x.db", read_only=False)
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)
    database.close()
    assert path.read_bytes() == before
    assert [found.name for found in path.parent.iterdir()] == ["x.db"]


def test_the_journal_mode_is_put_back(path):
    """A file leaves in the journal mode in which it came, so that read-only places can hold it."""
    for mode in ("delete", "wal"):
        outside(path, f"PRAGMA journal_mode={mode}; CREATE TABLE {mode}_table (x)")
        database = Database(path, name="x.db", read_only=False)
        with database.writing() as connection:
            connection.execute(f"INSERT INTO {mode}_table VALUES (1)")  # noqa: S608 - our own
        database.close()
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == (mode,)


def test_an_exception_rolls_back(database):
    """What raises in a transaction leaves nothing behind, and the next one works."""

    def fail():
        with database.writing() as connection:
            connection.execute("INSERT INTO t VALUES (1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.writing() as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_dirty_means_changed(database):
    """What changes rows or schema makes the database dirty, what changes nothing does not."""
    for statement, dirty in [
        ("SELECT 1", False),
        ("DELETE FROM t", False),
        ("INSERT INTO t VALUES (1)", True),
        ("UPDATE t SET x = 2", True),
        ("CREATE TABLE u (x)", True),
    ]:
        database.dirty = False
        with database.writing() as connection:
            connection.execute(statement)
        assert database.dirty is dirty, statement


def test_transactions_do_not_nest(database):
    """A transaction within a transaction is refused with a sentence, and the outer one lives on."""
    with database.writing() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(StoreError, match="finish it first"), database.writing():
            pass
    assert pragma(database, "journal_mode") == "wal"
    with database.reading() as connection:
        assert connection.execute("SELECT x FROM t").fetchall() == [(1,)]


def test_threads_take_turns(database):
    """Transactions of several threads on one connection do not mix."""

    def add(number):
        for _ in range(20):
            with database.writing() as connection:
                count = connection.execute("SELECT count(*) FROM t WHERE x = ?", (number,)).fetchone()[0]
                connection.execute("INSERT INTO t VALUES (?)", (number,))
                assert (
                    connection.execute("SELECT count(*) FROM t WHERE x = ?", (number,)).fetchone()[0]
                    == count + 1
                )

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as connection:
        assert connection.execute("SELECT x, count(*) FROM t GROUP BY x").fetchall() == [
            (n, 20) for n in range(4)
        ]


def test_reading_refuses_to_write(path):
    """A database that was opened for reading has no transactions, and SQLite itself refuses too."""
    outside(path, "CREATE TABLE t (x)")
    database = Database(path, name="x.db", read_only=True)
    with pytest.raises(ReadOnlyStore, match="open it for writing"), database.writing():
        pass
    with pytest.raises(StoreError, match="may not be written"), database.reading() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
    database.close()


def test_a_closed_database_says_so(database):
    """After closing, reads and writes are refused with a sentence; closing again does nothing."""
    database.close()
    database.close()
    with pytest.raises(StoreError, match="closed"), database.reading():
        pass
    with pytest.raises(StoreError, match="closed"), database.writing():
        pass


@pytest.mark.parametrize("data", [b"no database at all" * 100, b"x", b"SQLite format 3\x00" + bytes(200)])
def test_what_is_no_database_is_corrupt(path, data):
    """A file that SQLite cannot read is told at opening, in one line."""
    path.write_bytes(data)
    with pytest.raises(CorruptStore) as caught:
        Database(path, name="x.db", read_only=True)
    assert str(caught.value).startswith("x.db: ")
    assert "\n" not in str(caught.value)


def test_another_writer_is_told(database, path, monkeypatch):
    """A transaction that meets another program's gives up after a while and says who is in the way."""
    monkeypatch.setattr(module, "_BUSY_SECONDS", 0.05)
    other = Database(path, name="other", read_only=False)
    with database.writing(), pytest.raises(StoreLocked, match="another program"), other.writing():
        pass
    other.close()


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE TRIGGER bad AFTER INSERT ON t BEGIN DELETE FROM t; END",
        "CREATE TABLE l (x); CREATE TRIGGER bad BEFORE INSERT ON t BEGIN INSERT INTO l VALUES (new.x); END",
        "CREATE TRIGGER bad AFTER INSERT ON t BEGIN SELECT raise(FAIL, 'told'); END",
    ],
)
def test_triggers_of_a_file_do_nothing(database, path, schema):
    """A statement that would fire a trigger is refused whole, before it writes."""
    outside(path, schema)
    with pytest.raises(StoreError, match="trigger or view"), database.writing() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_views_of_a_file_are_not_read(database, path):
    """A view, which may compute anything from anything, is refused."""
    outside(path, "CREATE VIEW v AS SELECT * FROM t")
    with pytest.raises(StoreError, match="trigger or view"), database.reading() as connection:
        connection.execute("SELECT * FROM v")


def test_untrusted_schemas_may_not_call(database):
    """The schema may not call functions with side effects, nor enforce foreign keys."""
    assert pragma(database, "trusted_schema") == 0
    assert pragma(database, "foreign_keys") == 0
    assert pragma(database, "cell_size_check") == 1


def test_text_that_is_not_utf8_is_read(database):
    """Bytes that are no UTF-8 in a text column arrive with replacement characters."""
    with database.writing() as connection:
        connection.execute("INSERT INTO t VALUES (CAST(x'61ff62' AS TEXT))")
        assert connection.execute("SELECT x FROM t").fetchone() == ("a\ufffdb",)


def test_a_value_larger_than_any_of_ours_is_not_read(path):
    """16 MiB pass; one byte more is a sentence, and its neighbours are read."""
    outside(path, "CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(16777216)), (zeroblob(16777217)), (7)")
    database = Database(path, name="x.db", read_only=True)
    with database.reading() as connection:
        assert len(connection.execute("SELECT x FROM t WHERE rowid = 1").fetchone()[0]) == 16_777_216
    with pytest.raises(StoreError, match="larger than 16 MiB"), database.reading() as connection:
        connection.execute("SELECT x FROM t").fetchall()
    with database.reading() as connection:
        assert connection.execute("SELECT x FROM t WHERE rowid = 3").fetchone() == (7,)
    database.close()


def test_a_schema_damaged_in_its_names_is_told_at_opening(path):
    """Where SQLite's own message is no UTF-8, too."""
    outside(
        path,
        "CREATE TABLE t (x); PRAGMA writable_schema = ON;"
        "UPDATE sqlite_master SET name = CAST(x'ff' AS TEXT), sql = 'CREATE'",
    )
    with pytest.raises(CorruptStore, match="damaged"):
        Database(path, name="x.db", read_only=True)


def test_the_whole_is_the_file_itself_where_it_can_be(database, path):
    """Alone, the whole is the database file in rollback mode; writing then goes on in WAL."""
    with database.writing() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
    with database.whole(path.with_name("spare")) as whole:
        assert whole == path
        assert whole.read_bytes()[18:20] == b"\x01\x01"  # the file format's versions: no WAL
    with database.writing() as connection:
        connection.execute("INSERT INTO t VALUES (2)")
    assert pragma(database, "journal_mode") == "wal"


def test_the_whole_is_a_copy_beside_other_connections(database, path):
    """Where someone else has the database open the whole is a complete copy, without WAL."""
    with database.writing() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
    spare = path.with_name("spare")
    with closing(sqlite3.connect(path)) as other:
        other.execute("SELECT * FROM t").fetchall()
        with database.whole(spare) as whole:
            assert whole == spare
            assert whole.read_bytes()[18:20] == b"\x01\x01"
            with closing(sqlite3.connect(whole)) as copy:
                assert copy.execute("SELECT x FROM t").fetchall() == [(1,)]


def test_the_wal_stays_bounded(database, path):
    """However much is committed, the WAL holds its bound and one transaction."""
    wal = path.with_name("x.db-wal")
    sizes = []
    for _ in range(40):
        with database.writing() as connection:
            connection.executemany("INSERT INTO t VALUES (zeroblob(?))", [(1024 * 1024,)])
        sizes.append(wal.stat().st_size)
    assert max(sizes) < 20 * 1024 * 1024


def test_replaced_content_does_not_linger(database, path):
    """What is deleted is overwritten with zeros, not left in free pages."""
    secret = b"personal data of someone" * 10_000
    with database.writing() as connection:
        connection.execute("INSERT INTO t VALUES (?)", (secret,))
    with database.writing() as connection:
        connection.execute("DELETE FROM t")
    with database.whole(path.with_name("spare")) as whole:
        assert b"personal data of someone" not in whole.read_bytes()


WRITES_64_MIB = """
import os, psutil, sys
from pathlib import Path
from captured_exchanges.store.database import Database
memory = lambda: psutil.Process().memory_info().rss // 1024**2
database = Database(Path(sys.argv[1]), name="x.db", read_only=False)
before = memory()
for _ in range(64):
    with database.writing() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS t (x)")
        connection.executemany("INSERT INTO t VALUES (?)", [(os.urandom(8192),) for _ in range(128)])
print(memory() - before)
"""


def test_the_page_cache_stays_bounded(path):
    """However much is written, SQLite holds its 8 MiB of pages and not two thousand pages of 64 KiB."""
    command = [sys.executable, "-c", WRITES_64_MIB, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 24
