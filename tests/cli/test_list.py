"""`exchanges list`."""

import json
import sys

import pytest

from support.cli_process import exchanges, on_terminal
from support.provenance_files import FIXTURES, SyncFile

FIFTY = FIXTURES / "go-50.c1z"


def _records(outcome):
    assert (outcome.code, outcome.err) == (0, "")
    return [json.loads(line) for line in outcome.out.splitlines()]


def test_a_pipe_gets_one_document_a_line():
    """In a pipe every exchange is one JSON record with the documented fields, documents as values."""
    records = _records(exchanges("list", FIFTY))
    assert [record["request_id"] for record in records] == [f"req-{n:06}" for n in range(1, 51)]
    assert list(records[4]) == [
        *("id", "discovered_at", "request_id", "sync_id", "transport_kind"),
        *("request", "response", "intent"),
    ]
    assert records[4]["request"]["url"] == "https://api.example.com/users?page=5"
    assert records[4]["response"]["body"]["users"][0]["name"] == "Zoë 5"
    assert records[4]["intent"] is None


def test_pages_meet_without_hole_or_overlap():
    """--limit and --after-id walk through a file: the last id of a page starts the next."""
    seen, after = [], 0
    while page := _records(exchanges("list", FIFTY, "--limit", 20, "--after-id", after)):
        assert len(page) <= 20
        seen += page
        after = page[-1]["id"]
    assert [record["request_id"] for record in seen] == [f"req-{n:06}" for n in range(1, 51)]


def test_kind_and_sync_narrow_the_list(tmp_path):
    """Filters by transport and sync apply together."""
    file = (
        SyncFile()
        .exchange("r1", sync_id="a")
        .exchange("r2", sync_id="b")
        .exchange("r3", sync_id="b", kind="sql")
    )
    path = file.save(tmp_path / "f.db")
    assert [r["request_id"] for r in _records(exchanges("list", path, "--sync-id", "b"))] == ["r2", "r3"]
    assert [
        r["request_id"] for r in _records(exchanges("list", path, "--sync-id", "b", "--kind", "sql"))
    ] == ["r3"]
    assert _records(exchanges("list", path, "--kind", "carrier-pigeon")) == []


def test_a_terminal_gets_a_table_and_what_to_do_next():
    """On a terminal rows stand in columns below their sync; next commands go to stderr."""
    shown = on_terminal("list", FIFTY, "--limit", 2, NO_COLOR="1", TERM="dumb")
    header, sync, first, second = shown.out.splitlines()
    assert shown.code == 0
    assert header.split() == ["REQUEST", "ID", "STATUS", "TOOK", "REQUEST"]
    assert sync == "sync 3MSHTnXC50l4B0MhnnKLXoe2KHh"
    assert first.split() == ["req-000001", "200", "GET", "https://api.example.com/users?page=1"]
    assert second.startswith("req-000002 ")
    assert "2 exchanges" in shown.err
    assert f"exchanges show {FIFTY} req-000001" in shown.err
    assert f"exchanges list {FIFTY} --limit 2 --after-id 2" in shown.err


def test_a_file_without_exchanges_is_empty_and_no_error():
    """A file from before capture lists as empty, on a terminal with a word on stderr."""
    assert _records(exchanges("list", FIXTURES / "old.c1z")) == []
    shown = on_terminal("list", FIXTURES / "old.c1z")
    assert (shown.code, shown.out) == (0, "")
    assert "no exchanges in" in shown.err


def test_rows_of_any_writer_are_listed(tmp_path):
    """Text where JSON should be, odd types and empty columns are shown, in both forms."""
    file = SyncFile().exchange("r1", request=b"not json", response=b"[1]", kind="telepathy")
    file.connection.execute("update v1_exchanges set intent_json = 12, discovered_at = 3.5")
    path = file.save(tmp_path / "f.c1z")
    (record,) = _records(exchanges("list", path))
    assert (record["request"], record["response"], record["intent"]) == ("not json", [1], 12)
    assert record["discovered_at"] == "3.5"
    assert "r1" in exchanges("list", path, "--table").out


def test_nothing_raw_reaches_terminal_or_pipe(tmp_path):
    """Control and bidi characters of a file from a stranger are escapes, in the table and in NDJSON."""
    evil = "\x1b]0;pwned\x07\x9b31m\u202e\x7f"
    file = SyncFile().exchange(
        f"r{evil}", sync_id=evil, request={"method": evil, "url": evil}, intent={evil: evil}
    )
    path = file.save(tmp_path / "f.db")
    (record,) = _records(exchanges("list", path))
    assert record["request"]["url"] == evil
    for outcome in (
        exchanges("list", path),
        exchanges("list", path, "--table"),
        on_terminal("list", path, TERM="dumb"),
    ):
        assert outcome.code == 0
        assert all(line.isprintable() for line in (outcome.out + outcome.err).split("\n"))


@pytest.mark.parametrize("form", ["--json", "--table"])
def test_memory_does_not_grow_with_the_file(tmp_path, form):
    """A listing holds a page of exchanges, not the file: 160 MB of rows cost less than half of that."""
    path = tmp_path / "big.db"
    file = SyncFile()
    for number in range(160):
        file.exchange(f"r{number}", response=b'{"status":200,"body":"%s"}' % (b"x" * 1_000_000))
    file.save(path)
    assert _peak(path, form) - _peak(path, form, "--limit", 1) < 80_000_000


def _peak(path, *words):
    """The most memory a listing took, in bytes."""
    run = (
        "import resource, sys; from captured_exchanges.cli import main; code = main()\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr); sys.exit(code)"
    )
    outcome = exchanges("list", path, *words, command=(sys.executable, "-c", run))
    assert outcome.code == 0
    unit = 1 if sys.platform == "darwin" else 1024
    return int(outcome.err.splitlines()[-1]) * unit
