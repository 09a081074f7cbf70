import pytest

from captured_exchanges.exchange import Gap
from captured_exchanges.store import open_store
from support.store_builders import SYNC, captured, delivery, redacted, run


@pytest.fixture
def path(tmp_path):
    """Where the store is."""
    return tmp_path / "x.c1z"


def know(store, *sync_ids):
    """Make the file know these syncs and no others."""
    with store.transaction() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS v1_sync_runs (id integer primary key, sync_id text)")
        connection.execute("DELETE FROM v1_sync_runs")
        connection.executemany(
            "INSERT INTO v1_sync_runs (sync_id) VALUES (?)", [(sync,) for sync in sync_ids]
        )


def syncs(store):
    return {row.sync_id for row in store.exchanges().iterate(limit=1000)}


def saved(path, *known):
    """Let the file know these syncs and save: the syncs that are left, and the count pruned."""
    with open_store(path, "rw") as store:
        if known:
            know(store, *known)
        store.save()
        return syncs(store), store.pruned


def test_exchanges_of_forgotten_syncs_go(path):
    """What baton's cleanup left behind goes with the next save; what it knows stays."""
    with open_store(path, "rw") as store:
        store.exchanges().put_exchanges(
            [redacted(f"r{n}", sync) for n in range(3) for sync in ("old", "new")]
        )
    assert saved(path, "new") == ({"new"}, 3)
    assert saved(path, "new") == ({"new"}, 0)


def test_a_file_that_knows_no_sync_keeps_all(path):
    """Without sync runs, or with an empty table of them, nothing goes."""
    with open_store(path, "rw") as store:
        store.exchanges().put_exchanges([redacted("r", "a")])
    assert saved(path) == ({"a"}, 0)
    with open_store(path, "rw") as store:
        know(store)
        store.save()
        assert syncs(store) == {"a"}


def test_what_was_just_written_stays(path):
    """A sync whose run is not entered yet keeps what this store has written, for as long as it is open."""
    with open_store(path, "rw") as store:
        know(store, "other")
        store.exchanges().put_exchanges([redacted("r", "mine")])
        store.exchanges().commit(delivery(run(1, 2)))
        store.save()
        assert syncs(store) == {"mine", SYNC}
    assert saved(path, "other") == (set(), 3)


def test_exchanges_without_a_sync_stay(path):
    """Exchanges that belong to no sync are no forgotten sync's."""
    with open_store(path, "rw") as store:
        store.exchanges().put_exchanges([redacted("r", "")])
    assert saved(path, "other") == ({""}, 0)


def test_late_exchanges_stay_with_the_sync_they_came_in(path):
    """Another sync's late exchanges stay as long as the sync in which they arrived is known."""
    with open_store(path, "rw") as store:
        store.exchanges().commit(delivery([captured(1, "late"), captured(2)], sync_id="current"))
        know(store, "current")
    assert saved(path, "current", "next") == ({"late", "current"}, 0)
    assert saved(path, "next") == (set(), 2)


def test_ledger_and_quarantine_go_with_their_sync(path):
    """Gaps and quarantined exchanges of forgotten syncs go too; watermarks stay."""
    gap = Gap("epoch-1", 3, 3, 1, 1, "overflow")
    with open_store(path, "rw") as store:
        store.exchanges().commit(
            delivery([captured(1), captured(2, transport_kind=None)], through=3, gaps=[gap])
        )
    for known, left in (((SYNC,), 1), (("other",), 0)):
        saved(path, *known)
        with open_store(path) as store, store._database.reading() as connection:
            for table in ("v1_exchanges", "v1_exchange_gaps", "v1_exchange_quarantine"):
                assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (left,)  # noqa: S608
            assert store.exchanges().watermarks()[0].through_sequence == 3


def test_watermarks_of_long_gone_epochs_go(path):
    """Of each connector the 64 watermarks stay that an open may name, the last updated ones."""
    with open_store(path, "rw") as store:
        for number in range(70):
            store.exchanges().commit(delivery(through=1, epoch=f"e{number}"))
        store.exchanges().commit(delivery(through=1, epoch="e0", connector="other"))
        store.exchanges().commit(delivery(after=1, through=2, epoch="e0"))
        store.save()
        assert len(store.exchanges().watermarks("other")) == 1
        kept = {mark.epoch for mark in store.exchanges().watermarks("acme", limit=1000)}
    assert kept == {"e0"} | {f"e{number}" for number in range(7, 70)}


@pytest.mark.parametrize(
    "planted",
    [
        "CREATE VIEW v1_sync_runs AS SELECT 1 AS id, 'x' AS sync_id",
        "CREATE TABLE v1_sync_runs (id integer primary key)",
    ],
)
def test_a_strange_table_of_runs_prunes_nothing(path, planted):
    """What is not baton's table of sync runs decides nothing, and saving works."""
    with open_store(path, "rw") as store:
        store.exchanges().put_exchanges([redacted("r", "a")])
        with store.transaction() as connection:
            connection.execute(planted)
    assert saved(path) == ({"a"}, 0)


def test_baton_tables_are_not_touched(path):
    """Pruning changes no row of the objects."""
    with open_store(path, "rw") as store:
        know(store, "new")
        with store.transaction() as connection:
            connection.execute("CREATE TABLE v1_resources (id integer primary key, sync_id text)")
            connection.execute("INSERT INTO v1_resources (sync_id) VALUES ('old'), ('new')")
        store.exchanges().put_exchanges([redacted("r", "old")])
    assert saved(path) == (set(), 1)
    with open_store(path) as store, store._database.reading() as connection:
        assert connection.execute("SELECT sync_id FROM v1_resources").fetchall() == [("old",), ("new",)]
