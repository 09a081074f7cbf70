"""A syncer written in Go owns the stream: what it stores, acks and reports, whatever happens meanwhile."""

import asyncio
import json
import random
from contextlib import asynccontextmanager
from types import SimpleNamespace

import grpc
import pytest

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.connector import SERVER_OPTIONS, ExchangeServicer
from captured_exchanges.exchange import (
    Ack,
    Closing,
    Drain,
    Heartbeat,
    Open,
    ResumePosition,
    ServerHeartbeat,
    SyncCounters,
)
from captured_exchanges.provenance import explain
from captured_exchanges.security import temporary_private_folder, unix_address
from captured_exchanges.store import Delivery, open_store
from captured_exchanges.syncer import ExchangeConsumer
from support import threaded_calls
from support.cli_connector import capture
from support.cli_process import exchanges
from support.connector_server import serving
from support.go_owner import go_owner, lines, request_ids
from support.go_programs import GO_TIMEOUT
from support.handoff_connector import CONNECTOR, POLICY
from support.provenance_files import SyncFile
from support.relay import relay
from support.syncer_messages import EPOCH, counters, drained, gap, opened
from support.syncer_messages import captured as row
from support.syncer_server import HALF_CLOSE, ScriptedConnector, outgoing, until

pytestmark = GO_TIMEOUT
StatusCode = grpc.StatusCode


@pytest.fixture(params=["grpc.aio", "grpc.server"])
async def connector(request):
    """A real connector's end of either style: its buffer, and the address where it is served."""
    serve = serving_aio if request.param == "grpc.aio" else serving_threaded
    async with serve(CaptureBuffer()) as served:
        yield served


@asynccontextmanager
async def serving_aio(buffer):
    """Under `grpc.aio`."""
    servicer = ExchangeServicer(buffer, connector=CONNECTOR, policy=POLICY)
    async with serving([servicer.handler()], options=SERVER_OPTIONS) as target:
        yield SimpleNamespace(buffer=buffer, target=target)
        await servicer.stop(0)


@asynccontextmanager
async def serving_threaded(buffer):
    """Under a threaded `grpc.server`."""
    with temporary_private_folder() as folder, threaded_calls.serving(folder, buffer=buffer) as served:
        yield SimpleNamespace(buffer=buffer, target=served.address)
        await asyncio.to_thread(served.servicer.stop, 0)


@pytest.fixture
def owner(owner_binary, tmp_path):
    """Start the owner on a target, with a store of its own unless one is given."""

    def start(target, store="exchanges.jsonl", **named):
        return go_owner(owner_binary, target, tmp_path / store, **named)

    return start


def captured(buffer, numbers, **named):
    """Let a buffer take these; their request ids."""
    for number in numbers:
        capture(buffer, number, **named)
    return [f"req-{number}" for number in numbers]


def acked(buffer, through):
    """Wait until an owner has acked that much."""
    return until(lambda: buffer.facts().acked_through >= through)


def account(ended):
    """What the connector attested to: per sync captured and acked."""
    return {
        each["syncId"]: (int(each["captured"]), int(each["acked"]))
        for each in ended.report["attestation"]["counters"]
    }


async def finished(running):
    """Let an owner drain; it ends well, and both sides agree."""
    ended = await running.finish()
    assert ended.code == 0, ended.err
    assert (ended.report["state"], ended.report["findings"]) == ("finished", [])
    return ended


# the way of exchanges


async def test_takes_commits_acks_and_drains(connector, owner):
    """All that was captured is in the file once, in order; the attestation agrees; nothing is retained."""
    wanted = captured(connector.buffer, range(300))
    async with owner(connector.target) as running:
        await acked(connector.buffer, 300)
        wanted += captured(connector.buffer, range(300, 500))
        ended = await finished(running)
        assert request_ids(running.store) == wanted
    assert ended.report["committed"] == 500
    assert account(ended) == {"sync-1": (500, 500)}
    assert connector.buffer.counters() == (SyncCounters("sync-1", captured=500, acked=500),)
    assert connector.buffer.facts().retained_exchanges == 0


async def test_what_is_stored_is_what_was_captured(connector, owner):
    """Documents, kind, time and sync arrive as they were captured."""
    captured(connector.buffer, [7])
    async with owner(connector.target) as running:
        await finished(running)
        ((sync_id, exchange),) = lines(running.store)
    assert sync_id == exchange["syncId"] == "sync-1"
    assert exchange["requestJson"] == '{"kind":"http","method":"GET","url":"https://x/7"}'
    assert exchange["responseJson"] == '{"status":200,"duration_ms":1.5}'
    assert (exchange["sequence"], exchange["transportKind"]) == ("1", "http")
    assert exchange["capturedAt"] == "2023-11-14T22:13:20.000000007Z"


@pytest.mark.parametrize("store", ["exchanges.jsonl", "sync.db"])
async def test_what_is_acked_is_stored(owner, tmp_path, store):
    """When an ack arrives another process already reads the rows it covers, and the watermark."""
    seen = []

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(), outgoing(1, 2), outgoing(3))
        through = 0
        while through < 3:
            through = (await peer.expect(Ack)).through_sequence
            seen.append((through, len(request_ids(tmp_path / store)), *watermarks_in(tmp_path / store)))
        await peer.hang()

    async with ScriptedConnector(script) as connector, owner(connector.target, store):
        await until(lambda: seen and seen[-1][0] == 3)
    assert all(through == rows == mark for through, rows, mark in seen)


def watermarks_in(store):
    """The watermarks of a store of either kind."""
    if store.suffix != ".db":
        state = json.loads(store.with_name(f"{store.name}.state").read_text())
        return [mark["through"] for mark in state["watermarks"]]
    with open_store(store) as ours:
        return [mark.through_sequence for mark in ours.exchanges().watermarks()]


@pytest.mark.parametrize("store", ["exchanges.jsonl", "sync.db"])
async def test_killed_and_killed_again_it_has_each_exchange_once(connector, owner, store, request):
    """SIGKILL at random moments in mid-stream: the file holds each exchange once, in order of capture."""
    seed = random.randrange(2**32)
    request.node.user_properties.append(("seed", seed))
    print(f"seed {seed}")  # noqa: T201 - shown where the test fails
    moments, wanted = random.Random(seed), []
    for _ in range(6):
        wanted += captured(connector.buffer, range(len(wanted), len(wanted) + 3000))
        goal = connector.buffer.facts().acked_through + moments.randrange(1, 3000)
        async with owner(connector.target, store) as running:
            await acked(connector.buffer, goal)
            await asyncio.sleep(moments.uniform(0, 0.01))
            assert await running.kill()
    async with owner(connector.target, store) as running:
        ended = await finished(running)
        assert request_ids(running.store) == wanted
    assert account(ended) == {"sync-1": (len(wanted), len(wanted))}


async def test_lines_that_were_not_committed_are_cut_off(connector, owner, tmp_path):
    """What a crash left behind the last commit is gone at the next start, and comes again."""
    captured(connector.buffer, range(3))
    async with owner(connector.target) as running:
        await acked(connector.buffer, 3)
        await running.kill()
    with (tmp_path / "exchanges.jsonl").open("a") as file:
        file.write('{"sync_id":"sync-1","exchange":{"requestId":"torn' + 9999 * "x")
    captured(connector.buffer, [3])
    async with owner(connector.target) as running:
        await finished(running)
        assert request_ids(running.store) == [f"req-{number}" for number in range(4)]


async def test_cut_off_it_resumes(connector, owner):
    """Connections that break in mid-stream lose nothing and bring nothing twice; the account stays whole."""
    wanted = []
    async with relay(connector.target) as between, owner(between.address) as running:
        for _ in range(5):
            wanted += captured(connector.buffer, range(len(wanted), len(wanted) + 2000))
            await acked(connector.buffer, len(wanted) - 1500)
            between.cut()
        ended = await finished(running)
        assert request_ids(running.store) == wanted
    assert ended.report["streams"] > 1
    assert account(ended) == {"sync-1": (len(wanted), len(wanted))}


async def test_exchanges_of_other_syncs_keep_their_own(connector, owner):
    """Left behind by another sync, or of none: stored under their own sync id, or ours; counted."""
    captured(connector.buffer, [0], sync_id="sync-0")
    captured(connector.buffer, [1], sync_id="")
    captured(connector.buffer, [2])
    async with owner(connector.target) as running:
        ended = await finished(running)
        assert [sync for sync, _ in lines(running.store)] == ["sync-0", "sync-1", "sync-1"]
    assert (ended.report["committed"], ended.report["foreign"]) == (3, 1)
    assert account(ended) == {"sync-0": (1, 1), "": (1, 1), "sync-1": (1, 1)}


async def test_what_was_dropped_is_in_the_ledger(owner):
    """A buffer that overflowed tells a gap; it is stored, acked, and part of the account."""
    async with serving_aio(CaptureBuffer(max_bytes=1000)) as connector:
        captured(connector.buffer, range(20))
        dropped = connector.buffer.counters()[0].dropped[0].count
        async with owner(connector.target) as running:
            ended = await finished(running)
            ((_, told),) = lines(running.store, "gap")
            assert len(request_ids(running.store)) == 20 - dropped
    assert (told["reason"], told["count"], told["lastSequence"]) == ("overflow", str(dropped), "20")
    assert ended.report["gaps"] == {"overflow": dropped}
    assert connector.buffer.facts().acked_through == 20


# one owner


async def test_replaced_it_stops(connector, owner):
    """A second owner of the same name takes the place; the first ends with 1 and says why."""
    wanted = captured(connector.buffer, range(10))
    async with owner(connector.target) as first:
        await acked(connector.buffer, 10)
        async with owner(connector.target, "other.jsonl") as second:
            ended = await first.ended()
            assert (ended.code, ended.report["state"]) == (1, "stopped")
            assert "another consumer took this one's place" in ended.err
            assert "REPLACED" in ended.err
            wanted += captured(connector.buffer, range(10, 20))
            ended = await finished(second)
            assert request_ids(first.store) + request_ids(second.store) == wanted
    assert ended.report["gaps"] == {"released_elsewhere": 10}


async def test_taken_over_it_stops_and_takes_over_itself(connector, owner, tmp_path):
    """Our own consumer throws it out by `take_over`, and it our consumer; nothing is in two stores."""
    wanted = captured(connector.buffer, range(10))
    with open_store(tmp_path / "sync.db", "rw") as store:
        async with owner(connector.target) as first:
            await acked(connector.buffer, 10)
            async with ExchangeConsumer(connector.target, store, sync_id="sync-1", take_over=True) as ours:
                ended = await first.ended()
                assert ended.code == 1
                assert "TAKEN_OVER" in ended.err
                wanted += captured(connector.buffer, range(10, 20))
                await acked(connector.buffer, 20)
                async with owner(connector.target, "third.jsonl", flags=["-take-over"]) as third:
                    await until(lambda: ours.report.state == "stopped")
                    wanted += captured(connector.buffer, range(20, 30))
                    await finished(third)
        middle = [row.request_id for row in store.exchanges().iterate()]
    assert request_ids(first.store) + middle + request_ids(third.store) == wanted


async def test_waits_while_another_owns(connector, owner):
    """Refused for another owner it tries again, and gets in once that one has drained."""
    captured(connector.buffer, range(10))
    async with owner(connector.target, consumer="first") as first:
        await acked(connector.buffer, 10)
        async with owner(connector.target, "other.jsonl", consumer="second") as second:
            await second.says("FailedPrecondition")
            await finished(first)
            captured(connector.buffer, range(10, 20))
            await acked(connector.buffer, 20)
            await finished(second)
            assert request_ids(second.store) == [f"req-{number}" for number in range(10, 20)]


async def test_a_file_has_one_writer(connector, owner):
    """A second owner of the same file ends with 1 before it says a word to the connector."""
    captured(connector.buffer, range(3))
    async with owner(connector.target) as first:
        await acked(connector.buffer, 3)
        async with owner(connector.target) as second:
            ended = await second.ended()
            assert (ended.code, ended.report["streams"]) == (1, 0)
            assert "is being written by another process" in ended.err
        await finished(first)


# what connectors may do


async def test_a_connector_without_provenance_is_no_error(owner):
    """UNIMPLEMENTED: told once, and the end is a good one."""
    async with ScriptedConnector() as connector, owner(connector.target) as running:
        ended = await running.ended()
    assert (ended.code, ended.report["state"]) == (0, "unsupported")
    assert ended.err == "owner: the connector hands over no exchanges\n"


@pytest.mark.parametrize("code", ["INVALID_ARGUMENT", "PERMISSION_DENIED", "UNAUTHENTICATED", "ABORTED"])
async def test_what_cannot_heal_stops_it(owner, code):
    """It obeys `closing` without a further word, and does not come again."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(), Closing(EPOCH, StatusCode[code].value[0], "a sentence"))
        assert await peer.rest() == peer.said[:1]

    async with ScriptedConnector(script) as connector, owner(connector.target) as running:
        ended = await running.ended()
        await connector.finished(1)
        assert connector.streams == 1
    assert ended.code == 1
    assert "a sentence" in ended.err


async def test_closing_counts_whatever_status_follows(owner):
    """`closing` says UNAVAILABLE and the call ends OK: it comes again, with what it has stored."""
    seen = []

    async def closes(peer):
        await peer.expect(Open)
        await peer.send(opened(), outgoing(1, 2), Closing(EPOCH, 14, "stopping"))
        await peer.rest()

    async def goes_on(peer):
        seen.append((await peer.expect(Open)).resume)
        await peer.send(opened(acked=2), outgoing(3))
        await peer.expect(Drain)
        await peer.acked(3)
        await peer.send(drained(3))
        await peer.expect(HALF_CLOSE)

    async with ScriptedConnector(closes, goes_on) as connector, owner(connector.target) as running:
        await until(lambda: seen)
        await finished(running)
        assert request_ids(running.store) == [f"{EPOCH}/{sequence}" for sequence in (1, 2, 3)]
    assert seen == [(ResumePosition(EPOCH, 2),)]


async def test_both_sides_beat_and_a_silent_connector_is_left(owner):
    """It says that it lives; from a connector that does not it turns away after 2.5 intervals."""

    async def falls_silent(peer):
        await peer.expect(Open)
        await peer.send(opened(interval=0.1))
        while Heartbeat() not in peer.said:
            await peer.send(ServerHeartbeat(EPOCH, 0))
            await asyncio.sleep(0.05)
        await peer.hang()

    async def ends(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await peer.expect(Drain)
        await peer.send(drained(0))
        await peer.expect(HALF_CLOSE)

    async with ScriptedConnector(falls_silent, ends) as connector, owner(connector.target) as running:
        await running.says("fell silent")
        await finished(running)


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ([outgoing(2)], "no gap told why"),
        ([gap(2, 3)], "gap 2 to 3 arrived after 0"),
        ([outgoing(1, epoch="another")], "another epoch"),
        ([opened()], "came twice"),
        ([drained(0)], "was not asked to"),
    ],
    ids=["a hole", "a hole before a gap", "a wrong epoch", "opened twice", "drained unasked"],
)
async def test_a_connector_that_breaks_the_protocol_is_asked_again(owner, broken, complaint):
    """Nothing of it is stored; the stream is given up, and the next one is as good as any."""

    async def breaks(peer):
        await peer.expect(Open)
        await peer.send(opened(), *broken)
        await peer.hang()

    async def behaves(peer):
        await peer.expect(Open)
        await peer.send(opened(), outgoing(1))
        await peer.expect(Drain)
        await peer.acked(1)
        await peer.send(drained(1, counters=(counters("", captured=1, acked=1),)))
        await peer.expect(HALF_CLOSE)

    async with ScriptedConnector(breaks, behaves) as connector, owner(connector.target) as running:
        await running.says(complaint)
        ended = await finished(running)
        assert request_ids(running.store) == [f"{EPOCH}/1"]
    assert ended.report["violations"] == 1


async def test_what_a_later_version_says_is_ignored(owner):
    """An unknown variant is a sign of life and no more."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await peer.send_raw(b"\xfa\x07\x01x")
        await peer.expect(Drain)
        await peer.send(drained(0))
        await peer.expect(HALF_CLOSE)

    async with ScriptedConnector(script) as connector, owner(connector.target) as running:
        ended = await finished(running)
    assert ended.report["violations"] == 0


async def test_a_drain_dies_with_its_stream(owner):
    """Cut off before the answer it asks again on the next stream."""

    async def dies(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await peer.expect(Drain)
        await peer.end(StatusCode.UNAVAILABLE)

    async def answers(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await peer.expect(Drain)
        await peer.send(drained(0))
        await peer.expect(HALF_CLOSE)

    async with ScriptedConnector(dies, answers) as connector, owner(connector.target) as running:
        await finished(running)


async def test_an_attestation_that_disagrees_is_found(owner):
    """The connector counts more than was stored: told, and the end is a good one no more."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(), outgoing(1))
        await peer.expect(Drain)
        await peer.acked(1)
        await peer.send(drained(1, counters=(counters("", captured=2, acked=2),)))
        await peer.expect(HALF_CLOSE)

    async with ScriptedConnector(script) as connector, owner(connector.target) as running:
        ended = await running.finish()
    assert ended.code == 1
    assert ended.report["findings"] == ['sync "": the connector counts 2 acked, 1 were stored']


async def test_a_connector_that_died_undrained_is_told_once(owner):
    """A new epoch after an undrained one: `unknown_loss` after its last watermark, once for good."""
    async with serving_aio(CaptureBuffer(epoch="first")) as connector:
        captured(connector.buffer, range(5))
        async with owner(connector.target) as running:
            await acked(connector.buffer, 5)
            await running.kill()
    losses = []
    for epoch in ("second", "second", "third"):
        async with serving_aio(CaptureBuffer(epoch=epoch)) as connector, owner(connector.target) as running:
            losses.append((await finished(running)).report["losses"])
    assert losses == [1, 0, 0]
    ((_, told),) = lines(running.store, "gap")
    assert (told["epoch"], told["firstSequence"], told["reason"]) == ("first", "6", "unknown_loss")


async def test_a_connector_that_is_gone_does_not_hold_up_the_sync(owner):
    """Nobody answers: after its patience it ends with 1."""
    with temporary_private_folder() as folder:
        async with owner(unix_address(folder, "nobody"), flags=["-patience", "300ms"]) as running:
            ended = await running.finish()
    assert ended.code == 1
    assert "no attestation within 300ms" in ended.err


async def test_a_connector_that_never_attests_does_not_hold_up_the_sync(owner):
    """What it delivered is stored; after the owner's patience that is all, and the code is 1."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(interval=300.0), outgoing(1))
        await peer.expect(Drain)
        await peer.hang()

    async with (
        ScriptedConnector(script) as connector,
        owner(connector.target, flags=["-patience", "300ms"]) as running,
    ):
        ended = await running.finish()
        assert request_ids(running.store) == [f"{EPOCH}/1"]
    assert (ended.code, ended.report["state"]) == (1, "stopped")
    assert "no attestation within 300ms" in ended.err


# the sidecar


async def test_a_sidecar_is_a_store_of_ours(connector, owner):
    """Rows, watermark and attestation of the SQLite database are read by our own reader."""
    captured(connector.buffer, range(200))
    async with owner(connector.target, "sync.db") as running:
        await finished(running)
    assert running.store.stat().st_mode & 0o777 == 0o600
    with open_store(running.store) as store:
        exchanges = store.exchanges()
        first = exchanges.get_exchange("req-0")
        (mark,) = exchanges.watermarks(CONNECTOR.name)
        said = exchanges.attestation(CONNECTOR.name, mark.epoch)
    assert first.request_json == b'{"kind":"http","method":"GET","url":"https://x/0"}'
    assert (first.sync_id, first.transport_kind) == ("sync-1", "http")
    assert (mark.through_sequence, mark.drained) == (200, True)
    assert said.counters == connector.buffer.counters()


async def test_our_consumer_goes_on_with_a_sidecar_and_go_with_ours(connector, owner, tmp_path):
    """Go began it, our consumer resumes at its watermark, and Go at ours: each exchange once."""
    wanted = captured(connector.buffer, range(10))
    async with owner(connector.target, "sync.db") as running:
        await finished(running)
    wanted += captured(connector.buffer, range(10, 20))
    with open_store(tmp_path / "sync.db", "rw") as store:
        async with ExchangeConsumer(connector.target, store, sync_id="sync-1") as ours:
            report = await ours.drain()
    assert report.consistent
    assert (report.committed, report.duplicates, report.released_elsewhere) == (10, 0, 0)
    wanted += captured(connector.buffer, range(20, 30))
    async with owner(connector.target, "sync.db") as running:
        ended = await finished(running)
    assert (ended.report["committed"], ended.report["gaps"]) == (10, {})
    assert request_ids(running.store) == wanted


async def test_losses_are_in_the_sidecars_ledger(owner):
    """Overflow and an undrained epoch are told in the ledger that our reader knows."""
    async with serving_aio(CaptureBuffer(max_bytes=1000, epoch="first")) as connector:
        captured(connector.buffer, range(20))
        async with owner(connector.target, "sync.db") as running:
            await acked(connector.buffer, 20)
            await running.kill()
    async with serving_aio(CaptureBuffer(epoch="second")) as connector:
        for _ in range(2):
            async with owner(connector.target, "sync.db") as running:
                await finished(running)
    with open_store(running.store) as store:
        told = [(entry.gap.epoch, entry.gap.reason) for entry in store.exchanges().ledger()]
    assert told == [("first", "overflow"), ("first", "unknown_loss")]


async def test_a_sidecar_is_merged_into_the_syncs_file(connector, owner, tmp_path):
    """While another program owns the `.c1z` exchanges wait beside it; merged, they explain its objects."""
    path = SyncFile().sync("sync-1").resource("user:a", ["req-3"]).save(tmp_path / "sync.c1z")
    captured(connector.buffer, range(10))
    async with owner(connector.target, "beside.db") as running:
        await finished(running)
    merged = await asyncio.to_thread(exchanges, "merge", running.store, "--into", path)
    assert merged.code == 0, merged.err
    with open_store(path) as store:
        (found,) = explain(store, "user:a")
        assert [exchange.request_id for exchange in found.exchanges] == ["req-3"]
        assert store.exchanges().count() == 10
        (mark,) = store.exchanges().watermarks(CONNECTOR.name)
    assert (mark.through_sequence, mark.drained) == (10, True)


async def test_a_watermark_that_moved_is_read_again(owner, tmp_path):
    """Another program has written the sidecar meanwhile: nothing is written over it, and it reopens there."""
    seen = []

    async def overtaken(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await until(lambda: watermarks_in(tmp_path / "sync.db"))
        with open_store(tmp_path / "sync.db", "rw") as store:
            store.exchanges().commit(Delivery("acme", EPOCH, 0, 2, [row(1), row(2)]))
        await peer.send(outgoing(1, 2))
        await peer.hang()

    async def goes_on(peer):
        seen.append((await peer.expect(Open)).resume)
        await peer.send(opened(), outgoing(3))
        await peer.expect(Drain)
        await peer.acked(3)
        await peer.send(drained(3))
        await peer.expect(HALF_CLOSE)

    async with (
        ScriptedConnector(overtaken, goes_on) as connector,
        owner(connector.target, "sync.db") as running,
    ):
        await running.says("watermark moved")
        await finished(running)
    assert seen == [(ResumePosition(EPOCH, 2),)]
    assert request_ids(running.store) == [f"{EPOCH}/{sequence}" for sequence in (1, 2, 3)]


# how it is called


@pytest.mark.parametrize(
    ("target", "consumer"), [("127.0.0.1:1", "go"), ("unix:/nowhere", "")], ids=["by TCP", "without a name"]
)
async def test_a_wrong_call_is_refused(owner, target, consumer):
    """Usage goes to stderr, the code is 2."""
    async with owner(target, consumer=consumer) as running:
        ended = await running.ended()
    assert ended.code == 2
    assert "owner:" in ended.err
