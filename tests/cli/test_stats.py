"""`exchanges stats`, on real files and beside a real connector's end."""

import asyncio
import json
import sys

import pytest

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.exchange import Drained, Gap, SyncCount
from captured_exchanges.store import open_store
from support.cli_connector import capture, connector
from support.cli_process import DEADLINE, EXCHANGES, Outcome, environment, exchanges, on_terminal
from support.connector_server import serving
from support.provenance_files import FIXTURES, SyncFile
from support.store_builders import CONNECTOR, captured, delivery

FIFTY = FIXTURES / "go-50.c1z"


async def stats(place, *words):
    """Run `exchanges stats` beside this event loop."""
    process = await asyncio.create_subprocess_exec(
        *(EXCHANGES, "stats", place, *map(str, words)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(),
    )
    async with asyncio.timeout(DEADLINE):
        out, err = await process.communicate()
    return Outcome(process.returncode, out.decode(), err.decode())


def _record(outcome):
    assert outcome.code == 0, outcome.err
    (line,) = outcome.out.splitlines()
    return json.loads(line)


@pytest.fixture
def two_syncs(tmp_path):
    """A file of two syncs, two epochs and three gaps, one epoch of them drained."""
    path = tmp_path / "two.c1z"
    lost = [
        Gap("e1", 3, 4, 2, 200, "overflow", (SyncCount("a", 1), SyncCount("b", 1))),
        Gap("e1", 5, 5, 1, 50, "overflow", (SyncCount("a", 1),)),
        Gap("e1", 6, 6, 1, 70, "oversize", (SyncCount("gone", 1),)),
    ]
    rows = [captured(1, "a"), captured(2, "b", transport_kind="sql"), captured(7, "a")]
    with open_store(path, "rw") as store:
        table = store.exchanges()
        table.commit(delivery(rows, epoch="e1", gaps=lost, sync_id="a", drained=Drained("e1", 7, 7)))
        table.commit(delivery([captured(1, "c", transport_kind="soap")], epoch="e2", sync_id="c"))
    return path


def test_a_file_is_one_record(two_syncs):
    """Exchanges by sync and kind, gaps by reason of each sync and epoch, watermarks, what was drained."""
    mark = {"connector": CONNECTOR, "epoch": "e1", "through_sequence": 7, "drained": True}
    assert _record(exchanges("stats", two_syncs)) == {
        "file": str(two_syncs),
        "exchanges": 4,
        "syncs": [
            {"sync_id": "a", "exchanges": 2, "kinds": {"http": 2}, "gaps": {"overflow": 2}},
            {"sync_id": "b", "exchanges": 1, "kinds": {"sql": 1}, "gaps": {"overflow": 1}},
            {"sync_id": "c", "exchanges": 1, "kinds": {"soap": 1}, "gaps": {}},
            {"sync_id": "gone", "exchanges": 0, "kinds": {}, "gaps": {"oversize": 1}},
        ],
        "gaps": [
            _gaps("overflow", runs=2, count=3, bytes=250),
            _gaps("oversize", runs=1, count=1, bytes=70),
        ],
        "watermarks": [{**mark, "epoch": "e2", "through_sequence": 1, "drained": False}, mark],
    }


def _gaps(reason, **numbers):
    return {"connector": CONNECTOR, "epoch": "e1", "reason": reason, **numbers}


def test_people_get_tables(two_syncs):
    """On a terminal a file is three tables: syncs, gaps, epochs."""
    shown = on_terminal("stats", two_syncs, NO_COLOR="1", TERM="dumb")
    rows = [line.split() for line in shown.out.splitlines() if line]
    assert shown.code == 0
    assert rows[:5] == [
        [str(two_syncs)],
        ["exchanges", "4"],
        ["SYNC", "EXCHANGES", "KINDS", "GAPS"],
        ["a", "2", "http", "2", "overflow", "2"],
        ["b", "1", "sql", "1", "overflow", "1"],
    ]
    assert ["e1", "3", "250", "overflow", "in", "2", "runs"] in rows
    assert rows[-2:] == [["e2", "1", "no", CONNECTOR], ["e1", "7", "yes", CONNECTOR]]


def test_a_file_of_another_program_is_counted_too():
    """Baton's own file has exchanges, and no ledger or watermark: that is no error."""
    record = _record(exchanges("stats", FIFTY))
    (sync,) = record["syncs"]
    kinds = {"http": 40, "sql": 5, "ldap": 5}
    assert (record["exchanges"], sync["exchanges"], sync["kinds"]) == (50, 50, kinds)
    assert (record["gaps"], record["watermarks"]) == ([], [])


def test_kinds_of_any_writer_are_counted(tmp_path):
    """Unknown transports are counted beside the known ones, over more than a page of rows."""
    file = SyncFile()
    for number in range(40):
        file.exchange(f"r{number}", kind="http" if number % 4 else "telepathy\x1b[31m")
    path = file.save(tmp_path / "f.db")
    (sync,) = _record(exchanges("stats", path))["syncs"]
    assert sync["kinds"] == {"http": 30, "telepathy\x1b[31m": 10}
    shown = exchanges("stats", path, "--table").out
    assert "telepathy\\x1b[31m 10" in shown
    assert all(line.isprintable() for line in shown.split("\n"))


def test_a_sync_without_exchanges_is_counted(tmp_path):
    """A sync that ran without capture shows with no exchanges."""
    path = SyncFile().sync("old").save(tmp_path / "f.c1z")
    assert _record(exchanges("stats", path))["syncs"] == [
        {"sync_id": "old", "exchanges": 0, "kinds": {}, "gaps": {}}
    ]


def test_counting_a_file_never_imports_grpc():
    """`exchanges stats FILE` starts as fast as `list` does."""
    run = (
        "import sys; from captured_exchanges.cli import main; code = main(); "
        "print([m for m in ('grpc', 'httpx', 'captured_exchanges.syncer') if m in sys.modules],"
        " file=sys.stderr); sys.exit(code)"
    )
    outcome = exchanges("stats", FIFTY, command=(sys.executable, "-c", run))
    assert (outcome.code, outcome.err) == (0, "[]\n")


async def test_a_connector_says_how_it_stands_and_nothing_changes_there():
    """A target's epoch, bounds, fullness and counters per sync are what its buffer says, and stay so."""
    async with connector() as (buffer, address):
        capture(buffer, 1)
        capture(buffer, 2, sync_id="sync-2")
        buffer.drop("sync-2", 77, "oversize")
        buffer.release(1)
        buffer.start(lambda: None)
        before, counters = buffer.snapshot()
        outcome = await stats(address)
        assert buffer.snapshot() == (before, counters)
    assert _record(outcome) == {
        "target": address,
        "connector": {"name": "acme\x1b[31m", "version": "1.2.3"},
        "epoch": before.epoch,
        "oldest_sequence": 2,
        "next_sequence": 4,
        "acked_through": 1,
        "policy": {"name": "", "version": "", "hash": ""},
        "retained_exchanges": 1,
        "retained_bytes": before.retained_bytes,
        "pending": 1,
        "counters": [
            {"sync_id": "sync-1", "captured": 1, "acked": 1, "dropped": [], "abandoned": 0},
            {
                "sync_id": "sync-2",
                "captured": 2,
                "acked": 0,
                "dropped": [{"reason": "oversize", "count": 1, "bytes": 77}],
                "abandoned": 0,
            },
        ],
    }
    assert outcome.err == "counters come with the next heartbeat, in about 0.2 s (waiting 10 s at most)\n"


async def test_a_connector_that_holds_much_sends_none_of_it(monkeypatch):
    """No exchange is read out of the buffer for a look at it; people get facts and a table of syncs."""
    monkeypatch.setattr(CaptureBuffer, "read", lambda *_, **__: pytest.fail("the buffer was read"))
    async with connector() as (buffer, address):
        for number in range(1, 501):
            capture(buffer, number)
        shown = await stats(address, "--table")
        epoch = buffer.facts().epoch
    rows = [line.split() for line in shown.out.splitlines() if line]
    assert shown.code == 0
    assert ["epoch", epoch] in rows
    assert ["sequences", "1…500"] in rows
    assert ["SYNC", "CAPTURED", "ACKED", "RETAINED", "ABANDONED", "DROPPED"] in rows
    assert rows[-1] == ["sync-1", "500", "0", "500", "0", "-"]
    assert all(line.isprintable() for line in shown.out.split("\n"))


async def test_counters_that_do_not_come_in_time_are_told_as_unknown():
    """--wait 0 prints what the open says; what a heartbeat would have said is null, and a note says so."""
    async with connector() as (buffer, address):
        capture(buffer, 1)
        outcome = await stats(address, "--wait", 0)
        shown = await stats(address, "--wait", 0, "--table")
    record = _record(outcome)
    unknown = ("retained_exchanges", "retained_bytes", "pending", "counters")
    assert [record[name] for name in unknown] == [None] * 4
    assert (record["oldest_sequence"], record["next_sequence"]) == (1, 2)
    assert outcome.err == "no heartbeat came within 0 s: retained, pending and counters are unknown\n"
    assert "retained" not in shown.out


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("unix:/nonexistent/s", "/nonexistent"),
        ("unix-abstract:s", "abstract"),
        ("localhost:1", "not a Unix socket"),
        ("dns:localhost:1", "not a Unix socket"),
        ("missing.c1z", "no such file"),
        ("./unix:missing", "no such file"),
    ],
)
def test_what_is_neither_file_nor_connector_is_one_line(tmp_path, place, says):
    """A wrong address is told as one, a missing file as one: exit 1 and a sentence."""
    outcome = exchanges("stats", place, cwd=tmp_path)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert outcome.err.startswith("error: ")
    assert says in outcome.err


async def test_a_server_without_provenance_is_one_line():
    """A server that has no such method: exit 1 and one line that names it."""
    async with serving() as address:
        outcome = await stats(address)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert outcome.err.startswith(f"error: {address}: ")
