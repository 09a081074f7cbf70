"""Whatever a connector says, a syncer's terminal and log are its own, and what is sound is stored."""

import asyncio
import logging
import unicodedata

import grpc
import pytest

from captured_exchanges.exchange import (
    ConnectorInfo,
    Dropped,
    Entry,
    Open,
    Opened,
    OutgoingBatch,
    PolicyInfo,
    RedactedExchange,
    ServerHeartbeat,
    SyncCounters,
)
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ClientSettings, Patience
from captured_exchanges.wire import encode_exchange
from captured_exchanges.wire.documents import ResponseOfPoison
from support.cli_process import exchanges
from support.consumers import STYLES
from support.provenance_files import SyncFile
from support.store_files import made
from support.store_foreign import foreign
from support.syncer_messages import EPOCH, counters, drained, gap, opened
from support.syncer_server import ScriptedConnector, outgoing, until

EVIL = "\x1b]0;owned\x07\r\nERROR forged \x9b31m\u202e\u2028"
ONCE = Patience(attempts=1)
QUICK = ClientSettings(delivery_delay=0.01, backoff_initial=0.01, backoff_max=0.05, reconnect_timeout=0.3)


def harmless(text):
    """Whether nothing in it acts on a terminal, or begins a line of its own."""
    return all(character.isprintable() or unicodedata.category(character) == "Zs" for character in text)


@pytest.fixture(params=STYLES.values(), ids=STYLES)
def style(request):
    """A consumer of either style."""
    return request.param


def evil_opened():
    """An answer to `open` in which every name is evil."""
    return Opened(
        role="owner",
        epoch=EVIL,
        oldest_sequence=1,
        next_sequence=3,
        acked_through=0,
        heartbeat_interval=1.0,
        limits=opened().limits,
        connector=ConnectorInfo(EVIL, EVIL),
        redaction_policy=PolicyInfo(EVIL, EVIL, EVIL),
    )


def evil_batch():
    """Two exchanges of which every name is evil, and one document."""
    document = b'{"kind":"http","method":"GET","url":"' + EVIL.encode() + b'\0"}'
    rows = [RedactedExchange(f"{n}{EVIL}", EVIL, EVIL, document, EVIL.encode(), None, 0) for n in (1, 2)]
    return OutgoingBatch(EVIL, [Entry(n, encode_exchange(row)) for n, row in enumerate(rows, 1)], 0)


def evil_account():
    """Counters of an evil sync, with an evil reason, and numbers that no database holds."""
    return SyncCounters(EVIL, 9, 2, (Dropped(EVIL, 2, 2**64 - 1),), 2**64 - 1)


async def evil(peer):
    """A whole sync."""
    first = await peer.expect(Open)
    if not first.consumer_id:
        beat = ServerHeartbeat(EVIL, 0, 2, 9, 0, (evil_account(),))
        await peer.send(evil_opened(), beat, evil_batch(), gap(3, 4, epoch=EVIL, reason=EVIL))
        await peer.close(grpc.StatusCode.INTERNAL, EVIL, EVIL)
        return
    await peer.send(evil_opened(), evil_batch(), gap(3, 4, epoch=EVIL, reason=EVIL))
    if not first.resume:
        await peer.acked(4)
    await peer.send(drained(4, epoch=EVIL, counters=(evil_account(),)))
    await peer.rest()


ENDS = {
    "closing": lambda peer: peer.close(grpc.StatusCode.ABORTED, EVIL, EPOCH),
    "refusal": lambda peer: peer.end(grpc.StatusCode.PERMISSION_DENIED, EVIL),
    "passing": lambda peer: peer.end(grpc.StatusCode.UNAVAILABLE, EVIL),
    "owner": lambda peer: peer.end(grpc.StatusCode.FAILED_PRECONDITION, EVIL),
    "violation": lambda peer: peer.send(gap(7, 9, reason=EVIL)),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
async def test_how_streams_end_is_told_without_control_characters(tmp_path, style, caplog, end):
    """In the log, at whatever level, and in the report."""
    caplog.set_level(logging.DEBUG, "captured_exchanges")

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await end(peer)

    with open_store(tmp_path / "sync.db", "rw") as store:
        async with ScriptedConnector(script) as connector:
            async with style(connector.target, store, sync_id="ours", settings=QUICK) as consumer:
                await until(lambda: consumer.report.state == "stopped")
            report = consumer.report
    assert report.error
    assert harmless(f"{report.error} {report.trouble}")
    assert caplog.records
    assert all(harmless(record.getMessage()) for record in caplog.records)


async def test_names_reach_log_and_report_without_control_characters(tmp_path, style, caplog):
    """A sync whose every name is evil is stored as it is, and told harmlessly."""
    caplog.set_level(logging.DEBUG, "captured_exchanges")
    with open_store(tmp_path / "sync.db", "rw") as store:
        async with ScriptedConnector(evil) as connector:
            async with style(connector.target, store, sync_id="ours", settings=QUICK) as consumer:
                report = await consumer.drain()
            assert [row.request_id for row in store.exchanges().iterate()] == [f"1{EVIL}", f"2{EVIL}"]
    assert (report.attestation.epoch, report.lost) == (EVIL, 2)
    assert all(map(harmless, report.findings))
    assert all(map(harmless, report.gaps))
    assert all(harmless(record.getMessage()) for record in caplog.records)


async def test_a_file_s_own_names_reach_log_and_report_without_control_characters(tmp_path, style, caplog):
    """A table with an evil trigger on it is not written to; who says so does it harmlessly."""
    path = made(tmp_path / "sync.db", "r")
    quoted = EVIL.replace('"', "")
    foreign(path, f'CREATE TRIGGER "{quoted}" AFTER INSERT ON v1_exchanges BEGIN SELECT 1; END')

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(), outgoing(1))
        await peer.rest()

    with open_store(path, "rw") as store:
        async with (
            ScriptedConnector(script) as connector,
            style(connector.target, store, sync_id="ours", settings=QUICK, patience=ONCE) as consumer,
        ):
            await until(lambda: consumer.report.state == "stopped")
            report = consumer.report
    assert "owned" in str(report.error)
    assert harmless(str(report.error))
    assert any("owned" in record.getMessage() for record in caplog.records)
    assert all(harmless(record.getMessage()) for record in caplog.records)


LIVE = {
    "consume": ("--store", "FILE", "--sync-id", "ours", "--drain"),
    "tail": (),
    "stats": (),
    "doctor": (),
}
OFFLINE = {
    "list": ("FILE",),
    "show": ("FILE", f"1{EVIL}"),
    "stats": ("FILE",),
    "doctor": ("FILE",),
    "explain": ("OBJECTS", EVIL),
}


async def test_no_command_lets_a_control_character_through(tmp_path):
    """Whatever comes from the connector, or lies in the file that it filled, in both forms of output."""
    places = {"FILE": tmp_path / "sync.db", "OBJECTS": tmp_path / "sync.c1z"}
    SyncFile().sync(EVIL).resource(EVIL, [f"1{EVIL}"], sync_id=EVIL, name=EVIL).save(places["OBJECTS"])
    async with ScriptedConnector(evil) as connector:
        for command, more in LIVE.items():
            await expect_harmless(command, connector.target, *(places.get(word, word) for word in more))
    for command, words in OFFLINE.items():
        await expect_harmless(command, *(places.get(word, word) for word in words))
    await expect_harmless("explain", places["OBJECTS"], f"{EVIL}:{EVIL}", "--bodies")


async def expect_harmless(command, *words):
    """Run it for programs and for people."""
    for form in ("--json", "--table"):
        outcome = await asyncio.to_thread(exchanges, command, *words, form)
        said = outcome.out + outcome.err
        assert "owned" in said, (command, outcome)
        assert outcome.code in (0, 1), (command, outcome)
        assert all(harmless(line) for line in said.split("\n")), (command, said)
        assert "a bug in" not in said, (command, said)


async def test_poison_costs_one_exchange_and_not_its_neighbours(tmp_path, style):
    """Over the wire: a name and a document that are no UTF-8, and an exchange without an id. They are kept
    with their bytes and the reason, acked, and counted.
    """
    message = ResponseOfPoison()
    batch = message.batch
    batch.epoch = EPOCH
    batch.exchanges.add(sequence=1, request_id=b"r1", transport_kind=b"http", request_json=b"{}")
    batch.exchanges.add(sequence=2, request_id=b"r\xff", transport_kind=b"http", request_json=b"{}")
    batch.exchanges.add(sequence=3, request_id=b"r3", transport_kind=b"http", request_json=b"\xfe{}")
    batch.exchanges.add(sequence=4, transport_kind=b"http", request_json=b'{"a":1}')
    batch.exchanges.add(sequence=5, request_id=b"r5", transport_kind=b"http", request_json=b"{}")

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await peer.send_raw(message.SerializeToString())
        await peer.acked(5)
        await peer.send(drained(5, counters=(counters("ours", captured=5, acked=5),)))
        await peer.rest()

    with open_store(tmp_path / "sync.db", "rw") as store:
        async with (
            ScriptedConnector(script) as connector,
            style(connector.target, store, sync_id="ours", settings=QUICK) as consumer,
        ):
            report = await consumer.drain()
        assert [row.request_id for row in store.exchanges().iterate()] == ["r1", "r5"]
        with store.snapshot() as connection:
            kept = connection.execute(
                "SELECT sequence, request_id, request_json, reason FROM v1_exchange_quarantine ORDER BY id"
            ).fetchall()
    assert [row[:3] for row in kept] == [(2, "r\\xff", b"{}"), (3, "r3", b"\xfe{}"), (4, "None", b'{"a":1}')]
    assert [row[3].partition(":")[0] for row in kept] == ["not UTF-8", "not UTF-8", "IntegrityError"]
    assert (report.committed, report.quarantined, report.violations) == (5, 3, 0)
