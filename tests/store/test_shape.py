import sqlite3
from contextlib import closing

import pytest

from captured_exchanges.errors import StoreError
from captured_exchanges.store.schema import EXCHANGES, GAPS
from captured_exchanges.store.shape import exists, has_unique_index, is_plain, is_readable, require_plain

GO = """CREATE TABLE v1_exchanges (
    id integer primary key,
    request_id text not null,
    sync_id text not null,
    transport_kind text not null,
    request_json blob,
    response_json blob,
    intent_json blob,
    discovered_at datetime not null
)"""
INDEX = "CREATE UNIQUE INDEX idx_exchanges_request_sync_v1 on v1_exchanges (request_id, sync_id)"
READ = ("id", "request_id", "discovered_at")

TABLES_TO_REFUSE = {
    "a view": "CREATE TABLE t (x); CREATE VIEW v1_exchanges AS SELECT * FROM t",
    "a virtual table": "CREATE VIRTUAL TABLE v1_exchanges USING fts5(request_id)",
    "another order": GO.replace("request_id text not null,", "").replace(
        "id integer primary key,", "id integer primary key, x text,"
    ),
    "a column more": GO.replace("response_json blob,", "response_json blob, extra text,"),
    "a generated column": GO.replace("intent_json blob", "intent_json blob AS (zeroblob(100))"),
    "a check": GO.replace("sync_id text not null", "sync_id text not null CHECK (length(sync_id) < 3)"),
    "a default": GO.replace("request_json blob", "request_json blob DEFAULT (randomblob(10))"),
    "a unique column": GO.replace(
        "transport_kind text not null", "transport_kind text not null UNIQUE ON CONFLICT REPLACE"
    ),
    "a foreign key": GO.replace(
        "sync_id text not null", "sync_id text not null REFERENCES other(id) ON DELETE CASCADE"
    ),
    "no rowid": GO + " WITHOUT ROWID",
    "strict": GO.replace("datetime not null", "text not null") + " STRICT",
    "another type": GO.replace("request_json blob", "request_json integer"),
    "no primary key": GO.replace("id integer primary key", "id integer"),
    "nulls allowed": GO.replace("sync_id text not null", "sync_id text"),
    "a collation": GO.replace("request_id text not null", "request_id text not null COLLATE NOCASE"),
}
ADDITIONS_TO_REFUSE = {
    "a trigger": "CREATE TRIGGER empty AFTER INSERT ON v1_exchanges BEGIN DELETE FROM v1_exchanges; END",
    "a trigger in other case": "CREATE TRIGGER empty AFTER INSERT ON V1_Exchanges BEGIN SELECT 1; END",
    "another unique index": "CREATE UNIQUE INDEX one_kind ON v1_exchanges (transport_kind)",
    "an expression": "CREATE INDEX computed ON v1_exchanges (json_extract(request_json, '$.url'))",
    "a partial index": "CREATE INDEX some ON v1_exchanges (sync_id) WHERE json_valid(request_json)",
}
ADDITIONS_TO_ACCEPT = {
    "nothing": "",
    "a plain index": "CREATE INDEX by_sync ON v1_exchanges (sync_id, id)",
    "a view of it": "CREATE VIEW mine AS SELECT * FROM v1_exchanges",
    "a trigger elsewhere": "CREATE TABLE t (x); CREATE TRIGGER other AFTER INSERT ON t BEGIN SELECT 1; END",
}


@pytest.fixture
def connection():
    """A connection to an empty database."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield connection


@pytest.mark.parametrize("script", TABLES_TO_REFUSE.values(), ids=TABLES_TO_REFUSE)
def test_anything_but_the_plain_table_is_refused(connection, script):
    """What has the name but is not the table of the format, to the last constraint, is not written to."""
    connection.executescript(script)
    assert exists(connection, "v1_exchanges")
    assert not is_plain(connection, EXCHANGES)
    with pytest.raises(StoreError, match="v1_exchanges is not the plain table"):
        require_plain(connection, EXCHANGES)
    with pytest.raises(StoreError):
        EXCHANGES.create(connection)


@pytest.mark.parametrize("script", ADDITIONS_TO_REFUSE.values(), ids=ADDITIONS_TO_REFUSE)
def test_what_acts_on_the_table_is_refused(connection, script):
    """A trigger, a second unique index and an index that computes would change what a write does."""
    connection.executescript(f"{GO}; {INDEX}; {script}")
    with pytest.raises(StoreError, match="exchanges are not written into this file"):
        require_plain(connection, EXCHANGES)


@pytest.mark.parametrize("script", ADDITIONS_TO_ACCEPT.values(), ids=ADDITIONS_TO_ACCEPT)
def test_harmless_additions_are_accepted(connection, script):
    """Plain indexes, views and other tables' triggers are nobody's business."""
    connection.executescript(f"{GO}; {INDEX}; {script}")
    require_plain(connection, EXCHANGES)
    assert is_plain(connection, EXCHANGES)


def test_other_writers_quotes_and_spaces_are_accepted(connection):
    """The same table written with quotes, other case and other spaces is the same table."""
    connection.executescript(GO.replace("request_id", '"request_id"').replace("\n", " ").upper())
    EXCHANGES.create(connection)
    assert is_plain(connection, EXCHANGES)


def test_a_table_knows_its_columns_and_its_index(connection):
    """The columns are the statement's; the unique index is missed where the table wants one."""
    assert EXCHANGES.columns[:2] == ("id", "request_id")
    connection.executescript(EXCHANGES.ddl)
    connection.executescript(GAPS.ddl)
    found = [name for _, name, *_ in connection.execute("PRAGMA table_info(v1_exchanges)")]
    assert tuple(found) == EXCHANGES.columns
    assert (has_unique_index(connection, EXCHANGES), has_unique_index(connection, GAPS)) == (False, True)
    EXCHANGES.create(connection)
    assert has_unique_index(connection, EXCHANGES)


def test_a_missing_index_is_made(connection):
    """The table without its index gets one, or a refusal where rows are in the way."""
    connection.executescript(GO)
    EXCHANGES.create(connection)
    indexes = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'index'").fetchall()
    assert [" ".join(sql.lower().split()) for (sql,) in indexes] == [INDEX.lower()]


def test_a_schema_that_lies_about_itself_is_refused(connection):
    """Where sqlite_master calls a view a table, its statement tells the truth."""
    connection.executescript("CREATE TABLE t (x); CREATE TABLE v1_exchanges (x)")
    connection.executescript("""
        PRAGMA writable_schema=ON;
        UPDATE sqlite_master SET sql = 'CREATE VIEW v1_exchanges AS SELECT x FROM t'
            WHERE name = 'v1_exchanges';
        PRAGMA writable_schema=RESET;
    """)
    with pytest.raises((StoreError, sqlite3.DatabaseError)):  # newer SQLite finds it out by itself
        require_plain(connection, EXCHANGES)
    with pytest.raises((StoreError, sqlite3.DatabaseError)):
        is_readable(connection, "v1_exchanges", ("x",))


def test_a_virtual_table_in_disguise_is_refused(connection):
    """A virtual table that claims to have pages of its own, as a table has, is told by its statement."""
    connection.executescript("CREATE TABLE t (x); CREATE VIRTUAL TABLE v1_exchanges USING fts5(x)")
    connection.executescript("""
        PRAGMA writable_schema=ON;
        UPDATE sqlite_master SET rootpage = 2 WHERE name = 'v1_exchanges';
        PRAGMA writable_schema=RESET;
    """)
    with pytest.raises((StoreError, sqlite3.DatabaseError)):
        is_readable(connection, "v1_exchanges", ("x",))
    assert exists(connection, "t")


def test_an_absent_table_is_neither(connection):
    """A table that is not there cannot be read, and nothing forbids to make it."""
    assert not exists(connection, EXCHANGES.name)
    assert not is_readable(connection, EXCHANGES.name, READ)
    assert not is_plain(connection, EXCHANGES)
    require_plain(connection, EXCHANGES)
    EXCHANGES.create(connection)
    assert is_plain(connection, EXCHANGES)


@pytest.mark.parametrize("kind", ["a column more", "a default", "strict", "nulls allowed", "no rowid"])
def test_reading_asks_less(connection, kind):
    """An ordinary table with the columns that are read is read, whatever else it has."""
    connection.executescript(TABLES_TO_REFUSE[kind])
    assert is_readable(connection, "v1_exchanges", READ)


@pytest.mark.parametrize("kind", ["a view", "a virtual table", "a generated column"])
def test_reading_refuses_what_computes(connection, kind):
    """Views, virtual tables and generated columns run a stranger's programs: they are not read."""
    connection.executescript(TABLES_TO_REFUSE[kind])
    with pytest.raises(StoreError, match="not the table that baton knows"):
        is_readable(connection, "v1_exchanges", (*READ, "intent_json"))
