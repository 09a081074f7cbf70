"""The consumer over real sockets into a real store, against a connector that follows a script."""

import asyncio
import logging
import sqlite3
import threading

import grpc
import grpc.aio
import pytest

from captured_exchanges.errors import ConsumerStopped
from captured_exchanges.exchange import (
    MAX_SEQUENCE,
    Ack,
    Closing,
    Drain,
    Heartbeat,
    Limits,
    Open,
    ResumePosition,
    ServerHeartbeat,
)
from captured_exchanges.store import Delivery, open_store
from captured_exchanges.syncer import ClientSettings, ExchangeConsumer, Patience
from support.consumers import STYLES
from support.syncer_messages import CONNECTOR, EPOCH, captured, counters, drained, gap, opened
from support.syncer_server import HALF_CLOSE, ScriptedConnector, outgoing, until
from support.syncer_stores import CountingStore, FlakyStore, PoisoningStore, SlowStore

StatusCode = grpc.StatusCode
QUICK = ClientSettings(delivery_delay=0.02, backoff_max=0.1)
IMPATIENT = Patience(attempts=3, seconds=5.0, first_wait=0.001, longest_wait=0.002)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "sync.db", "rw") as store:
        yield store


@pytest.fixture(params=STYLES.values(), ids=STYLES.keys())
def style(request):
    """What holds for the one style of consumer holds for the other."""
    return request.param


@pytest.fixture
def consumer(style):
    def made(connector, store, **named):
        named.setdefault("settings", QUICK)
        named.setdefault("sync_id", "ours")
        return style(connector.target, store, **named)

    return made


def rows(store):
    """Request ids in the order of their rows."""
    return [exchange.request_id for exchange in store.exchanges().iterate(limit=10_000)]


def ids(*sequences, epoch=EPOCH):
    return [f"{epoch}/{sequence}" for sequence in sequences]


async def answer_drain(peer, through, **named):
    await peer.expect(Drain)
    await peer.send(drained(through, **named))
    await peer.expect(HALF_CLOSE)


# the way of rows


async def test_what_was_acked_is_in_the_store_and_nothing_earlier(consumer, store, tmp_path):
    """When an ack arrives, another connection already reads the rows it covers."""
    seen = []

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(), outgoing(1, 2), outgoing(3))
        through = 0
        while through < 3:
            through = (await peer.expect(Ack)).through_sequence
            with sqlite3.connect(tmp_path / "sync.db") as other:
                seen.append((through, other.execute("SELECT count(*) FROM v1_exchanges").fetchone()[0]))
            other.close()
        await peer.hang()

    async with ScriptedConnector(script) as connector, consumer(connector, store) as running:
        await until(lambda: seen and seen[-1][0] == 3)
        assert running.report.committed == 3
    assert all(stored >= through for through, stored in seen)
    assert rows(store) == ids(1, 2, 3)


async def test_no_ack_while_the_transaction_is_open(consumer, store):
    """A commit that takes its time is not acked before it is done, and the stream lives on meanwhile."""
    slow = SlowStore(store.exchanges(), blocked_after=1)

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(interval=0.4), outgoing(1))
        await until(slow.blocked.is_set)
        for _ in range(2):
            await peer.expect(Heartbeat)
            await peer.send(ServerHeartbeat(EPOCH, 0))
        assert not [request for request in peer.said if isinstance(request, Ack)]
        slow.release.set()
        await peer.acked(1)
        await peer.hang()

    async with ScriptedConnector(script) as connector, consumer(connector, slow):
        await until(lambda: store.exchanges().count() == 1)
        assert slow.threads == {"exchange-writer_0"}


async def test_the_event_loop_runs_while_a_commit_is_stuck(consumer, store):
    """Only the loop can let this commit go on: were it on the loop, nothing would ever move again."""
    slow = SlowStore(store.exchanges(), blocked_after=0)

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await peer.hang()

    async with ScriptedConnector(script) as connector, consumer(connector, slow) as running:
        await until(slow.blocked.is_set)
        assert running.report.state == "connected"
        slow.release.set()
        await until(lambda: store.exchanges().watermarks())


async def test_big_messages_go_through(consumer, store):
    """Messages that are parsed on a thread arrive whole and in order."""
    body = b'{"kind":"http","body":"' + b"x" * 300_000 + b'"}'

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(), *(outgoing(n, n + 1, body=body) for n in range(1, 21, 2)))
        await peer.acked(20)
        await answer_drain(peer, 20)

    async with ScriptedConnector(script) as connector, consumer(connector, store) as running:
        assert (await running.drain()).committed == 20
    assert rows(store) == ids(*range(1, 21))
    assert store.exchanges().get_exchange(f"{EPOCH}/7").request_json == body


async def test_exchanges_keep_their_own_sync_and_strangers_are_counted(consumer, store):
    """Rows go under their own sync id; those without get ours; those of other syncs count as foreign."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(
            opened(), outgoing(1), outgoing(2, sync_id="ours"), outgoing(3, 4, sync_id="theirs"), gap(5, 7)
        )
        await peer.acked(7)
        told = counters("", captured=1, acked=1), counters("ours", captured=1, acked=1)
        await answer_drain(peer, 7, counters=(*told, counters("theirs", captured=5, acked=2)))

    async with ScriptedConnector(script) as connector, consumer(connector, store) as running:
        report = await running.drain()
    assert [row.sync_id for row in store.exchanges().iterate()] == ["ours", "ours", "theirs", "theirs"]
    assert (report.received, report.committed, report.foreign, report.lost) == (4, 4, 2, 3)
    assert dict(report.gaps) == {"overflow": 3}
    assert not report.consistent, "3 lost to overflow are not in the counters"
    assert "overflow" in report.findings[0]
    assert [entry.gap for entry in store.exchanges().ledger()] == [gap(5, 7)]


# drain and exit


async def test_drain_returns_the_attestation_and_exit_gives_ownership_up(consumer, store):
    """Attested, committed as drained, agreed by both sides; then the half-close, and nothing else."""

    async def script(peer):
        assert (await peer.expect(Open)).sync_id == "ours"
        await peer.send(opened(), outgoing(1, 2, sync_id="ours"))
        assert (await peer.expect(Drain)).timeout == 1.5
        await peer.acked(2)
        await peer.send(drained(2, counters=(counters("ours", captured=2, acked=2),)))
        await peer.expect(HALF_CLOSE)

    async with ScriptedConnector(script) as connector:
        async with consumer(connector, store) as running:
            report = await running.drain(settle=1.5)
            assert report.state == "connected"
        await connector.finished(1)
    assert report.consistent
    assert report.error is None
    assert report.attestation.counters == (counters("ours", captured=2, acked=2),)
    [mark] = store.exchanges().watermarks()
    assert (mark.epoch, mark.through_sequence, mark.connector, mark.drained) == (EPOCH, 2, CONNECTOR, True)
    assert running.report.state == "stopped"
    assert running.report.error is None


async def test_a_drain_that_takes_too_long_says_so(consumer, store):
    """The wait is bounded; what was asked goes on, and a later drain may still be answered."""
    answer = asyncio.Event()

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await peer.expect(Drain)
        await answer.wait()
        await peer.send(drained(0))
        await answer_drain(peer, 0)

    async with ScriptedConnector(script) as connector, consumer(connector, store) as running:
        late = await running.drain(0.1)
        assert late.timed_out
        assert not late.consistent
        answer.set()
        assert (await running.drain()).consistent


async def test_exit_without_drain_keeps_what_arrived(consumer, store):
    """A sync that fails commits what it has been given; the connector keeps the place for its return."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(), outgoing(1))
        await peer.hang()

    async def failing_sync(connector):
        async with consumer(connector, store, settings=ClientSettings(delivery_delay=60)) as running:
            await until(lambda: running.report.received == 1)
            raise ZeroDivisionError

    async with ScriptedConnector(script) as connector:
        with pytest.raises(ZeroDivisionError):
            await failing_sync(connector)
        await connector.finished(1)
    assert rows(store) == ids(1)


def exchange_threads():
    """Our threads that run now; the pools of other tests' servers among them, until they are collected."""
    return {thread for thread in threading.enumerate() if thread.name.startswith("exchange-")}


async def test_nothing_is_left_behind(consumer, store):
    """After the block neither tasks nor threads of the consumer exist, however it went."""
    before = asyncio.all_tasks()
    running_before = exchange_threads()

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(), outgoing(1))
        await answer_drain(peer, 1, acked=1)

    async with ScriptedConnector(script) as connector:
        serving = asyncio.all_tasks()
        async with consumer(connector, store) as running:
            await running.drain()
        await connector.finished(1)
        async with consumer(connector, store):
            pass
        left = {task for task in asyncio.all_tasks() - serving if task.get_name().startswith("exchange-")}
        assert not left
    assert not {task for task in asyncio.all_tasks() - before if task.get_name().startswith("exchange-")}
    assert not exchange_threads() - running_before


async def test_a_cancelled_host_leaves_a_settled_store(store):
    """Cancelling the sync ends the consumer after the transaction in flight, and passes through."""
    slow, running_before = SlowStore(store.exchanges(), blocked_after=1), exchange_threads()

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(), outgoing(1))
        await peer.hang()

    async def sync(connector):
        async with ExchangeConsumer(connector.target, slow, sync_id="ours", settings=QUICK):
            await peer_is_stuck.wait()
            await asyncio.Event().wait()

    peer_is_stuck = asyncio.Event()
    async with ScriptedConnector(script) as connector:
        host = asyncio.create_task(sync(connector))
        await until(slow.blocked.is_set)
        peer_is_stuck.set()
        host.cancel()
        await asyncio.sleep(0)
        slow.release.set()
        with pytest.raises(asyncio.CancelledError):
            await host
    assert rows(store) == ids(1)
    assert not exchange_threads() - running_before


# cuts


async def test_a_cut_stream_resumes_without_repeating_a_row(consumer, store):
    """After an abrupt end the next stream opens with the watermark; each row is written once."""
    counting = CountingStore(store.exchanges())

    async def first(peer):
        await peer.expect(Open)
        await peer.send(opened(), outgoing(1, 2))
        await peer.acked(2)
        await peer.send(outgoing(3, 4))
        await peer.end(StatusCode.UNAVAILABLE, "cut")

    async def second(peer):
        opening = await peer.expect(Open)
        [position] = opening.resume
        assert position.epoch == EPOCH
        assert position.after_sequence in (2, 4)
        await peer.send(opened(acked=2, next_sequence=6), outgoing(*range(position.after_sequence + 1, 6)))
        await peer.acked(5)
        await answer_drain(peer, 5)

    async with ScriptedConnector(first, second) as connector, consumer(connector, counting) as running:
        await until(lambda: connector.streams == 2)
        report = await running.drain()
        assert (report.committed, report.streams) == (5, 2)
    assert rows(store) == ids(1, 2, 3, 4, 5)
    assert counting.written == ids(1, 2, 3, 4, 5)


async def test_redelivered_rows_never_reach_the_table(consumer, store):
    """A server that starts too early repeats rows; they are dropped before the upsert."""
    counting = CountingStore(store.exchanges())
    store.exchanges().commit(delivery(1, 2))

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(), outgoing(1, 2, 3))
        await peer.expect(Ack)
        await answer_drain(peer, 3)

    async with ScriptedConnector(script) as connector, consumer(connector, counting) as running:
        report = await running.drain()
    assert report.duplicates == 2
    assert counting.written == ids(3)


async def test_it_waits_for_a_connector_that_is_not_there_yet(consumer, store, caplog):
    """Nothing listens, then something does: the consumer finds it without being told."""
    caplog.set_level(logging.ERROR)

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await answer_drain(peer, 0)

    async with ScriptedConnector(script) as connector:
        await connector.stop()
        async with consumer(connector, store) as running:
            await until(lambda: running.report.trouble)
            assert running.report.state == "connecting"
            await connector.start()
            assert (await running.drain()).consistent
    assert not caplog.records


async def test_a_killed_connector_is_a_new_epoch_and_an_unknown_loss(consumer, store):
    """The server dies; the next one begins another epoch: what the old one lost is in the ledger."""

    async def first(peer):
        await peer.expect(Open)
        await peer.send(opened(), outgoing(1))
        await peer.expect(Ack)
        await peer.hang()

    async def second(peer):
        assert (await peer.expect(Open)).resume == (ResumePosition(EPOCH, 1),)
        await peer.send(opened(epoch="second"), outgoing(1, epoch="second"))
        await peer.expect(Ack)
        await answer_drain(peer, 1, epoch="second")

    async with ScriptedConnector(first, second) as connector, consumer(connector, store) as running:
        await until(lambda: running.report.committed == 1)
        await connector.stop()
        await connector.start()
        report = await running.drain()
    assert rows(store) == [*ids(1), *ids(1, epoch="second")]
    assert report.unknown_losses == 1
    [entry] = store.exchanges().ledger()
    assert entry.gap == gap(2, MAX_SEQUENCE, count=0, reason="unknown_loss")
    async with ScriptedConnector(another_epoch) as connector, consumer(connector, store) as running:
        await running.drain()
    assert len(store.exchanges().ledger()) == 1, "told once, over all runs"


async def another_epoch(peer):
    await peer.expect(Open)
    await peer.send(opened(epoch="third"))
    await answer_drain(peer, 0, epoch="third")


# heartbeats and silence


async def test_heartbeats_flow_while_nothing_else_does(consumer, store):
    """A silent sync tells its connector that it lives."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(interval=0.2))
        for _ in range(4):
            await peer.expect(Heartbeat)
            await peer.send(ServerHeartbeat(EPOCH, 0, retained_exchanges=3, pending=2))
        await peer.hang()

    async with ScriptedConnector(script) as connector, consumer(connector, store) as running:
        await until(lambda: running.report.pending == 2)
        assert running.report.retained == 3


async def test_a_silent_server_is_left_and_tried_again(consumer, store):
    """Death without a word: the call is cancelled and another one made."""

    async def silent(peer):
        await peer.expect(Open)
        await peer.send(opened(interval=0.02))
        await peer.hang()

    async with ScriptedConnector(silent) as connector, consumer(connector, store) as running:
        await until(lambda: connector.streams >= 3)
        assert "silent" in running.report.trouble


# odd and hostile servers


async def garbage(peer):
    await peer.expect(Open)
    await peer.send(opened(), outgoing(1))
    await peer.send_raw(b"\xff\xff\xff no message")
    await peer.hang()


async def out_of_order(peer):
    await peer.expect(Open)
    await peer.send(opened(), outgoing(1), outgoing(3))
    await peer.hang()


async def unasked(peer):
    await peer.expect(Open)
    await peer.send(opened(), outgoing(1), drained(1))
    await peer.hang()


async def oversized(peer):
    await peer.expect(Open)
    await peer.send(opened(), outgoing(1))
    await peer.expect(Ack)
    await peer.send_raw(bytes(5 * 1024 * 1024))
    await peer.hang()


@pytest.mark.parametrize("bad", [garbage, out_of_order, unasked, oversized])
async def test_a_server_that_breaks_the_protocol_is_left_and_resumed(consumer, store, bad):
    """What came before the offence is kept, and the next stream goes on behind it."""

    async def good(peer):
        assert (await peer.expect(Open)).resume == (ResumePosition(EPOCH, 1),)
        await peer.send(opened(acked=1), outgoing(2))
        await peer.expect(Ack)
        await answer_drain(peer, 2)

    async with ScriptedConnector(bad, good) as connector, consumer(connector, store) as running:
        await until(lambda: connector.streams == 2)
        report = await running.drain()
    assert rows(store) == ids(1, 2)
    assert report.error is None
    assert report.trouble


async def test_messages_of_a_later_version_are_ignored(consumer, store):
    """An unknown variant changes nothing."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await peer.send_raw(b"\xfa\x7d\x02hi")
        await peer.send(outgoing(1))
        await peer.expect(Ack)
        await answer_drain(peer, 1)

    async with ScriptedConnector(script) as connector, consumer(connector, store) as running:
        assert (await running.drain()).violations == 0
    assert rows(store) == ids(1)


async def test_the_allowance_bounds_what_is_held(consumer, store):
    """`open` names bounds, and a server that ignores them is cut off with the rest unread."""
    slow = SlowStore(store.exchanges(), blocked_after=1)

    async def flood(peer):
        limits = (await peer.expect(Open)).limits
        await peer.send(opened())
        for sequence in range(1, limits.max_outstanding_exchanges * 3):
            await peer.send(outgoing(sequence))
        await peer.hang()

    settings = ClientSettings(
        limits=Limits(8, 1 << 20, 4, 1 << 16, 0.05), delivery_delay=0.02, backoff_initial=30, backoff_max=30
    )
    async with ScriptedConnector(flood) as connector, consumer(connector, slow, settings=settings) as running:
        await until(lambda: running.report.violations == 1)
        assert running.report.received <= 8
        slow.release.set()


# ends that stay


async def test_a_connector_without_provenance_is_told_once_and_harms_nobody(consumer, store, caplog):
    """UNIMPLEMENTED: one line in the log, no error, and drain answers at once."""
    caplog.set_level(logging.INFO, logger="captured_exchanges")
    async with ScriptedConnector() as connector, consumer(connector, store) as running:
        report = await running.drain()
        assert (report.state, report.error, report.attestation) == ("unsupported", None, None)
        assert (await running.drain()).state == "unsupported"
    assert [record.levelname for record in caplog.records] == ["INFO"]


async def test_a_replaced_consumer_stops_and_says_so(consumer, store, caplog):
    """It does not come back, the sync goes on, the report names the reason."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(), outgoing(1))
        await peer.expect(Ack)
        await peer.close(StatusCode.ABORTED, "REPLACED: this consumer opened another stream", EPOCH)

    async with ScriptedConnector(script) as connector, consumer(connector, store) as running:
        await until(lambda: running.report.state == "stopped")
        report = await running.drain()
        assert isinstance(report.error, ConsumerStopped)
        assert report.error.code == StatusCode.ABORTED.value[0]
        assert "REPLACED" in str(report.error)
        assert connector.streams == 1
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1


async def test_closing_counts_whatever_status_follows(consumer, store):
    """The stream breaks off with another status than announced: the announcement is obeyed."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(), Closing(EPOCH, StatusCode.ABORTED.value[0], "TAKEN_OVER: by another"))
        await peer.rest()
        await peer.end(StatusCode.UNAVAILABLE)

    async with ScriptedConnector(script) as connector, consumer(connector, store) as running:
        await until(lambda: running.report.state == "stopped")
        assert "TAKEN_OVER" in str(running.report.error)


async def test_nothing_is_written_after_closing(consumer, store):
    """Rows that came before `closing` are committed without an ack; only the half-close follows."""

    async def first(peer):
        await peer.expect(Open)
        await peer.send(opened(interval=0.2), outgoing(1), Closing(EPOCH, 14, "restarting"))
        said = await peer.rest()
        assert not [request for request in said if isinstance(request, Ack)]
        await peer.end(StatusCode.UNAVAILABLE)

    async def second(peer):
        assert (await peer.expect(Open)).resume == (ResumePosition(EPOCH, 1),)
        await peer.send(opened(acked=1))
        await answer_drain(peer, 1)

    slow = ClientSettings(delivery_delay=0.5, backoff_max=0.1)
    async with (
        ScriptedConnector(first, second) as connector,
        consumer(connector, store, settings=slow) as running,
    ):
        await connector.finished(1)
        await running.drain()
    assert rows(store) == ids(1)


@pytest.mark.parametrize("code", [StatusCode.INVALID_ARGUMENT, StatusCode.PERMISSION_DENIED])
async def test_statuses_that_cannot_heal_stop_it(consumer, store, code):
    """One attempt, and the sentence of the server in the error."""

    async def script(peer):
        await peer.expect(Open)
        await peer.end(code, "open.resume is wrong")

    async with ScriptedConnector(script) as connector, consumer(connector, store) as running:
        await until(lambda: running.report.state == "stopped")
        assert "open.resume is wrong" in str(running.report.error)
        assert connector.streams == 1


async def test_another_owner_is_waited_for(consumer, store):
    """Refused twice, then admitted: the sync notices nothing."""

    async def refuse(peer):
        await peer.expect(Open)
        await peer.end(StatusCode.FAILED_PRECONDITION, "consumer 'other' owns this connector's exchanges")

    async def admit(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await answer_drain(peer, 0)

    async with ScriptedConnector(refuse, refuse, admit) as connector, consumer(connector, store) as running:
        assert (await running.drain()).consistent
        assert connector.streams == 3


async def test_another_owner_that_stays_ends_it(consumer, store):
    """After `ownership_timeout` the error names the owner."""

    async def refuse(peer):
        await peer.expect(Open)
        await peer.end(StatusCode.FAILED_PRECONDITION, "consumer 'other' owns this connector's exchanges")

    settings = ClientSettings(ownership_timeout=1.0, backoff_max=0.05)
    async with (
        ScriptedConnector(refuse) as connector,
        consumer(connector, store, settings=settings) as running,
    ):
        report = await running.drain()
        assert "'other'" in str(report.error)
        assert connector.streams > 1


# the store's faults


async def test_a_store_that_refuses_for_a_while_is_tried_again(consumer, store):
    """A lock that goes away costs time, not exchanges."""
    flaky = FlakyStore(store.exchanges(), faults=2)

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(), outgoing(1))
        await peer.expect(Ack)
        await answer_drain(peer, 1, counters=(counters(captured=1, acked=1),))

    async with (
        ScriptedConnector(script) as connector,
        consumer(connector, flaky, patience=IMPATIENT) as running,
    ):
        assert (await running.drain()).consistent
    assert rows(store) == ids(1)


async def test_a_store_that_goes_on_refusing_stops_it_without_an_ack(consumer, store):
    """Bounded retries, then a clear end; what was committed before stays."""
    flaky = FlakyStore(store.exchanges(), faults=1000, after=1)
    said = []

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(), outgoing(1))
        said.extend(await peer.rest())

    async with (
        ScriptedConnector(script) as connector,
        consumer(connector, flaky, patience=IMPATIENT) as running,
    ):
        report = await running.drain()
        assert report.state == "stopped"
        assert "another program" in str(report.error)
        assert flaky.refused == IMPATIENT.attempts
    assert rows(store) == []
    assert [mark.through_sequence for mark in store.exchanges().watermarks()] == [0]


async def test_a_store_opened_for_reading_stops_it_with_a_sentence(consumer, tmp_path):
    """What cannot heal is not tried again."""
    with open_store(tmp_path / "sync.db", "rw"):
        pass

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await peer.hang()

    with open_store(tmp_path / "sync.db") as read_only:
        async with ScriptedConnector(script) as connector, consumer(connector, read_only) as running:
            assert "open for reading" in str((await running.drain()).error)


async def test_a_moved_watermark_rolls_back_and_reopens(consumer, store):
    """Somebody else commits the same epoch: nothing is written twice, the stream starts behind them."""

    async def first(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await until(lambda: store.exchanges().watermarks())
        store.exchanges().commit(delivery(1, 2))
        await peer.send(outgoing(1))
        await peer.hang()

    async def second(peer):
        assert (await peer.expect(Open)).resume == (ResumePosition(EPOCH, 2),)
        await peer.send(opened(acked=2), outgoing(3))
        await peer.expect(Ack)
        await answer_drain(peer, 3)

    async with ScriptedConnector(first, second) as connector, consumer(connector, store) as running:
        await until(lambda: connector.streams == 2)
        await running.drain()
    assert rows(store) == ids(1, 2, 3)


async def test_a_poisoned_exchange_is_quarantined_and_its_neighbours_land(consumer, store):
    """One row that SQLite refuses costs one row, is counted, and is acked with the others."""
    poisoned = PoisoningStore(store.exchanges(), sequence=2)

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(), outgoing(1, 2, 3))
        await peer.acked(3)
        await answer_drain(peer, 3)

    async with ScriptedConnector(script) as connector, consumer(connector, poisoned) as running:
        report = await running.drain()
    assert rows(store) == ids(1, 3)
    assert (report.committed, report.quarantined) == (3, 1)


async def test_a_store_without_the_capability_is_skipped_silently(consumer, caplog):
    """No connection, no word in the log, and every question is answered."""
    caplog.set_level(logging.DEBUG, logger="captured_exchanges")

    async def script(peer):
        await peer.hang()

    async with ScriptedConnector(script) as connector:
        async with consumer(connector, object()) as running:
            assert (await running.drain()).state == "skipped"
        assert connector.streams == 0
    assert running.report.error is None
    assert not caplog.records


async def test_a_store_that_fails_at_the_door_harms_nobody(style):
    """A host's own store may raise anything."""

    class Broken:
        def exchanges(self):
            raise LookupError

    async with style("unix:/nowhere", Broken()) as running:
        report = await running.drain()
    assert report.state == "stopped"
    assert "LookupError" in str(report.error)


# targets and names


async def test_an_address_that_may_not_be_dialled_is_told_not_raised(style, store):
    """The rules of who may connect hold; the sync goes on."""
    async with style("127.0.0.1:50051", store) as running:
        report = await running.drain()
    assert report.state == "stopped"
    assert "127.0.0.1:50051" in str(report.error)


async def test_a_channel_of_the_host_is_used_and_left_open(store):
    """The consumer closes only what it opened."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await answer_drain(peer, 0)

    async with ScriptedConnector(script) as connector, grpc.aio.insecure_channel(connector.target) as channel:
        async with ExchangeConsumer(channel, store, settings=QUICK) as running:
            assert (await running.drain()).consistent
        assert channel.get_state() is not grpc.ChannelConnectivity.SHUTDOWN


async def test_a_consumer_is_entered_once(style):
    """A second entry is a mistake of the caller's, and told as one."""
    running = style("unix:/nowhere", object())
    async with running:
        pass
    with pytest.raises(RuntimeError, match="once"):
        async with running:
            pass


# helpers


def delivery(first, last):
    """Rows that somebody else commits."""
    return Delivery(CONNECTOR, EPOCH, first - 1, last, [captured(n) for n in range(first, last + 1)])
