import sqlite3
from contextlib import closing, contextmanager, suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.errors import StoreError, WatermarkMoved
from captured_exchanges.exchange import (
    MAX_SEQUENCE,
    Drained,
    Dropped,
    Gap,
    SyncCount,
    SyncCounters,
    Watermark,
)
from captured_exchanges.store import ledger
from captured_exchanges.store.database import Database
from captured_exchanges.store.schema import GAPS, migrate
from support.store_builders import delivery

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
numbers = st.integers(0, MAX_SEQUENCE)
syncs = st.lists(st.builds(SyncCount, names, numbers), max_size=3).map(tuple)
gaps = st.builds(Gap, names, numbers, numbers, numbers, numbers, names, syncs)
dropped = st.lists(st.builds(Dropped, names, numbers, numbers), max_size=2).map(tuple)
counters = st.lists(st.builds(SyncCounters, names, numbers, numbers, dropped, numbers), max_size=3).map(tuple)
attestations = st.builds(Drained, names, numbers, numbers, counters)


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """A database with our tables."""
    path = tmp_path_factory.mktemp("ledger") / "x.db"
    path.touch()
    database = Database(path, name="x.db", read_only=False)
    migrate(database)
    yield database
    database.close()


@contextmanager
def undone(database):
    """A transaction that leaves nothing behind."""
    with suppress(ZeroDivisionError), database.writing() as connection:
        yield connection
        raise ZeroDivisionError


@pytest.fixture
def connection(database):
    """A connection in such a transaction."""
    with undone(database) as connection:
        yield connection


def moved(connection, moment="2026-01-01 00:00:00", **fields):
    given_delivery = delivery(**fields)
    ledger.require_watermark(connection, given_delivery, "x.db")
    ledger.set_watermark(connection, given_delivery, moment)


def test_a_watermark_moves_from_where_it_was(connection):
    """A delivery is accepted where it goes on after the stored watermark, 0 where there is none."""
    moved(connection, after=0, through=5)
    moved(connection, after=5, through=9)
    for after in (0, 5, 8, 10):
        with pytest.raises(WatermarkMoved, match=r"x\.db holds epoch epoch-1 of acme through 9"):
            moved(connection, after=after, through=20)
    assert ledger.watermarks(connection, None, 64) == [Watermark("epoch-1", 9, "acme", drained=False)]


def test_a_delivery_that_assumes_a_lost_watermark_is_refused(connection):
    """Where the file holds nothing of the epoch, going on in its middle is refused."""
    with pytest.raises(WatermarkMoved, match="through 0"):
        moved(connection, after=5, through=9)


def test_epochs_and_connectors_have_their_own(connection):
    """Each epoch of each connector has its watermark; the last updated comes first."""
    moved(connection, through=1, epoch="a", moment="2026-01-01 00:00:01")
    moved(connection, through=2, epoch="b", moment="2026-01-01 00:00:02")
    moved(connection, through=3, epoch="a", connector="other", moment="2026-01-01 00:00:03")
    moved(connection, after=1, through=4, epoch="a", moment="2026-01-01 00:00:04")
    found = ledger.watermarks(connection, None, 64)
    assert [(mark.connector, mark.epoch, mark.through_sequence) for mark in found] == [
        ("acme", "a", 4),
        ("other", "a", 3),
        ("acme", "b", 2),
    ]
    assert [mark.epoch for mark in ledger.watermarks(connection, "acme", 64)] == ["a", "b"]
    assert ledger.watermarks(connection, None, 1) == found[:1]


def test_what_follows_a_drain_ends_the_drained_state(connection):
    """The drained state holds until more arrives; what was attested stays to be read."""
    said = Drained("epoch-1", 5, 5, (SyncCounters("s", 5, 4, (Dropped("overflow", 1, 10),), 0),))
    assert ledger.attestation(connection, "acme", "epoch-1") is None
    moved(connection, through=5, drained=said)
    assert ledger.watermarks(connection, None, 64)[0].drained
    moved(connection, after=5, through=6)
    assert not ledger.watermarks(connection, None, 64)[0].drained
    assert ledger.attestation(connection, "acme", "epoch-1") == said
    assert ledger.attestation(connection, "acme", "epoch-2") is None


@given(attestations)
def test_every_attestation_is_read_as_it_was_written(database, said):
    """Attestation to row and back gives the same counters."""
    with undone(database) as connection:
        moved(connection, through=1, drained=said)
        assert ledger.attestation(connection, "acme", "epoch-1") == said


@given(st.lists(gaps, max_size=4))
def test_every_gap_is_read_as_it_was_told(database, told):
    """Gap to row and back gives the same gap, in order, page by page."""
    with undone(database) as connection:
        ledger.record_gaps(connection, delivery(gaps=told), "2026-01-01 00:00:00")
        entries = ledger.gaps(connection, None, 0, 10)
        assert [entry.gap for entry in entries] == told
        assert all(entry.connector == "acme" and entry.sync_id == "sync-1" for entry in entries)
        for entry, following in pairwise(entries):
            assert ledger.gaps(connection, "acme", entry.id, 1) == [following]
        assert ledger.gaps(connection, "other", 0, 10) == []


def test_odd_rows_are_read(connection):
    """Rows that another hand has written do not stop the reading of the ledger."""
    connection.execute(
        "INSERT INTO v1_exchange_gaps"
        " VALUES (1, 'acme', x'ff', 'first', 2, 1, 1, 'overflow', 'no json', 7, 8)"
    )
    connection.execute(
        "INSERT INTO v1_exchange_watermarks VALUES (1, 'acme', 'e', 'many', 'yes', '{}', 'then')"
    )
    (entry,) = ledger.gaps(connection, None, 0, 10)
    assert (entry.gap.epoch, entry.gap.first_sequence, entry.gap.syncs) == ("\ufffd", 0, ())
    assert ledger.watermarks(connection, None, 64) == [Watermark("e", 0, "acme", drained=True)]
    assert ledger.attestation(connection, "acme", "e") is None


def test_a_page_is_refused_where_an_id_is_no_number(tmp_path):
    """The next page would be the same, for ever."""
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(GAPS.ddl.replace("id integer primary key", "id"))
        row = "('b', 'acme', 'e', 1, 1, 1, 1, 'overflow', '[]', 's', 'now')"
        connection.execute(f"INSERT INTO v1_exchange_gaps VALUES {row}")  # noqa: S608
        connection.commit()
        with pytest.raises(StoreError, match="v1_exchange_gaps in this file has an id of the type str"):
            ledger.gaps(connection, None, 0, 10)
        assert [entry.id for entry in ledger.every_gap(connection)] == [0]


def test_a_file_without_our_tables_is_empty(tmp_path):
    """Where nothing was ever delivered there are no watermarks, no gaps and no attestation."""
    (tmp_path / "x.db").touch()
    database = Database(tmp_path / "x.db", name="x.db", read_only=True)
    with database.reading() as connection:
        assert ledger.watermarks(connection, None, 64) == []
        assert ledger.gaps(connection, None, 0, 10) == []
        assert ledger.attestation(connection, "acme", "epoch-1") is None
    database.close()
