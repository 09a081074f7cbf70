import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.store.rows import SELECT, UPSERT, bound, document, stored, text
from captured_exchanges.store.schema import EXCHANGES
from support.store_builders import redacted
from support.strategies import redacted_exchanges

ODD = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text() | st.binary()


@given(redacted_exchanges)
def test_what_is_written_is_read(exchange):
    """Exchange to row and back gives the same exchange, documents byte for byte, as blobs or NULL."""
    with closing(sqlite3.connect(":memory:")) as connection:
        EXCHANGES.create(connection)
        connection.execute(UPSERT, bound(exchange, "", "2026-01-01 00:00:00"))
        row = stored(connection.execute(SELECT).fetchone())
        kinds = connection.execute(
            "SELECT typeof(request_json), typeof(response_json), typeof(intent_json) FROM v1_exchanges"
        ).fetchone()
    same = ("request_id", "sync_id", "transport_kind", "request_json", "response_json", "intent_json")
    assert [getattr(row, name) for name in same] == [getattr(exchange, name) for name in same]
    documents = (exchange.request_json, exchange.response_json, exchange.intent_json)
    assert kinds == tuple("null" if value is None else "blob" for value in documents)


@given(st.tuples(st.none() | st.integers(0, 2**63 - 1), *[ODD] * 7))
def test_every_row_can_be_shown(row):
    """Whatever types another program has stored, a row becomes a record of text and bytes."""
    exchange = stored(row)
    names = (exchange.request_id, exchange.sync_id, exchange.transport_kind, exchange.discovered_at)
    assert all(isinstance(name, str) for name in names)
    documents = (exchange.request_json, exchange.response_json, exchange.intent_json)
    assert [value is None for value in documents] == [value is None for value in row[4:7]]
    assert all(value is None or isinstance(value, bytes) for value in documents)


@pytest.mark.parametrize(
    ("value", "as_text", "as_document"),
    [
        (None, "", None),
        (b"\xff{}", "\ufffd{}", b"\xff{}"),
        ("Zoë", "Zoë", "Zoë".encode()),
        (7, "7", b"7"),
        (1.5, "1.5", b"1.5"),
    ],
)
def test_odd_values_are_read_kindly(value, as_text, as_document):
    """Bytes where text should be, text where bytes should be, and numbers become what is asked for."""
    assert text(value) == as_text
    assert document(value) == as_document


def test_the_own_sync_goes_before_the_given_one():
    """An exchange with a sync of its own keeps it; one without gets the one given."""
    assert bound(redacted("r", "own"), "given", "")[1] == "own"
    assert bound(redacted("r", ""), "given", "")[1] == "given"
