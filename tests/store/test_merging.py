import hashlib
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.errors import ReadOnlyStore, StoreError, UnsupportedStore
from captured_exchanges.exchange import Drained, Gap, SyncCount
from captured_exchanges.store import merge, open_store
from captured_exchanges.store.rows import UPSERT
from captured_exchanges.store.schema import EXCHANGES
from support.store_builders import CONNECTOR, EPOCH, FIXTURES, SYNC, captured, delivery, redacted, run
from support.store_child import child, output
from support.store_foreign import LOOSE, dump, foreign

LOST = Gap(EPOCH, 3, 4, 2, 200, "overflow", (SyncCount(SYNC, 2),))
OURS = ("v1_exchanges", "v1_exchange_watermarks", "v1_exchange_gaps", "v1_exchange_quarantine")


@pytest.fixture
def sidecar(tmp_path):
    """A sidecar with three exchanges, one of another sync, one poisoned, a gap, and a drained watermark."""
    path = tmp_path / "sidecar.db"
    rows = [captured(1), captured(2, "late"), captured(5, transport_kind=None), captured(6)]
    with open_store(path, "rw") as store:
        store.exchanges().commit(delivery(rows, gaps=[LOST], drained=Drained(EPOCH, 6, 6)))
    return path


@pytest.fixture
def target(tmp_path):
    """A file that baton's own SDK has written."""
    return Path(shutil.copy(FIXTURES / "go-50.c1z", tmp_path / "sync.c1z"))


def merged(into, *sidecars):
    """Merge and save; what came of each, and whether the file had to change."""
    stores = [open_store(path) for path in sidecars]
    try:
        with open_store(into, "rw") as store:
            merges = merge(store, stores)
            changed = store.changed
        return merges, changed
    finally:
        for store in stores:
            store.close()


def contents(path, *left_out):
    with open_store(path) as store, store.snapshot() as connection:
        return dump(connection, *left_out)


def rows(path, table="v1_exchanges", columns="*"):
    with open_store(path) as store, store.snapshot() as connection:
        return connection.execute(f"SELECT {columns} FROM {table} ORDER BY id").fetchall()  # noqa: S608


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_all_of_a_sidecar_comes_into_the_file(target, sidecar):
    """Exchanges come with their ids in order and their times, and so do gaps, quarantine and watermark."""
    before = len(rows(target))
    ((one,), changed) = merged(target, sidecar)
    assert changed
    assert (one.exchanges, one.added, one.gaps, one.quarantined, one.watermarks) == (3, 3, 1, 1, 1)
    without_id = (
        "request_id, sync_id, transport_kind, request_json, response_json, intent_json, discovered_at"
    )
    assert rows(target, columns=without_id)[before:] == rows(sidecar, columns=without_id)
    for table in OURS[1:]:
        assert rows(target, table) == rows(sidecar, table)
    with open_store(target) as store:
        (mark,) = store.exchanges().watermarks()
        assert (mark.connector, mark.through_sequence, mark.drained) == (CONNECTOR, 6, True)
        assert store.exchanges().attestation(CONNECTOR, EPOCH) == Drained(EPOCH, 6, 6)
        assert [entry.gap for entry in store.exchanges().ledger()] == [LOST]


def test_objects_are_not_touched(target, sidecar):
    """Every other table of the file, its schema and its sync runs are what they were, byte for byte."""
    ours = (*OURS, "v1_exchange_arrivals", "v1_exchange_schema")
    before = contents(target, *ours)
    merged(target, sidecar)
    assert contents(target, *ours) == before
    assert len(before[1]) > 5


def test_merging_again_changes_nothing(target, sidecar):
    """A second merge leaves the file's bytes as they are, in whatever order and however often it is given."""
    merged(target, sidecar)
    before, tables = digest(target), contents(target)
    ((one, two), changed) = merged(target, sidecar, sidecar)
    assert not changed
    assert (one.present, one.added, one.replaced, one.gaps, one.quarantined, one.watermarks) == (
        3,
        0,
        0,
        0,
        0,
        0,
    )
    assert two == one
    assert (digest(target), contents(target)) == (before, tables)


def test_the_sidecar_stays_as_it_is(target, sidecar):
    """Neither the sidecar's bytes nor what lies beside it change."""
    beside = sorted(sidecar.parent.iterdir())
    before = digest(sidecar)
    merged(target, sidecar)
    assert digest(sidecar) == before
    assert sorted(sidecar.parent.iterdir()) == beside


def test_a_sidecar_may_be_a_c1z(target, tmp_path):
    """A `.c1z` is merged like a database, and so is what a crashed run had committed beside it."""
    path = tmp_path / "other.c1z"
    with open_store(path, "rw") as store:
        store.exchanges().commit(delivery(run(1, 2)))
        store.save()
        store.exchanges().commit(delivery(run(3, 4), after=2))
        store.close()
    ((one,), _) = merged(target, path)
    assert (one.exchanges, one.added) == (4, 4)


def test_nothing_in_a_sidecar_is_nothing_made(target, tmp_path):
    """A sidecar without exchanges, or without any table, leaves the file as it is."""
    before = digest(target)
    empty, strange = (
        foreign(tmp_path / "empty.db", ""),
        foreign(tmp_path / "strange.db", "CREATE TABLE t (x)"),
    )
    (merges, changed) = merged(target, empty, strange)
    assert (digest(target), changed) == (before, False)
    assert [one.exchanges for one in merges] == [0, 0]


KEYS = st.tuples(st.sampled_from("ab"), st.sampled_from(["s", "t", ""]))
MOMENTS = st.sampled_from(["2026-01-01 00:00:00", "2026-01-01 00:00:00.5", "2026-01-01 00:00:00.45"])
HELD = st.dictionaries(KEYS, st.tuples(MOMENTS, st.binary(max_size=3)), max_size=6)


def made(path, held):
    with open_store(path, "rw") as store, store.transaction() as connection:
        EXCHANGES.create(connection)
        rows = [(*key, "http", document, None, None, moment) for key, (moment, document) in held.items()]
        connection.executemany(UPSERT, rows)
    return path


def held(path):
    return {
        (request_id, sync_id): (moment, document)
        for request_id, sync_id, moment, document in rows(
            path, columns="request_id, sync_id, discovered_at, request_json"
        )
    }


@settings(max_examples=40)  # each writes and syncs several files
@given(HELD, st.lists(HELD, min_size=1, max_size=3))
def test_of_two_the_later_stays(mine, theirs):
    """By (request id, sync id) the row with the later time stays, of equals the one that was there first;
    and once more changes nothing.
    """
    expected = dict(mine)
    for rows_ in theirs:
        for key, row in rows_.items():
            expected[key] = max(expected.get(key, row), row, key=lambda either: either[0])
    with tempfile.TemporaryDirectory() as folder:
        target = made(Path(folder, "target.db"), mine)
        sidecars = [made(Path(folder, f"{number}.db"), rows_) for number, rows_ in enumerate(theirs)]
        (merges, _) = merged(target, *sidecars)
        assert held(target) == expected
        assert sum(one.added for one in merges) == len(expected) - len(mine)
        assert [one.exchanges for one in merges] == [len(rows_) for rows_ in theirs]
        assert merged(target, *sidecars)[1] is False
        assert held(target) == expected


def test_odd_rows_are_carried(target, tmp_path):
    """Text, numbers and broken UTF-8 in a document's place come as bytes, NULLs as empty text; a row
    without a request id goes to the quarantine with all it holds, once.
    """
    script = """
        INSERT INTO v1_exchanges VALUES
            (1, 'text', 's', 'http', '{"a":"é"}', CAST(x'7bff7d' AS TEXT), x'ff', 7),
            (2, CAST(x'72ff' AS TEXT), NULL, NULL, NULL, 42, 1.5, NULL),
            (3, 5, 6.5, 7, '', x'', 'null', '2026-01-02T03:04:05.123+02:00'),
            (4, NULL, 's', 'sql', '{"lost":1}', NULL, NULL, '2026-01-01'),
            (5, '', 's', 'sql', '{"lost":2}', NULL, NULL, '2026-01-01'),
            (6, 'same', 's', 'http', '1', NULL, NULL, '2026-01-01'),
            (7, 'same', 's', 'http', '2', NULL, NULL, '2026-01-02');
    """
    path = foreign(tmp_path / "odd.db", LOOSE + script)
    ((one,), _) = merged(target, path)
    assert (one.exchanges, one.added, one.replaced, one.refused, one.quarantined) == (7, 4, 1, 2, 2)
    first, second, third, same = rows(target)[-4:]
    assert first[1:] == ("text", "s", "http", '{"a":"é"}'.encode(), b"{\xff}", b"\xff", 7)
    assert second[1:] == ("r\\xff", "", "", None, b"42", b"1.5", "")
    assert third[1:] == ("5", "6.5", "7", b"", b"", b"null", "2026-01-02T03:04:05.123+02:00")
    assert same[4] == b"2"
    kept = rows(target, "v1_exchange_quarantine", "sequence, request_id, sync_id, request_json, reason")
    assert [row[:4] for row in kept] == [(4, "", "s", b'{"lost":1}'), (5, "", "s", b'{"lost":2}')]
    assert all("NOT NULL" in reason for *_, reason in kept)
    ((again,), changed) = merged(target, path)
    assert (again.refused, again.quarantined, changed) == (2, 0, False)


def test_ids_that_are_no_numbers_cross_too(target, tmp_path):
    """Where a stranger's ids are text, every row is carried all the same."""
    path = foreign(tmp_path / "odd.db", LOOSE.replace("id integer primary key", "id text", 1))
    foreign(
        path,
        "INSERT INTO v1_exchanges VALUES ('b', 'one', 's', 'http', '1', NULL, NULL, '2026'),"
        " (NULL, 'two', 's', 'http', '1', NULL, NULL, '2026')",
    )
    ((one,), _) = merged(target, path)
    assert (one.exchanges, one.added) == (2, 2)


def test_a_utf16_sidecar_gives_the_same_text(target, tmp_path):
    """The sidecar's encoding makes no difference to what is carried."""
    script = "INSERT INTO v1_exchanges VALUES (1, 'Zoë', 's', 'http', '{\"a\":\"é\"}', NULL, NULL, '2026')"
    merged(target, foreign(tmp_path / "wide.db", f"PRAGMA encoding='UTF-16le'; {LOOSE} {script}"))
    assert rows(target, columns="request_id, request_json")[-1] == ("Zoë", '{"a":"é"}'.encode())


def test_watermarks_never_go_back(target, tmp_path, sidecar):
    """An older sidecar of the same epoch moves nothing; a further one moves the mark and ends the drain."""
    merged(target, sidecar)
    older, further = tmp_path / "older.db", tmp_path / "further.db"
    with open_store(older, "rw") as store:
        store.exchanges().commit(delivery(run(1, 2)))
    with open_store(further, "rw") as store:
        store.exchanges().commit(delivery(run(7, 9), after=0))
    assert merged(target, older)[0][0].watermarks == 0
    with open_store(target) as store:
        (mark,) = store.exchanges().watermarks()
        assert (mark.through_sequence, mark.drained) == (6, True)
    assert merged(target, further)[0][0].watermarks == 1
    with open_store(target) as store:
        (mark,) = store.exchanges().watermarks()
        assert (mark.through_sequence, mark.drained) == (9, False)
        assert store.exchanges().attestation(CONNECTOR, EPOCH) == Drained(EPOCH, 6, 6)


def test_what_the_file_does_not_know_stays_until_a_later_save(target, sidecar):
    """Syncs without a run in the file are told, saved with it, and not pruned by this save."""
    ((one,), _) = merged(target, sidecar)
    assert one.unknown_syncs == ("late", SYNC)
    with open_store(target) as store:
        assert {"late", SYNC} < set(store.exchanges().sync_ids())
        known = store.sync_ids()[0]
    with open_store(target, "rw") as store, store.transaction() as connection:
        connection.execute("UPDATE v1_sync_runs SET sync_id = ? WHERE sync_id = ?", (SYNC, known))
    assert merged(target, sidecar)[0][0].unknown_syncs == ()  # `late` arrived in a sync that is known now
    with open_store(target) as store:
        assert set(store.exchanges().sync_ids()) == {"late", SYNC}


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (
            "CREATE TABLE t (x); CREATE VIEW v1_exchanges AS SELECT * FROM t",
            "is not the table that baton knows",
        ),
        (f"{LOOSE} CREATE VIEW v1_exchange_gaps AS SELECT 1", "is not the table that baton knows"),
        ("CREATE TABLE v1_exchanges (id, request_id)", "is not the table that baton knows"),
    ],
)
def test_a_hostile_sidecar_is_not_read(target, tmp_path, script, told):
    """What is not an ordinary table is refused, and the file stays as it was."""
    before = digest(target)
    path = foreign(tmp_path / "hostile.db", script)
    with pytest.raises(StoreError, match=told):
        merged(target, path)
    assert digest(target) == before


def test_a_sidecars_triggers_do_nothing(target, sidecar):
    """A trigger in the sidecar neither runs nor keeps it from being read."""
    foreign(
        sidecar,
        "CREATE TRIGGER bad AFTER INSERT ON v1_exchanges BEGIN DELETE FROM v1_exchanges; END",
    )
    assert merged(target, sidecar)[0][0].added == 3


def test_a_hostile_target_is_not_written(sidecar, tmp_path):
    """A trigger in the file to merge into is refused whole."""
    target = tmp_path / "target.db"
    with open_store(target, "rw") as store:
        store.exchanges().put_exchanges([redacted("precious")])
    foreign(target, "CREATE TRIGGER bad AFTER INSERT ON v1_exchanges BEGIN DELETE FROM v1_exchanges; END")
    with pytest.raises(StoreError, match="trigger bad acts on v1_exchanges"):
        merged(target, sidecar)
    assert [row[1] for row in rows(target)] == ["precious"]


@pytest.mark.parametrize("which", ["sidecar", "target"])
def test_a_later_versions_file_is_refused(target, sidecar, which):
    """Tables of a version that this program does not know are neither read nor written."""
    with open_store({"sidecar": sidecar, "target": target}[which], "rw") as store:
        store.exchanges().commit(delivery([captured(1)], epoch="other"))
        with store.transaction() as connection:
            connection.execute("INSERT INTO v1_exchange_schema VALUES (99, 'later', 'now')")
    with pytest.raises(UnsupportedStore, match="update captured-exchanges"):
        merged(target, sidecar)


def test_a_store_open_for_reading_takes_nothing(target, sidecar):
    """Merging into a store that was opened for reading is refused."""
    with open_store(target) as into, open_store(sidecar) as source, pytest.raises(ReadOnlyStore):
        merge(into, [source])


def test_one_bad_sidecar_keeps_all_out(target, tmp_path, sidecar):
    """Sidecars are merged together or not at all, and what is discarded leaves nothing beside the file."""
    bad = foreign(tmp_path / "bad.db", "CREATE VIEW v1_exchanges AS SELECT 1")
    before = digest(target)
    with open_store(sidecar) as good, open_store(bad) as other:
        store = open_store(target, "rw")
        with pytest.raises(StoreError):
            merge(store, [good, other])
        store.discard()
    assert digest(target) == before
    assert not [path for path in target.parent.iterdir() if path.is_dir()]


CRASHES = """
import os
from captured_exchanges.store import merge, open_store
real, left = os.fsync, int(sys.argv[3])
def fsync(descriptor):
    global left
    left -= 1
    if left < 0:
        os._exit(9)
    real(descriptor)
os.fsync = fsync
with open_store(sys.argv[1], "rw") as into, open_store(sys.argv[2]) as sidecar:
    merge(into, [sidecar])
"""


def test_a_crash_at_any_step_is_made_good_by_merging_again(target, sidecar, tmp_path):
    """Killed at each sync to disk in turn: the file is whole, and the next merge brings all, once."""
    whole = shutil.copy(target, tmp_path / "whole.c1z")
    merged(whole, sidecar)
    for steps in range(100):
        again = Path(shutil.copy(FIXTURES / "go-50.c1z", tmp_path / f"{steps}.c1z"))
        before = digest(again)
        with child(CRASHES, again, sidecar, steps) as process:
            process.communicate(timeout=60)
        if process.returncode == 0:
            break
        assert process.returncode == 9
        assert digest(again) == before or rows(again) == rows(whole)
        merged(again, sidecar)
        assert [rows(again, table) for table in OURS] == [rows(whole, table) for table in OURS]
    assert steps >= 8


def test_a_page_is_all_that_memory_holds(tmp_path):
    """Merging 200 MB takes no more memory than merging little."""
    path = tmp_path / "big.db"
    with open_store(path, "rw") as store:
        for start in range(0, 400, 50):
            store.exchanges().put_exchanges(
                redacted(f"r{number}", SYNC, response_json=bytes(500_000))
                for number in range(start, start + 50)
            )
    grown = int(output(GROWTH, tmp_path / "into.db", path))
    assert path.stat().st_size > 200_000_000
    assert grown < 80_000_000


GROWTH = """
import resource
from captured_exchanges.store import merge, open_store
from support.store_builders import redacted
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
with open_store(sys.argv[1], "rw") as into, open_store(sys.argv[2]) as sidecar:
    into.exchanges().put_exchanges([redacted("first", "s")])
    before = peak()
    (one,) = merge(into, [sidecar])
    assert one.added == 400
    print(peak() - before)
"""
