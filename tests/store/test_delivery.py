import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.store.delivery import Refusal, quarantine, upsert
from captured_exchanges.store.rows import SEVERAL, bound
from captured_exchanges.store.schema import EXCHANGES, QUARANTINE
from support.store_builders import captured, delivery, redacted

MOMENT = "2026-01-01 00:00:00"
LONE = "\ud800"


@pytest.fixture
def connection():
    """A connection to a database with the tables."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        EXCHANGES.create(connection)
        QUARANTINE.create(connection)
        yield connection


def rows(*exchanges):
    return [bound(exchange, "s", MOMENT) for exchange in exchanges]


@given(st.lists(st.booleans(), max_size=40))
def test_poisoned_rows_are_left_out(fates):
    """Wherever they stand, rows that SQLite refuses are told by place; all others land, each written once."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        EXCHANGES.create(connection)
        before = connection.total_changes
        exchanges = [redacted(f"r{n}" + ("" if good else LONE)) for n, good in enumerate(fates)]
        refused = upsert(connection, rows(*exchanges))
        assert [refusal.index for refusal in refused] == [n for n, good in enumerate(fates) if not good]
        landed = [name for (name,) in connection.execute("SELECT request_id FROM v1_exchanges ORDER BY id")]
        assert landed == [f"r{n}" for n, good in enumerate(fates) if good]
        assert connection.total_changes - before == len(landed)


@pytest.mark.parametrize("at", [0, 1, SEVERAL - 1, SEVERAL, 2 * SEVERAL])
@pytest.mark.parametrize("poison", [redacted("r", transport_kind=None), redacted("r" + LONE)])
def test_poison_among_many_costs_itself_alone(connection, at, poison):
    """Where several rows go in one statement, what SQLite refuses of them is told by its place."""
    exchanges = [redacted(f"r{n}") for n in range(2 * SEVERAL + 3)]
    refused = upsert(connection, rows(*exchanges[:at], poison, *exchanges[at:]))
    assert [refusal.index for refusal in refused] == [at]
    landed = [name for (name,) in connection.execute("SELECT request_id FROM v1_exchanges ORDER BY id")]
    assert landed == [f"r{n}" for n in range(2 * SEVERAL + 3)]


def test_many_rows_that_are_there_already_are_replaced(connection):
    """Among many new rows too, one with the ids of an older one takes its place."""
    upsert(connection, rows(redacted(f"r{SEVERAL // 2}")))
    many = rows(*(redacted(f"r{n}", intent_json=b"2") for n in range(SEVERAL)))
    assert upsert(connection, many) == []
    assert connection.execute("SELECT count(*), min(intent_json) FROM v1_exchanges").fetchone() == (
        SEVERAL, b"2",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("exchange", "told"),
    [
        (redacted("r" + LONE), "surrogates not allowed"),
        (redacted("r", "s" + LONE), "surrogates not allowed"),
        (redacted(""), "NOT NULL"),
        (redacted("r", request_json=2**70), "too large"),
        (redacted("r", response_json={"not": "bytes"}), "not supported"),
        (redacted("r", transport_kind=None), "NOT NULL"),
    ],
)
def test_each_kind_of_poison_is_told(connection, exchange, told):
    """Text that is no Unicode, a missing identity and values of no SQL type are refused with the reason."""
    (refusal,) = upsert(connection, rows(exchange))
    assert told in refusal.reason
    assert LONE not in refusal.reason


def test_a_faulty_statement_is_no_poison(connection):
    """What is not the row's fault is raised, not blamed on rows."""
    connection.execute("DROP TABLE v1_exchanges")
    with pytest.raises(sqlite3.OperationalError):
        upsert(connection, rows(redacted("r")))
    connection.close()
    with pytest.raises(sqlite3.ProgrammingError):
        upsert(connection, rows(redacted("r")))


def test_an_upsert_replaces_all_but_the_identity(connection):
    """Writing the same ids again replaces every other column and keeps the row's place."""
    upsert(connection, rows(redacted("r"), redacted("other")))
    changed = redacted("r", transport_kind="sql", request_json=b"1", response_json=None, intent_json=b"3")
    assert upsert(connection, [bound(changed, "s", "later")]) == []
    assert connection.execute("SELECT * FROM v1_exchanges WHERE request_id = 'r'").fetchall() == [
        (1, "r", "s", "sql", b"1", None, b"3", "later")
    ]


def test_the_quarantine_keeps_what_it_can(connection):
    """A refused exchange is kept readable: names escaped, documents as they are, giants left out."""
    exchanges = [
        captured(4, "s" + LONE, response_json=None),
        captured(5, request_json={}, response_json=bytes(4 * 1024 * 1024 + 1), transport_kind=None),
    ]
    reasons = [Refusal(0, "first"), Refusal(1, "second")]
    quarantine(connection, delivery(exchanges), reasons, MOMENT)
    kept = connection.execute(
        "SELECT sequence, reason, request_id, sync_id, transport_kind,"
        " request_json, response_json, intent_json FROM v1_exchange_quarantine ORDER BY id"
    ).fetchall()
    assert kept == [
        (
            4,
            "first",
            "r4",
            "s\\ud800",
            "http",
            b'{"kind":"http","method":"GET"}',
            None,
            b'{"surface":"sync"}',
        ),
        (5, "second", "r5", "sync-1", "None", None, None, b'{"surface":"sync"}'),
    ]
