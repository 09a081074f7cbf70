from contextlib import suppress

import pytest

from captured_exchanges.errors import StoreError, UnsupportedStore
from captured_exchanges.store import schema
from captured_exchanges.store.database import Database
from captured_exchanges.store.schema import (
    EXCHANGES,
    MIGRATIONS,
    OURS,
    migrate,
    migrate_within,
    prepare_exchanges,
    require_ours,
)


@pytest.fixture
def database(tmp_path):
    """An empty database, open for writing."""
    path = tmp_path / "x.db"
    path.touch()
    database = Database(path, name="x.db", read_only=False)
    yield database
    database.close()


def tables(database):
    with database.reading() as connection:
        rows = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall()
    return [name for (name,) in rows]


def records(database):
    with database.reading() as connection:
        return connection.execute("SELECT version, step FROM v1_exchange_schema ORDER BY version").fetchall()


def test_the_exchange_table_is_the_formats(database):
    """Names, types, nullability, order of columns, and the unique index are FORMATS' to the letter."""
    with database.writing() as connection:
        prepare_exchanges(connection)
        columns = connection.execute("PRAGMA table_info(v1_exchanges)").fetchall()
        indexes = connection.execute("PRAGMA index_list(v1_exchanges)").fetchall()
        indexed = connection.execute("PRAGMA index_info(idx_exchanges_request_sync_v1)").fetchall()
    assert [(name, kind.lower(), required, key) for _, name, kind, required, _, key in columns] == [
        ("id", "integer", 0, 1),
        ("request_id", "text", 1, 0),
        ("sync_id", "text", 1, 0),
        ("transport_kind", "text", 1, 0),
        ("request_json", "blob", 0, 0),
        ("response_json", "blob", 0, 0),
        ("intent_json", "blob", 0, 0),
        ("discovered_at", "datetime", 1, 0),
    ]
    assert [(name, unique) for _, name, unique, *_ in indexes] == [("idx_exchanges_request_sync_v1", 1)]
    assert [name for _, _, name in indexed] == ["request_id", "sync_id"]


def test_migrations_make_our_tables_step_by_step(database):
    """Each step is recorded, our tables are plain and prefixed, and user_version stays whoever's it is."""
    migrate(database)
    assert records(database) == [(number, name) for number, (name, _) in enumerate(MIGRATIONS, start=1)]
    assert tables(database) == sorted([table.name for table in OURS] + ["v1_exchange_schema"])
    assert all(name.startswith("v1_exchange_") for name in tables(database))
    with database.reading() as connection:
        require_ours(connection)
        assert connection.execute("PRAGMA user_version").fetchone() == (0,)


def test_migrating_again_changes_nothing(database):
    """A file that has all steps is not written to."""
    migrate(database)
    database.dirty = False
    migrate(database)
    assert not database.dirty


def test_all_steps_come_and_go_with_the_callers_transaction(database):
    """Within a transaction the tables are made with it, or not at all, and a second time changes nothing."""
    with suppress(ZeroDivisionError), database.writing() as connection:
        migrate_within(connection, "x.db")
        raise ZeroDivisionError
    assert tables(database) == []
    for changes in (True, False):
        database.dirty = False
        with database.writing() as connection:
            migrate_within(connection, "x.db")
        assert database.dirty is changes
    assert records(database) == [(number, name) for number, (name, _) in enumerate(MIGRATIONS, start=1)]


def test_a_step_that_fails_leaves_those_before_it(database, monkeypatch):
    """A step is applied with its record or not at all; the next attempt goes on after the last one."""

    def fail(connection):
        connection.execute("CREATE TABLE v1_exchange_half (x)")
        raise ZeroDivisionError

    steps = (*MIGRATIONS[:2], ("broken", fail))
    monkeypatch.setattr(schema, "MIGRATIONS", steps)
    with pytest.raises(ZeroDivisionError):
        migrate(database)
    assert [version for version, _ in records(database)] == [1, 2]
    assert "v1_exchange_half" not in tables(database)
    monkeypatch.undo()
    migrate(database)
    assert [version for version, _ in records(database)] == [1, 2, 3, 4]


def test_a_newer_file_is_refused(database):
    """Tables of a later version are not touched; the message says what to update."""
    migrate(database)
    with database.writing() as connection:
        connection.execute("INSERT INTO v1_exchange_schema VALUES (99, 'from the future', 'then')")
    with pytest.raises(UnsupportedStore, match="update captured-exchanges"):
        migrate(database)


@pytest.mark.parametrize(
    "hostile",
    [
        "CREATE VIEW v1_exchange_schema AS SELECT 1 AS version",
        "CREATE TABLE v1_exchange_schema (version integer primary key CHECK (version > 5), step, applied_at)",
        "CREATE VIEW v1_exchange_watermarks AS SELECT 1 AS id",
        "CREATE TABLE v1_exchange_gaps (id integer primary key)",
    ],
)
def test_planted_tables_are_refused(database, hostile):
    """A stranger's thing under a name of ours stops the migration with a sentence."""
    with database.writing() as connection:
        connection.execute(hostile)
    with pytest.raises(StoreError):
        migrate(database)


def test_the_table_is_made_in_the_callers_transaction(database):
    """A transaction that fails takes the table it made with it."""

    def fail():
        with database.writing() as connection:
            prepare_exchanges(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert EXCHANGES.name not in tables(database)


def test_an_index_of_that_name_elsewhere_is_an_error(database):
    """Where a stranger's index has our index's name, the write fails with a sentence and leaves nothing."""
    with database.writing() as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute("CREATE INDEX idx_exchanges_request_sync_v1 ON t (x)")
    with pytest.raises(StoreError, match="something else is called"), database.writing() as connection:
        prepare_exchanges(connection)
    assert EXCHANGES.name not in tables(database)
