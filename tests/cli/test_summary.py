"""One exchange in one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.cli.summary import duration, summarise
from support.cli_rows import http, stored

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10_000) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
names = ["method", "url", "statement", "status", "error", "rows", "row_count", "result_code", "duration_ms"]
odd = st.dictionaries(st.sampled_from([*names, "base", "filter", "surface", "started_at"]), json_values)


def test_http_reads_method_url_status_and_duration():
    """An HTTP exchange says what was asked, what came and how long it took."""
    summary = summarise(http(url="https://x/Users?a=1", status=404))
    assert (summary.asked, summary.status, summary.failed) == ("GET https://x/Users?a=1", "404", True)
    assert summary.duration == "12 ms"


def test_an_error_instead_of_a_response_is_a_failure():
    """Without a status the error is the status."""
    row = stored(request={"method": "GET", "url": "https://x"}, response={"error": {"type": "ConnectError"}})
    assert (summarise(row).status, summarise(row).failed) == ("error", True)


@pytest.mark.parametrize(
    ("response", "status"),
    [({"row_count": 3}, "3 rows"), ({"rows": [[1]]}, "1 row"), ({"rows": 4}, "4 rows"), ({}, "")],
)
def test_sql_reads_statement_and_rows(response, status):
    """A SQL exchange shows its statement on one line and how many rows came, whoever counted them."""
    summary = summarise(stored(kind="sql", request={"statement": "select\n  1"}, response=response))
    assert (summary.asked, summary.status, summary.failed) == ("select 1", status, False)


@pytest.mark.parametrize(("code", "failed"), [(0, False), (14, False), (32, True)])
def test_ldap_reads_operation_base_and_result(code, failed):
    """An LDAP exchange shows operation, base, filter and the result in words."""
    request = {"operation": "search", "base": "dc=example", "filter": "(uid=a)"}
    row = stored(kind="ldap", request=request, response={"result_code": code, "description": "words"})
    summary = summarise(row)
    assert summary.asked == "search dc=example (uid=a)"
    assert (summary.status, summary.failed) == ("words", failed)


def test_the_intent_is_entrypoint_and_resource_type():
    """Why a call was made reads in two words, those that say most."""
    full = {"surface": "sync", "entrypoint": "/x.Resources/ListResources", "resourceType": "user"}
    assert summarise(stored(intent=full)).intent == "ListResources user"
    assert summarise(stored(intent={"surface": "grants"})).intent == "grants"


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (0.04, "0.0 ms"),
        (9.94, "9.9 ms"),
        (12.5, "12 ms"),
        (1500, "1.5 s"),
        (45_000, "45 s"),
        (90_000, "1.5 min"),
        ("1", ""),
        (True, ""),
    ],
)
def test_durations_are_for_people(milliseconds, shown):
    """Durations have the unit that suits them; what is no number is not shown."""
    assert duration(milliseconds) == shown


@given(st.sampled_from(["http", "sql", "ldap", "carrier-pigeon", ""]), odd, odd, odd)
def test_no_row_can_break_a_summary(kind, request, response, intent):
    """Fields of any type and any kind of transport make a summary, never an error."""
    summarise(stored(kind=kind, request=request, response=response, intent=intent))
