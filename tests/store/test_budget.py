"""What a save takes away where a sync takes more than its budget."""

import orjson
import pytest

from captured_exchanges.store import open_store
from captured_exchanges.store.budget import Cut
from support.store_builders import redacted

INTENT = b'{"surface":"sync"}'


def page(number, size=1_000):
    """An exchange with a body of about so many bytes."""
    body = {"type": "text", "value": "x" * size, "media_type": "text/plain", "size": size}
    response = orjson.dumps({"status": 200, "body": body, "headers": [["x-page", str(number)]]})
    return redacted(f"r{number}", "s", response_json=response, intent_json=INTENT)


@pytest.fixture(params=["x.c1z", "x.db"])
def path(tmp_path, request):
    """Where the store is."""
    return tmp_path / request.param


def filled(path, exchanges):
    with open_store(path, "rw") as store:
        store.exchanges().put_exchanges(exchanges)


def saved(path, budget):
    """Save within a budget, and read what is left: the rows, what was cut, and the ledger."""
    with open_store(path, "rw", max_sync_bytes=budget) as store:
        store.save()
        rows = list(store.exchanges().iterate(limit=1_000))
        return rows, store.cuts, [entry.gap for entry in store.exchanges().ledger()]


def bodies(rows):
    return [orjson.loads(row.response_json)["body"]["type"] for row in rows]


def size_of(rows):
    return sum(
        len(part or b"") for row in rows for part in (row.request_json, row.response_json, row.intent_json)
    )


def test_a_sync_within_its_budget_is_left_alone(path):
    """Nothing is touched and nothing told, to the last byte of the budget."""
    filled(path, [page(n) for n in range(5)])
    whole, cuts, ledger = saved(path, None)
    assert (cuts, ledger) == ([], [])
    assert saved(path, size_of(whole)) == (whole, [], [])


def test_bodies_go_first_and_the_oldest_first(path):
    """As many as it takes; what a body was stays, and the ledger tells how many and how much."""
    filled(path, [page(n) for n in range(5)])
    whole, _, _ = saved(path, None)
    rows, cuts, ledger = saved(path, size_of(whole) - 1_500)
    assert bodies(rows) == ["omitted", "omitted", "text", "text", "text"]
    assert orjson.loads(rows[0].response_json) == {
        "status": 200,
        "body": {"type": "omitted", "reason": "budget", "media_type": "text/plain", "size": 1_000},
        "headers": [["x-page", "0"]],
    }
    assert cuts == [Cut("s", "body_cut", 2, size_of(whole) - size_of(rows))]
    assert [(gap.reason, gap.count, gap.bytes) for gap in ledger] == [("body_cut", 2, cuts[0].bytes)]


def test_rows_go_where_bodies_are_not_enough(path):
    """All bodies first, then whole exchanges, oldest first: both are told, each in an entry of its own."""
    filled(path, [page(n) for n in range(5)])
    cut, _, _ = saved(path, 5 * 300)
    assert bodies(cut) == ["omitted"] * 5
    rows, cuts, ledger = saved(path, size_of(cut[3:]))
    assert [row.request_id for row in rows] == ["r3", "r4"]
    assert cuts == [Cut("s", "retention", 3, size_of(cut[:3]))]
    assert [(gap.reason, gap.count) for gap in ledger] == [("body_cut", 5), ("retention", 3)]
    assert [gap.syncs[0].sync_id for gap in ledger] == ["s", "s"]


def test_nothing_is_cut_twice(path):
    """A save that finds a sync within its budget changes nothing and tells nothing."""
    filled(path, [page(n) for n in range(5)])
    once = saved(path, 3_000)
    assert once[1]
    assert saved(path, 3_000) == (once[0], [], once[2])


def test_each_sync_has_its_own_budget(path):
    """One that takes too much costs another nothing."""
    other = redacted("other", "t", response_json=page(0).response_json)
    filled(path, [*(page(n) for n in range(5)), other])
    rows, cuts, _ = saved(path, 2_500)
    assert {cut.sync_id for cut in cuts} == {"s"}
    assert rows[-1].response_json == other.response_json


def test_results_of_sql_and_entries_of_ldap_are_bodies(path):
    """What is large in them goes, and they say that there was more."""
    sql = redacted("a", "s", response_json=orjson.dumps({"columns": ["c"], "rows": [["x" * 500]]}))
    ldap = redacted("b", "s", response_json=orjson.dumps({"entries": [{"dn": "x" * 500}]}))
    filled(path, [sql, ldap])
    rows, cuts, _ = saved(path, 400)
    assert [orjson.loads(row.response_json) for row in rows] == [
        {"columns": ["c"], "rows": [], "truncated": True},
        {"entries": [], "truncated": True},
    ]
    assert [cut.reason for cut in cuts] == ["body_cut"]


def test_what_cannot_be_read_has_no_body_to_cut(path):
    """Odd documents stay until whole rows go."""
    filled(path, [redacted("odd", "s", response_json=b"{" * 500), page(1)])
    rows, cuts, _ = saved(path, 900)
    assert [row.request_id for row in rows] == ["odd", "r1"]
    assert cuts[0].count == 1
    rows, cuts, _ = saved(path, 300)
    assert [row.request_id for row in rows] == ["r1"]
    assert cuts == [Cut("s", "retention", 1, size_of([redacted("odd", "s", response_json=b"{" * 500)]))]


def test_a_budget_below_zero_is_refused(path):
    """It is a mistake, and told as one."""
    with pytest.raises(ValueError, match="max_sync_bytes"):
        open_store(path, "rw", max_sync_bytes=-1)
