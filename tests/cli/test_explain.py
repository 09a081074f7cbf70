"""`exchanges explain`."""

import json

from support.cli_process import exchanges, on_terminal
from support.provenance_files import FIXTURES, SyncFile


def test_the_three_exchanges_of_a_user_of_batons_own_file():
    """go-50: user-02 was built by its three exchanges, in order, in both forms."""
    ids = ["req-000004", "req-000005", "req-000006"]
    outcome = exchanges("explain", FIXTURES / "go-50.c1z", "user:user-02")
    (record,) = [json.loads(line) for line in outcome.out.splitlines()]
    assert (outcome.code, outcome.err) == (0, "")
    assert record["request_ids"] == ids == [exchange["request_id"] for exchange in record["exchanges"]]
    assert (record["kind"], record["display_name"], record["dangling"]) == ("resource", "User 2", [])
    shown = on_terminal("explain", FIXTURES / "go-50.c1z", "user:user-02", NO_COLOR="1", TERM="dumb")
    assert shown.code == 0
    assert [line.split()[0] for line in shown.out.splitlines() if line.startswith("req-")] == ids
    assert "built by  3 exchanges\n" in shown.out
    assert f"exchanges show {FIXTURES / 'go-50.c1z'} req-000004" in shown.err


def test_dangling_ids_are_named_and_no_error():
    """go-0: nothing was stored, so every id is named as dangling, and that is exit 0."""
    outcome = exchanges("explain", FIXTURES / "go-0.c1z", "user:user-02")
    record = json.loads(outcome.out)
    assert (outcome.code, outcome.err) == (0, "")
    assert record["dangling"] == ["req-000004", "req-000005", "req-000006"]
    assert record["exchanges"] == []
    shown = exchanges("explain", FIXTURES / "go-0.c1z", "user:user-02", "--table")
    assert shown.code == 0
    assert "no exchange in this file; 3 request ids dangle" in shown.out
    assert shown.out.count("dangling: no such exchange in this file") == 3


def test_an_object_from_before_capture_is_no_error():
    """old: the object is there, carries no ids, and that is said."""
    shown = exchanges("explain", FIXTURES / "old.c1z", "user:user-02", "--table")
    assert (shown.code, shown.err) == (0, "")
    assert "it carries no request ids" in shown.out


def test_a_record_has_the_documented_fields(tmp_path):
    """The fields of NDJSON are a promise: pinned here."""
    path = SyncFile().grant("g", ["r"]).save(tmp_path / "f.db")
    assert list(json.loads(exchanges("explain", path, "g").out)) == [
        *("kind", "object_id", "display_name", "sync_id", "request_ids"),
        *("exchanges", "dangling", "from_other_syncs"),
    ]


def test_each_sync_is_explained_or_the_one_asked(tmp_path):
    """Several syncs in a file: newest first, one record each; --sync-id picks one."""
    file = SyncFile().exchange("r-one", sync_id="two")
    for sync_id in ("one", "two"):
        file.sync(sync_id).resource("user:a", [f"r-{sync_id}"], sync_id=sync_id)
    path = file.save(tmp_path / "f.c1z")
    records = [json.loads(line) for line in exchanges("explain", path, "user:a").out.splitlines()]
    assert [record["sync_id"] for record in records] == ["two", "one"]
    assert records[1]["from_other_syncs"] == ["r-one"]
    assert "stored by another sync: two" in exchanges("explain", path, "user:a", "--table").out
    asked = exchanges("explain", path, "user:a", "--sync-id", "one")
    assert json.loads(asked.out)["sync_id"] == "one"


def test_bodies_shows_each_exchange_in_full():
    """--bodies puts the whole exchanges in place of the table; dangling ids stay named."""
    shown = exchanges("explain", FIXTURES / "go-50.c1z", "user:user-02", "--bodies", "--table")
    assert shown.out.count("RESPONSE\n") == 3
    assert '"name": "Zoë 5"' in shown.out


def test_a_near_miss_is_one_line_with_hints():
    """No such object: exit 1, one line, ids that begin alike."""
    outcome = exchanges("explain", FIXTURES / "go-50.c1z", "user:user-0")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert "similar: user:user-00, user:user-01, user:user-02" in outcome.err


def test_a_damaged_object_is_one_line(tmp_path):
    """An object whose data is no message: exit 1, one line that names it."""
    path = SyncFile().resource("user:a", data=b"\xff\xff").save(tmp_path / "f.c1z")
    outcome = exchanges("explain", path, "user:a")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert "user:a" in outcome.err
