import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from captured_exchanges.store.quarantine import (
    Quarantined,
    every_quarantined,
    quarantined_row,
    record_quarantined,
)
from captured_exchanges.store.schema import QUARANTINE

ENTRY = Quarantined(
    "acme", "e", 7, "too large", "r", "s", "http", b"{}", None, b"null", "2026-01-01 00:00:00"
)


@pytest.fixture
def connection():
    """A connection to a database."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield connection


def test_what_is_entered_is_read_in_order(connection):
    """Entries come back as they were entered."""
    QUARANTINE.create(connection)
    entries = [replace(ENTRY, sequence=sequence) for sequence in (9, 3, 3)]
    record_quarantined(connection, entries)
    assert list(every_quarantined(connection)) == entries


def test_without_the_table_it_is_empty(connection):
    """A file without a quarantine has none."""
    assert list(every_quarantined(connection)) == []


def test_a_row_is_kept_as_far_as_it_can_be():
    """A name that is no Unicode is escaped; a document that is no bytes, or too large, is left out."""
    row = ("r\ud800", "s", "http", b"x" * 5_000_000, "text", b"{}", "2026")
    kept = quarantined_row(row, "why", connector="c", epoch="e", sequence=1)
    assert (kept.request_id, kept.request_json, kept.response_json, kept.intent_json) == (
        "r\\ud800",
        None,
        None,
        b"{}",
    )


def test_odd_entries_of_others_are_read(connection):
    """Text in a number's place reads as 0, numbers as text: never an error."""
    loose = ", ".join(
        ["id", "connector", "epoch", "sequence", "reason", "request_id", "sync_id", "transport_kind"]
        + ["request_json", "response_json", "intent_json", "discovered_at"]
    )
    connection.execute(f"CREATE TABLE v1_exchange_quarantine ({loose})")
    connection.execute(
        "INSERT INTO v1_exchange_quarantine"
        " VALUES ('x', 1, NULL, 'many', 2.5, NULL, x'ff', 'k', 'text', 5, NULL, 8)"
    )
    (entry,) = every_quarantined(connection)
    assert entry == Quarantined("1", "", 0, "2.5", "", "\ufffd", "k", b"text", b"5", None, "8")
