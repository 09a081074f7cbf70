import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.errors import ReadOnlyStore, StoreError, WatermarkMoved
from captured_exchanges.exchange import Drained, Gap, SyncCount
from captured_exchanges.store import Committed, open_store
from captured_exchanges.store.database import Database
from support.store_builders import SYNC, captured, delivery, redacted, run
from support.strategies import redacted_exchanges

MOMENT = re2.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{0,8}[1-9])?")
LONE = "\ud800"


@pytest.fixture
def store(tmp_path):
    """An empty SQLite store, open for writing."""
    with open_store(tmp_path / "x.db", "rw") as store:
        yield store


def rows(store, query, *values):
    with store._database.reading() as connection:
        return connection.execute(query, values).fetchall()


def tables(store):
    return {name for (name,) in rows(store, "SELECT name FROM sqlite_master WHERE type = 'table'")}


def changes(store):
    with store._database.reading() as connection:
        return connection.total_changes


@pytest.fixture
def queries(store):
    """The statements that the store's connection runs, as they run."""
    seen = []
    with store._database.reading() as connection:
        connection.set_trace_callback(seen.append)
    return seen


@settings(max_examples=25)  # each writes and syncs a file
@given(
    st.lists(
        redacted_exchanges, max_size=8, unique_by=lambda exchange: (exchange.request_id, exchange.sync_id)
    )
)
def test_what_is_put_is_got(batch):
    """Exchanges come back as they were put, in order, through a file; the newest of an id is its exchange."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.c1z"
        with open_store(path, "rw") as store:
            store.exchanges().put_exchanges(iter(batch))
            store.save()
        with open_store(path) as store:
            found = store.exchanges().iterate(limit=100)
            got = {
                exchange.request_id: store.exchanges().get_exchange(exchange.request_id) for exchange in batch
            }
    names = ("request_id", "sync_id", "transport_kind", "request_json", "response_json", "intent_json")

    def plain(exchange):
        return [getattr(exchange, name) for name in names]

    assert [plain(row) for row in found] == [plain(exchange) for exchange in batch]
    newest = {exchange.request_id: exchange for exchange in batch}
    assert {name: plain(row) for name, row in got.items()} == {
        name: plain(row) for name, row in newest.items()
    }


def test_nothing_put_is_nothing_made(store):
    """The table appears with the first exchange and not before."""
    store.exchanges().put_exchanges([])
    store.exchanges().commit(delivery(through=0))
    assert "v1_exchanges" not in tables(store)
    store.exchanges().put_exchanges([redacted()])
    assert "v1_exchanges" in tables(store)


def test_a_batch_shares_its_moment(store):
    """All rows of one batch carry the time of its commit, in the format's form."""
    store.exchanges().put_exchanges([redacted(f"r{n}") for n in range(5)])
    store.exchanges().commit(delivery(run(10, 15)))
    (first,) = set(rows(store, "SELECT discovered_at FROM v1_exchanges WHERE id <= 5"))
    (second,) = set(rows(store, "SELECT discovered_at FROM v1_exchanges WHERE id > 5"))
    assert MOMENT.fullmatch(first[0])
    assert first < second


def test_putting_again_replaces(store):
    """The same request id and sync is one row, replaced; another sync's is another row."""
    put = store.exchanges().put_exchanges
    put([redacted("r", "a"), redacted("r", "b")])
    put([redacted("r", "a", response_json=None, request_json=b"new")])
    assert rows(store, "SELECT id, sync_id, request_json, response_json FROM v1_exchanges ORDER BY id") == [
        (1, "a", b"new", None),
        (2, "b", b'{"kind":"http","method":"GET"}', b'{"status":200}'),
    ]


def test_a_bad_exchange_fails_the_whole_put(store):
    """An exchange that cannot be stored is the caller's error, and no neighbour is written."""
    with pytest.raises(StoreError, match="nothing was written") as caught:
        store.exchanges().put_exchanges([redacted("good"), redacted("bad" + LONE)])
    assert LONE not in str(caught.value)
    assert store.exchanges().count() == 0


def test_a_generator_that_fails_leaves_nothing(store):
    """Where the source of exchanges fails half-way, what was written goes back."""

    def source():
        yield from (redacted(f"r{n}") for n in range(600))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.exchanges().put_exchanges(source())
    assert store.exchanges().count() == 0


def test_a_table_that_was_rolled_back_is_made_again(store):
    """A table made in a transaction that failed is made again by the next."""

    def source():
        yield redacted()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.exchanges().put_exchanges(source())
    assert "v1_exchanges" not in tables(store)
    store.exchanges().put_exchanges([redacted()])
    assert store.exchanges().count() == 1


def test_a_delivery_lands_whole(store):
    """Rows, gaps, watermark and attestation of a delivery are there together."""
    gap = Gap("epoch-1", 4, 6, 3, 300, "overflow", (SyncCount(SYNC, 3),))
    said = Drained("epoch-1", 6, 6)
    committed = store.exchanges().commit(delivery(run(1, 3), through=6, gaps=[gap], drained=said))
    assert committed == Committed(stored=3, quarantined=0)
    assert [row.request_id for row in store.exchanges().iterate()] == ["r1", "r2", "r3"]
    assert [entry.gap for entry in store.exchanges().ledger()] == [gap]
    (mark,) = store.exchanges().watermarks()
    assert (mark.through_sequence, mark.drained) == (6, True)
    assert store.exchanges().attestation("acme", "epoch-1") == said


def test_a_moved_watermark_writes_nothing(store):
    """A delivery that assumes another watermark than the stored one changes nothing at all."""
    exchange_store = store.exchanges()
    exchange_store.commit(delivery(run(1, 3)))
    before = rows(store, "SELECT * FROM v1_exchanges"), exchange_store.watermarks()
    gap = Gap("epoch-1", 6, 6, 1, 1, "overflow")
    for after in (0, 2, 4):
        with pytest.raises(WatermarkMoved):
            exchange_store.commit(delivery(run(2, 5), after=after, gaps=[gap]))
    assert (rows(store, "SELECT * FROM v1_exchanges"), exchange_store.watermarks()) == before
    assert exchange_store.ledger() == []


def test_a_redelivery_reaches_no_row(store):
    """A delivery that was committed once is refused before any insert or update, counted by SQLite itself."""
    first = delivery(run(1, 3))
    store.exchanges().commit(first)
    before = changes(store)
    with pytest.raises(WatermarkMoved):
        store.exchanges().commit(first)
    assert changes(store) == before


def test_poisoned_exchanges_go_to_quarantine(store):
    """One poisoned exchange is kept apart with its reason; its neighbours and the watermark land."""
    poisoned = captured(2, "s" + LONE)
    committed = store.exchanges().commit(delivery([captured(1), poisoned, captured(3)]))
    assert committed == Committed(stored=2, quarantined=1)
    assert [row.request_id for row in store.exchanges().iterate()] == ["r1", "r3"]
    ((sequence, reason, sync_id),) = rows(
        store, "SELECT sequence, reason, sync_id FROM v1_exchange_quarantine"
    )
    assert (sequence, sync_id) == (2, "s\\ud800")
    assert "surrogates" in reason
    assert store.exchanges().watermarks()[0].through_sequence == 3


def test_what_arrived_as_poison_is_kept_with_its_bytes(store):
    """An exchange that says itself what is wrong with it is no row, first, in the middle or last."""
    ill = {
        number: replace(captured(number, request_json=b"\xff"), poison="not UTF-8") for number in (1, 3, 5)
    }
    nameless = replace(captured(2), exchange=redacted(""))
    committed = store.exchanges().commit(delivery([ill[1], nameless, ill[3], captured(4), ill[5]]))
    assert committed == Committed(stored=1, quarantined=4)
    assert [row.request_id for row in store.exchanges().iterate()] == ["r4"]
    kept = rows(store, "SELECT sequence, reason, request_json FROM v1_exchange_quarantine ORDER BY id")
    assert [sequence for sequence, *_ in kept] == [1, 2, 3, 5]
    assert [row for row in kept if row[0] != 2] == [(number, "not UTF-8", b"\xff") for number in ill]


def test_exchanges_keep_their_own_sync(store):
    """An exchange with a sync of its own is stored under it, the others under the consumer's."""
    store.exchanges().commit(delivery([captured(1, "late"), captured(2)]))
    assert [row.sync_id for row in store.exchanges().iterate()] == ["late", SYNC]
    assert store.exchanges().written_syncs == {"late", SYNC}


def test_reading_by_object_keeps_the_order(store):
    """The exchanges come in the order of the ids given, repeats and all, the absent left out."""
    store.exchanges().put_exchanges([redacted(f"r{n}") for n in range(10)])
    asked = ["r7", "absent", "r0", "r7", LONE, "r3"]
    found = store.exchanges().list_exchanges_for_object(asked)
    assert [row.request_id for row in found] == ["r7", "r0", "r7", "r3"]
    assert store.exchanges().list_exchanges_for_object([]) == []


def test_reading_by_object_takes_the_newest_or_the_syncs_own(store):
    """Of several syncs' rows of an id the newest is taken, or the given sync's where it has one."""
    store.exchanges().put_exchanges([redacted("r", "old"), redacted("r", "new"), redacted("q", "new")])
    by_object = store.exchanges().list_exchanges_for_object
    assert [row.sync_id for row in by_object(["r", "q"])] == ["new", "new"]
    assert [row.sync_id for row in by_object(["r", "q"], sync_id="old")] == ["old", "new"]
    assert store.exchanges().get_exchange("r").sync_id == "new"


def test_request_ids_are_found_by_their_beginning(store, queries):
    """Each once, in order, no more than asked for, by the index alone."""
    store.exchanges().put_exchanges([redacted(f"{p}{n}", s) for p in "ab" for n in range(9) for s in "xy"])
    queries.clear()
    assert store.exchanges().request_ids("b", limit=3) == ["b0", "b1", "b2"]
    assert store.exchanges().request_ids("", limit=100) == [f"{p}{n}" for p in "ab" for n in range(9)]
    assert store.exchanges().request_ids(LONE, limit=3) == store.exchanges().request_ids("c", limit=3) == []
    for query in (query for query in queries if "FROM v1_exchanges" in query):
        plan = " ".join(row[3] for row in rows(store, f"EXPLAIN QUERY PLAN {query}"))
        assert "SEARCH v1_exchanges USING COVERING INDEX" in plan


def test_the_missing_are_told(store, queries):
    """Of any number of request ids those that no row has come back, found by the index alone."""
    asked = [f"r{n}" for n in range(1200)]
    assert store.exchanges().missing(asked) == set(asked)
    store.exchanges().put_exchanges([redacted(f"r{n}", sync) for n in range(0, 1200, 2) for sync in "ab"])
    queries.clear()
    assert store.exchanges().missing([*asked, "r0"]) == set(asked[1::2])
    for query in (query for query in queries if "FROM v1_exchanges" in query):
        plan = " ".join(row[3] for row in rows(store, f"EXPLAIN QUERY PLAN {query}"))
        assert "COVERING INDEX idx_exchanges_request_sync_v1" in plan
    assert store.exchanges().missing([]) == set()


def test_adopted_syncs_are_kept_by_a_save(tmp_path):
    """A save does not prune the syncs that were adopted, as if their rows had been put here."""
    path = tmp_path / "x.db"
    with open_store(path, "rw") as store:
        store.exchanges().put_exchanges([redacted("r", "mine"), redacted("r", "other")])
    with open_store(path, "rw") as store:
        with store.transaction() as connection:
            connection.execute("CREATE TABLE v1_sync_runs (id integer primary key, sync_id text)")
            connection.execute("INSERT INTO v1_sync_runs (sync_id) VALUES ('known')")
        store.exchanges().adopt(["mine"])
        store.save()
        assert store.exchanges().sync_ids() == ["mine"]


def test_a_thousand_ids_take_a_handful_of_queries(store, queries):
    """A thousand request ids are resolved in four queries, and by the index: no row of others is read."""
    store.exchanges().put_exchanges([redacted(f"r{n}") for n in range(3000)])
    queries.clear()
    found = store.exchanges().list_exchanges_for_object([f"r{n}" for n in range(0, 2000, 2)])
    assert len(found) == 1000
    asked = [query for query in queries if "FROM v1_exchanges" in query]
    assert len(asked) == 4
    for query in asked:
        plan = " ".join(row[3] for row in rows(store, f"EXPLAIN QUERY PLAN {query}"))
        assert "SEARCH" in plan
        assert "SCAN" not in plan


def test_pages_go_on_where_the_last_one_ended(store, queries):
    """Paging by id sees every row once, filtered or not, and reads no more than its page."""
    kinds = ["http", "sql", "http"]
    batch = [redacted(f"r{n}", f"s{n % 2}", transport_kind=kinds[n % 3]) for n in range(30)]
    store.exchanges().put_exchanges(batch)

    def paged(**wanted):
        found, after = [], 0
        while page := store.exchanges().iterate(after, 7, **wanted):
            assert len(page) <= 7
            found += page
            after = page[-1].id
        return [row.request_id for row in found]

    for wanted in (
        {},
        {"sync_id": "s1"},
        {"transport_kind": "sql"},
        {"sync_id": "s0", "transport_kind": "http"},
    ):
        expected = [e.request_id for e in batch if all(getattr(e, name) == wanted[name] for name in wanted)]
        assert paged(**wanted) == expected
        assert store.exchanges().count(**wanted) == len(expected)
    (query,) = {query for query in queries if "id > 0 " in query and "AND" not in query}
    assert "SEARCH v1_exchanges USING INTEGER PRIMARY KEY" in rows(store, f"EXPLAIN QUERY PLAN {query}")[0][3]
    assert store.exchanges().sync_ids() == ["s0", "s1"]


def test_counting_reads_the_index(store):
    """Counting all, or a sync's, never reads the exchanges themselves."""
    store.exchanges().put_exchanges([redacted()])
    for where in ("", "WHERE sync_id = 's'"):
        plan = rows(store, f"EXPLAIN QUERY PLAN SELECT count(*) FROM v1_exchanges {where}")  # noqa: S608
        assert "COVERING INDEX" in plan[0][3]


def test_a_store_open_for_reading_refuses_writes(tmp_path, store):
    """Put and commit on a reader raise ReadOnlyStore, even with nothing to write."""
    store.exchanges().put_exchanges([redacted()])
    with open_store(tmp_path / "x.db") as reader:
        for write in (
            lambda: reader.exchanges().put_exchanges([]),
            lambda: reader.exchanges().put_exchanges([redacted()]),
            lambda: reader.exchanges().commit(delivery(run(1, 2))),
            reader.save,
            lambda: reader.transaction().__enter__(),
        ):
            with pytest.raises(ReadOnlyStore, match="open it for writing"):
                write()
        assert reader.exchanges().count() == 1


def test_a_file_without_exchanges_reads_as_empty(store):
    """Every way of reading finds nothing where nothing was ever stored."""
    exchange_store = store.exchanges()
    assert exchange_store.get_exchange("r") is None
    assert exchange_store.list_exchanges_for_object(["r"]) == []
    assert exchange_store.iterate() == []
    assert exchange_store.count() == 0
    assert exchange_store.sync_ids() == []
    assert exchange_store.watermarks() == []
    assert exchange_store.ledger() == []


def foreign(tmp_path, script):
    """A database by another hand."""
    path = tmp_path / "foreign.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


LOOSE = """CREATE TABLE v1_exchanges (id integer primary key, request_id text, sync_id text,
    transport_kind text, request_json blob, response_json blob, intent_json blob, discovered_at datetime);"""


def test_odd_rows_of_others_are_read(tmp_path):
    """JSON as text, NULLs, numbers, local dates and broken UTF-8 are shown, never an error."""
    foreign(tmp_path, LOOSE)
    path = foreign(
        tmp_path,
        """
        INSERT INTO v1_exchanges
            VALUES (1, 'text', 's', 'http', '{"a":"é"}', CAST(x'7bff7d' AS TEXT), x'ff', 7);
        INSERT INTO v1_exchanges VALUES (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
        INSERT INTO v1_exchanges VALUES (3, x'00ff', 5, 1.5, 42, 1.5, '', '2026-01-02T03:04:05.123+02:00');
        """,
    )
    with open_store(path) as store:
        first, second, third = store.exchanges().iterate()
        assert (first.request_json, first.response_json) == ('{"a":"é"}'.encode(), "{\ufffd}".encode())
        assert (first.intent_json, first.discovered_at) == (b"\xff", "7")
        assert (second.request_id, second.sync_id, second.request_json, second.discovered_at) == (
            "",
            "",
            None,
            "",
        )
        assert (third.request_id, third.sync_id, third.transport_kind) == ("\x00\ufffd", "5", "1.5")
        assert (third.request_json, third.intent_json) == (b"42", b"")
        assert store.exchanges().get_exchange("text").id == 1
        assert store.exchanges().sync_ids() == ["5", "s"]


@pytest.mark.parametrize("odd", ["'b'", "2.5", "NULL", "x'00'"])
def test_pages_are_refused_where_an_id_is_no_number(tmp_path, odd):
    """By the last id of a page the next one is asked for: it would be the same for ever, or pass rows by."""
    loose = LOOSE.replace("id integer primary key", "id", 1)
    rest = "'s', 'http', '1', '2', '3', '2026')"
    values = f"({odd}, 'odd', {rest}, (1, 'even', {rest}"
    path = foreign(tmp_path, f"{loose} INSERT INTO v1_exchanges VALUES {values};")  # noqa: S608
    with open_store(path) as store:
        with pytest.raises(StoreError, match="v1_exchanges in this file has an id of the type"):
            store.exchanges().iterate(None)
        assert store.exchanges().get_exchange("odd") is not None


def test_a_utf16_database_is_read_and_written(tmp_path):
    """A database in another encoding gives and takes the same text."""
    path = foreign(tmp_path, "PRAGMA encoding='UTF-16le'; CREATE TABLE t (x);")
    with open_store(path, "rw") as store:
        store.exchanges().put_exchanges([redacted("Zoë")])
        assert store.exchanges().get_exchange("Zoë").request_json == redacted().request_json


@pytest.mark.parametrize(
    ("hostile", "told"),
    [
        ("CREATE TABLE t (x); CREATE VIEW v1_exchanges AS SELECT * FROM t", "not the plain table"),
        (LOOSE, "not the plain table"),
        (LOOSE.replace("request_json blob", "request_json blob AS (zeroblob(9))"), "not the plain table"),
    ],
)
def test_hostile_tables_are_not_written(tmp_path, hostile, told):
    """What is not the plain table takes no rows: neither by put nor by commit."""
    path = foreign(tmp_path, hostile)
    with open_store(path, "rw") as store:
        with pytest.raises(StoreError, match=told):
            store.exchanges().put_exchanges([redacted()])
        with pytest.raises(StoreError, match=told):
            store.exchanges().commit(delivery(run(1, 3)))
        assert store.exchanges().watermarks() == []


def test_a_trigger_that_empties_the_table_is_refused(tmp_path):
    """The trigger of a stranger's file neither runs nor lets rows be lost: the write is refused whole."""
    path = tmp_path / "foreign.db"
    with open_store(path, "rw") as store:
        store.exchanges().put_exchanges([redacted("precious")])
    foreign(tmp_path, "CREATE TRIGGER empty AFTER INSERT ON v1_exchanges BEGIN DELETE FROM v1_exchanges; END")
    with open_store(path, "rw") as store:
        with pytest.raises(StoreError, match="trigger empty acts on v1_exchanges"):
            store.exchanges().put_exchanges([redacted("new")])
        assert [row.request_id for row in store.exchanges().iterate()] == ["precious"]


def test_a_trigger_that_comes_later_is_refused_too(store):
    """The tables are looked at again when the schema changes under an open store."""
    store.exchanges().commit(delivery(run(1, 2)))
    store.exchanges().commit(delivery(run(3, 4), after=2))
    with store.transaction() as connection:
        connection.execute("CREATE TRIGGER bad AFTER INSERT ON v1_exchange_gaps BEGIN SELECT 1; END")
    with pytest.raises(StoreError, match="the trigger bad acts on v1_exchange_gaps"):
        store.exchanges().commit(delivery(run(5, 6), after=4))
    assert store.exchanges().count() == 4


def test_no_statement_uses_with(monkeypatch, tmp_path):
    """No statement of ours uses WITH, whose names the authorizer takes for a view's."""
    seen = []
    connected = Database.__init__

    def watched(self, *arguments, **more):
        connected(self, *arguments, **more)
        self._connection.set_trace_callback(seen.append)

    monkeypatch.setattr(Database, "__init__", watched)
    with open_store(tmp_path / "x.c1z", "rw") as store:
        store.exchanges().commit(delivery([*run(1, 2), captured(3, "other" + LONE)]))
        with store.transaction() as connection:
            connection.execute("CREATE TABLE v1_sync_runs (id integer primary key, sync_id text)")
            connection.execute("INSERT INTO v1_sync_runs (sync_id) VALUES ('one')")
        store.exchanges().list_exchanges_for_object(["r1"], sync_id=SYNC)
        store.save()
    words = {word for statement in seen for word in statement.upper().split()}
    assert "UPSERT" not in words
    assert "SELECT" in words
    assert "WITH" not in words


def test_rows_that_others_numbered_below_one_are_listed(store):
    """Another program may give a row any number that SQLite has."""
    store.exchanges().put_exchanges([redacted("a"), redacted("b")])
    with store.transaction() as connection:
        connection.execute("UPDATE v1_exchanges SET id = -9223372036854775808 WHERE id = 1")
        connection.execute("UPDATE v1_exchanges SET id = 0 WHERE id = 2")
    assert [row.id for row in store.exchanges().iterate()] == [-(2**63), 0]
    assert [row.id for row in store.exchanges().iterate(-(2**63))] == [0]
