"""`exchanges consume`, beside a real connector's end."""

import asyncio
import json
import os
import pty
import signal
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from captured_exchanges.security import temporary_private_folder, unix_address
from captured_exchanges.store import open_store
from support.cli_connector import capture, connector
from support.cli_process import DEADLINE, EXCHANGES, Outcome, environment, exchanges
from support.connector_server import serving

FIELDS = [
    *("target", "file", "epoch", "through_sequence", "attested", "consistent", "received", "committed"),
    *("quarantined", "duplicates", "foreign", "lost", "released_elsewhere", "unknown_losses", "findings"),
    "counters",
]


@asynccontextmanager
async def consuming(
    address, store, *words, sync_id="sync-1", stdout=asyncio.subprocess.PIPE, command=(EXCHANGES,)
):
    """A running `exchanges consume`, killed where the test leaves it running."""
    process = await asyncio.create_subprocess_exec(
        *(*command, "consume", *address.split(), "--store", str(store), "--sync-id", sync_id),
        *map(str, words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=stdout,
        stderr=asyncio.subprocess.PIPE,
        env=environment(),
    )
    try:
        async with asyncio.timeout(DEADLINE):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def consume(address, store, *words, **more):
    """Run `exchanges consume` to its end."""
    async with consuming(address, store, *words, **more) as process:
        return await _ended(process)


async def _ended(process):
    out, err = await process.communicate()
    return Outcome(process.returncode, (out or b"").decode(), err.decode())


async def _heard(process, words):
    """Wait for a line of progress."""
    while words not in (line := (await process.stderr.readline()).decode()):
        assert line, f"ended without saying {words!r}"


async def _acked(buffer, sequence):
    """Wait until the buffer has been acked through a sequence."""
    changed, loop = asyncio.Event(), asyncio.get_running_loop()
    unsubscribe = buffer.subscribe(lambda: loop.call_soon_threadsafe(changed.set))
    while buffer.facts().acked_through < sequence:
        changed.clear()
        await changed.wait()
    unsubscribe()


def _errors(outcome):
    return [line for line in outcome.err.splitlines() if line.startswith("error: ")]


def _record(outcome):
    (line,) = outcome.out.splitlines()
    return json.loads(line)


def _rows(path):
    with open_store(path) as store:
        return [(row.request_id, row.sync_id) for row in store.exchanges().iterate()]


@pytest.mark.parametrize("name", ["sync.c1z", "sync.db"])
async def test_drain_takes_all_there_is_and_ends(tmp_path, name):
    """--drain stores what the connector holds, saves the file, prints the attestation and exits 0."""
    async with connector() as (buffer, address):
        for number in range(1, 4):
            capture(buffer, number)
        outcome = await consume(address, tmp_path / name, "--drain")
        assert buffer.facts().acked_through == 3
        record = _record(outcome)
        assert record.pop("epoch") == buffer.facts().epoch
    assert (outcome.code, _errors(outcome)) == (0, [])
    zeroes = dict.fromkeys(
        ("quarantined", "duplicates", "foreign", "released_elsewhere", "unknown_losses"), 0
    )
    assert record == {
        **zeroes,
        "target": address,
        "file": str(tmp_path / name),
        "through_sequence": 3,
        "attested": True,
        "consistent": True,
        "received": 3,
        "committed": 3,
        "lost": {},
        "findings": [],
        "counters": [{"sync_id": "sync-1", "captured": 3, "acked": 3, "dropped": [], "abandoned": 0}],
    }
    assert list(_record(outcome)) == FIELDS
    assert _rows(tmp_path / name) == [(f"req-{number}", "sync-1") for number in range(1, 4)]
    assert [path.name for path in tmp_path.iterdir() if path.name == name or path.is_dir()] == [name]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_consumes_until_it_is_told_to_end(tmp_path, number):
    """What is captured while it runs is stored; Ctrl-C or SIGTERM drains the rest, and that is success."""
    store = tmp_path / "sync.c1z"
    async with connector() as (buffer, address), consuming(address, store) as process:
        await _heard(process, "connected")
        for row in range(1, 11):
            capture(buffer, row)
        process.send_signal(number)
        outcome = await _ended(process)
    assert (outcome.code, _errors(outcome)) == (0, [])
    assert (_record(outcome)["consistent"], _record(outcome)["committed"]) == (True, 10)
    assert len(_rows(store)) == 10


async def test_rows_are_committed_while_it_runs(tmp_path):
    """The connector is acked, and progress told, without anybody asking for a drain."""
    async with connector() as (buffer, address), consuming(address, tmp_path / "s.db") as process:
        capture(buffer, 1)
        await _acked(buffer, 1)
        await _heard(process, "connected: 1 stored")
        process.send_signal(signal.SIGTERM)
        assert (await _ended(process)).code == 0


async def test_a_loss_is_exit_1_and_told_once(tmp_path):
    """Exchanges lost at the connector: stored is what there is, and one line says how many and why."""
    async with connector() as (buffer, address):
        capture(buffer, 1)
        buffer.drop("sync-1", 77, "oversize")
        outcome = await consume(address, tmp_path / "s.db", "--drain")
        again = await consume(address, tmp_path / "s.db", "--drain")
    assert (outcome.code, again.code) == (1, 1)
    for told in (outcome, again):  # the second run is of the same sync: its loss has not healed
        assert _errors(told) == [f"error: {address}: 1 exchange was lost at the connector (oversize 1)"]
        assert (_record(told)["lost"], _record(told)["consistent"]) == ({"oversize": 1}, True)
    assert _rows(tmp_path / "s.db") == [("req-1", "sync-1")]


async def test_exchanges_of_another_sync_keep_their_own_id(tmp_path):
    """What another sync left behind is stored under its own id and told; what has no id gets ours."""
    async with connector() as (buffer, address):
        capture(buffer, 1, sync_id="left-behind")
        capture(buffer, 2, sync_id="")
        outcome = await consume(address, tmp_path / "s.db", "--drain")
    assert outcome.code == 0
    assert _record(outcome)["foreign"] == 1
    assert _rows(tmp_path / "s.db") == [("req-1", "left-behind"), ("req-2", "sync-1")]


async def test_another_owner_is_named_unless_taken_over(tmp_path):
    """Beside an owner a second consumer gets nothing and names it; with --take-over the first one stops."""
    async with connector() as (buffer, address):
        capture(buffer, 1)
        async with consuming(address, tmp_path / "a.db", "--consumer-id", "first") as first:
            await _heard(first, "connected")
            refused = await consume(address, tmp_path / "b.db", "--drain", "--drain-timeout", 1)
            taken = await consume(address, tmp_path / "c.db", "--drain", "--take-over")
            replaced = await _ended(first)
    assert (refused.code, refused.out) == (1, "")
    (line,) = _errors(refused)
    assert "FAILED_PRECONDITION" in line
    assert "first" in line
    assert taken.code == 0, taken.err
    assert replaced.code == 1
    (line,) = _errors(replaced)
    assert "another consumer took this one's place" in line


@pytest.mark.parametrize("target", ["localhost:1", "unix:/", "tcp"])
def test_a_forbidden_target_is_one_line(tmp_path, target):
    """An address that may not be dialled: exit 1, one sentence, no file made."""
    store = tmp_path / "s.c1z"
    outcome = exchanges("consume", target, "--store", store, "--sync-id", "s")
    assert (outcome.code, outcome.out, len(_errors(outcome))) == (1, "", 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 1)])
async def test_a_second_signal_does_not_wait_for_the_drain(tmp_path, number, code):
    """Where nobody answers, a second Ctrl-C ends at once: 130 with one error line; of SIGTERM, 1."""
    with temporary_private_folder() as folder:
        async with consuming(unix_address(folder, "nobody"), tmp_path / "s.c1z") as process:
            await _heard(process, "consuming ")
            process.send_signal(number)
            await _heard(process, "draining")
            process.send_signal(number)
            outcome = await _ended(process)
    assert (outcome.code, outcome.out) == (code, "")
    (line,) = _errors(outcome)
    assert "attested to no drain" in line


async def test_what_was_stored_is_saved_without_an_attestation(tmp_path):
    """A connector that goes away before the drain leaves a saved file with all that had arrived."""
    store = tmp_path / "s.c1z"
    async with AsyncExitStack() as stack:
        async with connector() as (buffer, address):
            capture(buffer, 1)
            process = await stack.enter_async_context(consuming(address, store, "--drain-timeout", 1))
            await _acked(buffer, 1)
        process.send_signal(signal.SIGTERM)
        outcome = await _ended(process)
    assert outcome.code == 1
    (line,) = _errors(outcome)
    assert line.startswith(f"error: {address}: the connector attested to no drain in time (UNAVAILABLE")
    assert (_record(outcome)["attested"], _record(outcome)["epoch"]) == (False, None)
    assert _rows(store) == [("req-1", "sync-1")]


async def test_progress_that_nobody_reads_stops_nothing(tmp_path):
    """With stderr closed by its reader the consumer goes on, and ends as well as ever."""
    store = tmp_path / "s.c1z"
    async with connector() as (buffer, address), consuming(address, store) as process:
        await _heard(process, "consuming ")
        process._transport.get_pipe_transport(2).close()
        capture(buffer, 1)
        await _acked(buffer, 1)
        process.send_signal(signal.SIGINT)
        record = json.loads(await process.stdout.read())
        await process.wait()
    assert (record["consistent"], record["committed"], len(_rows(store))) == (True, 1, 1)


async def test_a_connector_without_provenance_is_one_line(tmp_path):
    """A server that has no such method: exit 1 and a sentence."""
    async with serving() as address:
        outcome = await consume(address, tmp_path / "s.db")
    assert (outcome.code, outcome.out) == (1, "")
    (line,) = _errors(outcome)
    assert "hands over no captured exchanges" in line


async def test_a_store_that_another_writes_is_one_line(tmp_path):
    """A locked store is refused before anything is taken from the connector."""
    store = tmp_path / "s.c1z"
    async with connector() as (buffer, address):
        capture(buffer, 1)
        with open_store(store, "rw"):
            outcome = await consume(address, store, "--drain")
        assert buffer.facts().acked_through == 0
    assert (outcome.code, outcome.out, len(_errors(outcome))) == (1, "", 1)


async def test_a_full_disk_is_one_line_and_loses_nothing(tmp_path):
    """A store that cannot grow (a limit on file size stands in for a full disk): exit 1, one line about it,
    released is only what was committed; with room again the rest comes, each exchange once and in order.
    """
    store = tmp_path / "s.db"
    async with connector() as (buffer, address):
        capture(buffer, 0)
        assert (await consume(address, store, "--drain")).code == 0
        for number in range(1, 5_000):
            capture(buffer, number)
        blocks = 2 * store.stat().st_size // 512
        limited = ("sh", "-c", f'ulimit -f {blocks}; exec "$0" "$@"', EXCHANGES)
        outcome = await consume(address, store, "--drain", "--drain-timeout", 20, command=limited)
        acked = buffer.facts().acked_through
        with open_store(store) as left:
            assert left.exchanges().count() >= acked
        assert acked < 5_000
        again = await consume(address, store, "--drain")
    assert (outcome.code, again.code) == (1, 0)
    (line,) = _errors(outcome)
    assert f"{store}: the disk " in line
    assert "stamina" not in outcome.err
    with open_store(store) as whole:
        rows = whole.exchanges().iterate(limit=10_000)
        assert [row.request_id for row in rows] == [f"req-{number}" for number in range(5_000)]


async def test_several_connectors_go_into_one_file(tmp_path):
    """Each has its record, its progress and its watermark; one file holds what all of them captured."""
    store = tmp_path / "s.c1z"
    async with connector() as (one, first), connector() as (two, second):
        for number in range(1, 4):
            capture(one, number)
        async with consuming(f"{first} {second}", store) as process:
            await _heard(process, f"{first}: connected")
            await _acked(one, 3)
            capture(two, 4)
            await _acked(two, 1)
            process.send_signal(signal.SIGTERM)
            outcome = await _ended(process)
    assert (outcome.code, _errors(outcome)) == (0, [])
    records = [json.loads(line) for line in outcome.out.splitlines()]
    assert [list(record) for record in records] == [FIELDS] * 2
    told = [(record["target"], record["committed"], record["consistent"]) for record in records]
    assert told == [(first, 3, True), (second, 1, True)]
    assert sorted(_rows(store)) == [(f"req-{number}", "sync-1") for number in range(1, 5)]
    with open_store(store) as saved:
        marks = {mark.connector: mark.through_sequence for mark in saved.exchanges().watermarks()}
    assert marks == {first: 3, second: 1}


async def test_faults_of_several_connectors_are_a_line_each(tmp_path):
    """What is amiss with one is exit 1 and named; the others' exchanges are stored and attested."""
    async with connector() as (one, first), connector() as (two, second), serving() as old:
        capture(one, 1)
        two.drop("sync-1", 77, "oversize")
        outcome = await consume(f"{old} {first} {second}", tmp_path / "s.db", "--drain")
    assert outcome.code == 1
    assert [json.loads(line)["target"] for line in outcome.out.splitlines()] == [first, second]
    assert _errors(outcome) == [
        f"error: {old}: this connector hands over no captured exchanges: update it, or sync without them",
        f"error: {second}: 1 exchange was lost at the connector (oversize 1)",
    ]
    assert _rows(tmp_path / "s.db") == [("req-1", "sync-1")]


async def test_several_go_on_when_one_has_ended(tmp_path):
    """One whose place is taken ends with a line of progress; the other is consumed until told to end."""
    store = tmp_path / "s.db"
    async with (
        connector() as (_, first),
        connector() as (two, second),
        consuming(f"{first} {second}", store) as process,
    ):
        await _heard(process, f"{first}: connected")
        taker = await consume(first, tmp_path / "t.db", "--drain", "--take-over")
        await _heard(process, f"{first}: stopped (another consumer took this one's place")
        capture(two, 1)
        await _acked(two, 1)
        process.send_signal(signal.SIGINT)
        outcome = await _ended(process)
    assert (taker.code, outcome.code) == (0, 1)
    (line,) = _errors(outcome)
    assert line.startswith(f"error: {first}: another consumer took this one's place")
    assert _rows(store) == [("req-1", "sync-1")]


async def test_interrupting_several_says_whose_drain_is_missing(tmp_path):
    """A second Ctrl-C is 130, and names the connector that did not attest."""
    async with connector() as (one, first), AsyncExitStack() as stack:
        nobody = unix_address(stack.enter_context(temporary_private_folder()), "nobody")
        capture(one, 1)
        async with consuming(f"{first} {nobody}", tmp_path / "s.c1z") as process:
            await _acked(one, 1)
            process.send_signal(signal.SIGINT)
            await _heard(process, "draining")
            process.send_signal(signal.SIGINT)
            outcome = await _ended(process)
    assert outcome.code == 130
    assert any(line.startswith(f"error: {nobody}: interrupted, and") for line in _errors(outcome))
    assert _rows(tmp_path / "s.c1z") == [("req-1", "sync-1")]


async def test_people_get_a_table(tmp_path):
    """On a terminal the attestation is lines and a table of syncs, names made printable; notes stay apart."""
    ours, theirs = pty.openpty()
    try:
        async with connector() as (buffer, address):
            capture(buffer, 1, sync_id="sync-\x1b[31m")
            outcome = await consume(address, tmp_path / "s.db", "--drain", sync_id="mine", stdout=theirs)
        shown = os.read(ours, 65536).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert outcome.code == 0
    assert "yes, both sides agree" in shown
    assert "1 of other syncs" in shown
    assert "sync-\\x1b[31m" in shown
    assert "RETAINED" in shown
    assert f"list {tmp_path / 's.db'} --sync-id mine" in outcome.err


@pytest.mark.parametrize(
    "words",
    [
        ("unix:/s",),
        ("unix:/s", "--store", "f"),
        ("unix:/s", "--store", "f", "--sync-id", ""),
        ("unix:/s", "unix:/s", "--store", "f", "--sync-id", "s"),
        ("unix:/s", "", "--store", "f", "--sync-id", "s"),
        ("unix:/s", "--store", "f", "--sync-id", "s", "--drain-timeout", "0"),
        ("unix:/s", "--store", "f", "--sync-id", "s", "--drain-timeout", "nan"),
    ],
    ids=repr,
)
def test_a_wrong_command_line_is_exit_2(words):
    """Wrong usage: exit 2 and nothing on stdout."""
    outcome = exchanges("consume", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert "Usage: exchanges consume" in outcome.err
