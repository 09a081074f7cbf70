"""Rows of exchanges in columns."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from captured_exchanges.cli.table import ExchangeTable, shortened
from support.cli_rows import http, stored

URL = "https://directory.example.com/scim/v2/Users?startIndex=101&count=100"


@pytest.mark.parametrize("width", [80, 100, 120, 140, 200])
def test_rows_fit_the_terminal_and_the_columns_their_titles(width):
    """At every usual width a row fills at most one line, and its cells stand under their titles."""
    table = ExchangeTable(width)
    header, row = table.header().plain, table.row(http("0" * 36, url=URL)).plain
    assert cell_len(row) <= width
    assert row.index("200") == header.index("STATUS")
    assert row.index("GET") == header.rindex("REQUEST")


@pytest.mark.parametrize("width", [20, 80, 120])
def test_a_request_id_is_never_shortened(width):
    """A request id is what people copy: it stays whole however narrow the terminal is."""
    long_id = "req-" + "x" * 90
    table = ExchangeTable.fitting(width, [http(long_id)])
    assert long_id in table.row(http(long_id)).plain
    assert cell_len(table.row(http("short")).plain) < 150


def test_columns_fit_the_ids_there_are():
    """Short ids leave their room to the request."""
    rows = [http("req-000001", url=URL)]
    assert URL in ExchangeTable.fitting(120, rows).row(rows[0]).plain
    assert URL not in ExchangeTable.fitting(120, rows, "0" * 36).row(rows[0]).plain


def test_nothing_foreign_reaches_the_terminal_raw():
    """Every cell of a row is made printable."""
    evil = "\x1b]0;title\x07\x9b31m\u202e"
    row = http(
        f"id{evil}",
        url=f"https://x/{evil}",
        request={"method": evil, "started_at": f"2026-01-02T{evil}"},
        response={"status": evil},
        intent={"surface": evil},
    )
    assert ExchangeTable(200).row(row).plain.isprintable()


def test_an_exchange_without_an_answer_shows_a_dash():
    """A missing status does not shift the columns."""
    line = ExchangeTable(80, id_width=10).row(stored(request={"method": "GET", "url": "https://x"})).plain
    assert line.split() == ["req-1", "-", "GET", "https://x"]


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (80, URL),
        (62, "directory.example.com/scim/v2/Users?startIndex=101&count=100"),
        (45, "…/scim/v2/Users?startIndex=101&count=100"),
        (37, "…/v2/Users?startIndex=101&count=100"),
        (23, "…/Users?startIndex=101…"),
        (5, "…/Us…"),
    ],
)
def test_a_url_loses_what_tells_least(room, shown):
    """Scheme, host and the beginning of the path go first: the last word and the query tell calls apart."""
    assert shortened(URL, room) == shown


def test_a_path_keeps_its_last_words():
    """Without a query the end of the path stays."""
    assert shortened("https://x.example/api/v1/groups/123/members", 22) == "…/groups/123/members"
    assert shortened("https://x.example", 5) == "…/"


def test_an_id_in_a_path_is_cut_short():
    """What an id belongs to tells more than its last digits."""
    url = "http://127.0.0.1:8080/v2/Groups/44b687cf9d9542a880fbb4bae0d66a8d?attributes=members"
    assert shortened(url, 50) == "…/v2/Groups/44b687cf…?attributes=members"
    assert shortened(url, 24) == "…/Groups/44b687cf…?attr…"


def test_a_statement_loses_its_end():
    """Text that is no URL is cut where it is least telling."""
    assert shortened("select id, name from users", 12) == "select id,…"


@given(st.text(st.characters(exclude_categories=["C", "Z", "M"])), st.integers(2, 40))
def test_shortened_text_fits(text, room):
    """Whatever the script, what is shortened takes at most the room it was given."""
    assert cell_len(shortened(text, room)) <= room
    assert cell_len(shortened(f"https://{text}/{text}", room)) <= room


@pytest.mark.parametrize("kind", ["http", "sql"])
def test_a_request_of_megabytes_costs_no_time(kind):
    """What strangers store is measured only as far as it is shown."""
    huge = "é\u202e" * 1_000_000
    request = {"url": f"https://x/{huge}", "statement": huge, "method": huge}
    row = stored(kind=kind, request=request, response={"status": huge}, intent={"surface": huge})
    started = time.monotonic()
    assert cell_len(ExchangeTable(200).row(row).plain) <= 200
    assert time.monotonic() - started < 5
