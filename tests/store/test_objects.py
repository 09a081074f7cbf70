import pytest

from captured_exchanges.errors import StoreError
from captured_exchanges.store import ObjectRow, open_store
from support.store_builders import FIXTURES, redacted

TABLE = "(id integer primary key, external_id text, sync_id text, data blob)"


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    with open_store(tmp_path / "x.db", "rw") as store:
        yield store


@pytest.mark.parametrize("name", ["go-0", "go-50", "old"])
def test_baton_objects_are_found(name):
    """Objects of files that baton made are found by kind and id, with their sync."""
    with open_store(FIXTURES / f"{name}.c1z") as store:
        (sync_id,) = store.sync_ids()
        (row,) = store.object_rows("resource", "user:user-02")
        assert (row.sync_id, row.external_id) == (sync_id, "user:user-02")
        assert b"user-02" in row.data
        assert store.object_rows("resource", "user:user-02", sync_id) == [row]
        assert store.object_rows("resource", "user:user-02", "another") == []
        assert store.object_rows("resource", "user:absent") == []
        assert store.object_rows("grant", "user:user-02") == []
        assert len(store.object_rows("resource_type", "user")) == 1


def test_all_objects_of_a_kind_come_in_order():
    """Every object of a kind, each as `object_rows` gives it; other questions may be asked meanwhile."""
    with open_store(FIXTURES / "go-50.c1z") as store:
        objects = store.every_object("resource")
        first = next(objects)
        assert [first] == store.object_rows("resource", first.external_id)
        assert 1 + len(list(objects)) == 20
        assert list(store.every_object("grant")) == []


def test_an_object_of_several_syncs_has_several_rows(store):
    """Each sync that holds an object gives a row, oldest first, whatever another hand has stored in it."""
    with store.transaction() as connection:
        connection.execute(f"CREATE TABLE v1_grants {TABLE}")
        connection.execute(
            "INSERT INTO v1_grants (external_id, sync_id, data) VALUES ('g', 's1', x'01'), ('g', 's2', NULL),"
            " ('g', NULL, 'text'), ('other', 's1', x'02')"
        )
    assert store.object_rows("grant", "g") == [
        ObjectRow("s1", "g", b"\x01"),
        ObjectRow("s2", "g", b""),
        ObjectRow("", "g", b"text"),
    ]
    assert store.object_rows("grant", "g", "s2") == [ObjectRow("s2", "g", b"")]


def test_object_ids_are_found_by_their_beginning(store):
    """Ids that begin so come each once, in order, as many as asked for; what begins so is taken literally."""
    with store.transaction() as connection:
        connection.execute(f"CREATE TABLE v1_resources {TABLE}")
        connection.executemany(
            "INSERT INTO v1_resources (external_id, sync_id) VALUES (?, ?)",
            [
                ("user:b", "1"),
                ("user:a", "1"),
                ("user:a", "2"),
                ("users", "1"),
                ("user%", "1"),
                ("group:a", "1"),
            ],
        )
    assert store.object_ids("resource", "user:", limit=10) == ["user:a", "user:b"]
    assert store.object_ids("resource", "user", limit=2) == ["user%", "user:a"]
    assert store.object_ids("resource", "user%", limit=10) == ["user%"]
    assert store.object_ids("grant", "", limit=10) == []


def test_absent_tables_are_empty(store):
    """A file without objects has none, and no syncs; its exchanges' syncs stand in."""
    assert store.object_rows("entitlement", "e") == []
    assert store.sync_ids() == []
    store.exchanges().put_exchanges([redacted("r", "b"), redacted("r", "a")])
    assert store.sync_ids() == ["a", "b"]


def test_sync_ids_come_oldest_first(store):
    """Where the file has sync runs they name the syncs, in their order."""
    with store.transaction() as connection:
        connection.execute("CREATE TABLE v1_sync_runs (id integer primary key, sync_id text)")
        connection.execute("INSERT INTO v1_sync_runs (sync_id) VALUES ('z'), ('a')")
    store.exchanges().put_exchanges([redacted("r", "b")])
    assert store.sync_ids() == ["z", "a"]


def test_a_view_in_the_place_of_a_table_is_refused(store):
    """Objects are read from ordinary tables only."""
    with store.transaction() as connection:
        connection.execute(
            "CREATE VIEW v1_resources AS SELECT 1 AS id, '' AS external_id, '' AS sync_id, '' AS data"
        )
    with pytest.raises(StoreError, match="view v1_resources"):
        store.object_rows("resource", "x")
