"""`exchanges tail`, beside a real connector's end."""

import asyncio
import json
import signal

import pytest

from support.cli_connector import capture, connector, start_tail, tail
from support.cli_process import DEADLINE, exchanges


def _records(outcome):
    assert outcome.code == 0, outcome.err
    return [json.loads(line) for line in outcome.out.splitlines()]


async def test_what_the_buffer_holds_is_one_document_a_line():
    """Without --follow the exchanges held at this moment are printed, and the command ends."""
    async with connector() as (buffer, address):
        for number in range(1, 4):
            capture(buffer, number)
        before = buffer.facts()
        outcome = await tail(address)
        assert buffer.facts() == before
    records = _records(outcome)
    assert [record["request"]["url"] for record in records] == ["https://x/1", "https://x/2", "https://x/3"]
    assert list(records[0]) == [
        *("type", "epoch", "sequence", "captured_at", "request_id", "sync_id"),
        *("transport_kind", "request", "response", "intent"),
    ]
    assert (records[0]["type"], records[0]["sequence"]) == ("exchange", 1)
    assert records[0]["captured_at"] == 1_700_000_000_000_000_001
    assert outcome.err == f"watching acme\\x1b[31m 1.2.3, epoch {buffer.facts().epoch}, which holds 3\n"


async def test_filters_and_bounds_narrow_what_is_seen():
    """--kind, --surface, --sync-id, --from-sequence and --count do what they say, together and alone."""
    async with connector() as (buffer, address):
        capture(buffer, 1)
        capture(buffer, 2, kind="sql")
        capture(buffer, 3, surface="grants")
        capture(buffer, 4, sync_id="sync-2")

        async def seen(*words):
            return [record["sequence"] for record in _records(await tail(address, *words))]

        assert await seen("--kind", "sql") == [2]
        assert await seen("--surface", "grants", "--surface", "nothing") == [3]
        assert await seen("--sync-id", "sync-2") == [4]
        assert await seen("--kind", "sql", "--sync-id", "sync-2") == []
        assert await seen("--from-sequence", 3) == [3, 4]
        assert await seen("--count", 2) == [1, 2]


async def test_follow_goes_on_until_interrupted():
    """--follow prints what is captured later, at once; Ctrl-C ends it with exit 130 and no traceback."""
    async with connector() as (buffer, address), asyncio.timeout(DEADLINE):
        process = await start_tail(address, "--follow")
        assert b"watching" in await process.stderr.readline()
        for number in (1, 2):
            capture(buffer, number)
            assert json.loads(await process.stdout.readline())["request_id"] == f"req-{number}"
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()
        assert (process.returncode, err) == (130, b"")


async def test_follow_stops_at_its_count():
    """--follow with --count ends by itself."""
    async with connector() as (buffer, address), asyncio.timeout(DEADLINE):
        process = await start_tail(address, "--follow", "--count", 1)
        await process.stderr.readline()
        capture(buffer, 1)
        out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert len(out.splitlines()) == 1


async def test_what_will_not_arrive_is_a_record_too():
    """A gap is told in its place: as a record in a pipe, as a line for people."""
    async with connector() as (buffer, address):
        capture(buffer, 1)
        buffer.drop("sync-1", 77, "oversize")
        capture(buffer, 3)
        told, shown = await tail(address), await tail(address, "--table")
    gap = _records(told)[1]
    assert gap.pop("epoch")
    assert gap == {
        "type": "gap",
        "first_sequence": 2,
        "last_sequence": 2,
        "count": 1,
        "bytes": 77,
        "reason": "oversize",
    }
    assert "gap 2…2: 1 will not arrive here (oversize)" in shown.out


async def test_people_get_a_table():
    """--table puts sequences first and leaves the header over the rows."""
    async with connector() as (buffer, address):
        capture(buffer, 1)
        shown = await tail(address, "--table")
    header, row = shown.out.splitlines()
    assert header.split() == ["SEQ", "REQUEST", "ID", "STATUS", "TOOK", "REQUEST"]
    assert row.split() == ["1", "req-1", "200", "1.5", "ms", "GET", "https://x/1"]


@pytest.mark.parametrize("target", ["unix:/nonexistent/s", "localhost:1", "tcp", ""])
def test_a_target_that_is_none_is_one_line(target):
    """An address that may not or cannot be dialled: exit 1 and a sentence."""
    outcome = exchanges("tail", target)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert outcome.err.startswith("error: ")


async def test_a_socket_where_nobody_listens_is_one_line():
    """The connector has gone: exit 1 and a sentence that names the address."""
    async with connector() as (_, address):
        pass
    outcome = await tail(address)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert "error: " in outcome.err
