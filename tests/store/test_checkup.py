import pytest

from captured_exchanges.errors import CorruptStore, UnsupportedStore
from captured_exchanges.exchange import Gap
from captured_exchanges.store import checkup, open_store
from support.store_builders import EPOCH, captured, delivery, redacted, run
from support.store_foreign import LOOSE, foreign


@pytest.fixture
def path(tmp_path):
    """A store of ours with two exchanges, one in quarantine, two gaps."""
    path = tmp_path / "x.db"
    lost = [Gap(EPOCH, 4, 5, 2, 20, "overflow"), Gap(EPOCH, 6, 6, 1, 9, "overflow")]
    rows = [*run(1, 2), captured(3, transport_kind=None)]
    with open_store(path, "rw") as store:
        store.exchanges().commit(delivery(rows, gaps=lost, through=6))
    return path


def asked(path, question):
    with open_store(path) as store:
        return question(store)


def states(path):
    return {state.name: state.state for state in asked(path, checkup.tables)}


def test_a_store_of_ours_has_nothing_wrong(path):
    """No damage, every table plain, nothing that acts."""
    assert asked(path, checkup.damage) == []
    assert set(states(path).values()) == {"plain"}
    assert asked(path, checkup.programs) == []
    assert asked(path, checkup.documents) == checkup.Documents(2, 0, 0, 0, ())


def test_damage_is_found(path):
    """What SQLite's own check finds is told in its words; a file it cannot read at all is an error."""
    data = bytearray(path.read_bytes())
    data[36:40] = (7).to_bytes(4)  # how many free pages there are: none
    path.write_bytes(data)
    (said,) = asked(path, checkup.damage)
    assert "reelist" in said
    data[65536 : 65536 + 512] = b"\xff" * 512  # a page that is none
    path.write_bytes(data)
    with pytest.raises(CorruptStore, match="the database is damaged"):
        asked(path, checkup.damage)


def test_an_empty_file_has_no_tables(tmp_path):
    """A database without any table has nothing to find fault with."""
    path = foreign(tmp_path / "x.db", "")
    assert set(states(path).values()) == {"absent"}
    assert asked(path, checkup.documents).exchanges == 0
    assert asked(path, checkup.unknown_syncs) == {}
    assert asked(path, checkup.quarantine_reasons) == asked(path, checkup.gap_reasons) == {}


@pytest.mark.parametrize(
    ("script", "name", "state"),
    [
        (LOOSE, "v1_exchanges", "not written"),
        ("CREATE VIEW v1_exchanges AS SELECT 1 AS id", "v1_exchanges", "not read"),
        ("CREATE TABLE v1_exchange_gaps (id)", "v1_exchange_gaps", "not read"),
        (
            "CREATE TABLE v1_exchange_arrivals (id, sync_id, arrived_in)",
            "v1_exchange_arrivals",
            "not written",
        ),
    ],
)
def test_a_strangers_table_is_told(tmp_path, script, name, state):
    """What is not the plain table may not be written; what has not its columns is not even read."""
    path = foreign(tmp_path / "x.db", script)
    (found,) = [table for table in asked(path, checkup.tables) if table.name == name]
    assert (found.state, bool(found.why)) == (state, True)


def test_a_missing_index_is_told(path):
    """A plain table without its unique index is told apart."""
    foreign(path, "DROP INDEX idx_exchanges_request_sync_v1")
    assert states(path)["v1_exchanges"] == "no index"


def test_a_later_version_is_an_error(path):
    """Tables that a later version has made are not judged."""
    foreign(path, "INSERT INTO v1_exchange_schema VALUES (99, 'later', 'now')")
    with pytest.raises(UnsupportedStore):
        asked(path, checkup.tables)


def test_what_acts_is_named(path):
    """Triggers, views and virtual tables are listed, wherever they stand."""
    foreign(
        path,
        """CREATE TABLE t (x); CREATE TRIGGER boom AFTER INSERT ON t BEGIN SELECT 1; END;
        CREATE VIEW seen AS SELECT 1; CREATE VIRTUAL TABLE words USING fts5(word);""",
    )
    assert asked(path, checkup.programs) == ["trigger boom", "view seen", "virtual table words"]


def test_odd_documents_are_counted(tmp_path):
    """No JSON, text in place of bytes, no request or no id: each exchange counts once for each."""
    script = """INSERT INTO v1_exchanges VALUES
        ('a', 'good', 's', 'http', x'7b7d', NULL, x'6e756c6c', '2026'),
        (NULL, 'text', 's', 'http', '{}', '[]', NULL, '2026'),
        (3, 'bad', 's', 'http', x'7b', 'no', NULL, '2026'),
        (4, 'empty', 's', 'http', x'', NULL, NULL, '2026'),
        (5, 'number', 's', 'http', 42, NULL, 1.5, '2026'),
        (6, NULL, 's', 'http', x'ff', NULL, NULL, '2026'),
        (7, 'none', 's', 'http', NULL, NULL, NULL, '2026')"""
    path = foreign(tmp_path / "x.db", LOOSE.replace("id integer primary key", "id text", 1) + script)
    found = asked(path, checkup.documents)
    assert (found.exchanges, found.unparsable, found.not_bytes, found.incomplete) == (7, 3, 3, 2)
    assert found.examples == ("bad", "empty", "")


def test_json_that_is_nested_for_ever_is_no_crash(tmp_path):
    """A document of a million brackets is counted, not followed."""
    path = tmp_path / "x.db"
    with open_store(path, "rw") as store:
        store.exchanges().put_exchanges([redacted("deep", request_json=b"[" * 1_000_000)])
    assert asked(path, checkup.documents).unparsable == 1


def test_syncs_that_the_file_does_not_know_are_counted(path):
    """By the file's own runs; exchanges without a sync, and late ones of a known sync's time, are known."""
    with open_store(path, "rw") as store:
        store.exchanges().put_exchanges([redacted("a", "gone"), redacted("b", "gone"), redacted("c", "")])
        store.exchanges().commit(delivery([captured(7, "late")], after=6))
    assert asked(path, checkup.unknown_syncs) == {}
    foreign(path, "CREATE TABLE v1_sync_runs (id integer primary key, sync_id text)")
    foreign(path, "INSERT INTO v1_sync_runs (sync_id) VALUES ('sync-1')")
    assert asked(path, checkup.unknown_syncs) == {"gone": 2}


def test_gaps_and_quarantine_are_counted_by_reason(path):
    """The ledger's counts are summed, the quarantine's entries counted."""
    assert asked(path, checkup.gap_reasons) == {"overflow": 3}
    ((reason, count),) = asked(path, checkup.quarantine_reasons).items()
    assert (count, "NOT NULL" in reason) == (1, True)
