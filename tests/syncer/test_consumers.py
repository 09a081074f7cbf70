"""Several connectors, one store: what is theirs together, and what each keeps to itself."""

import asyncio
import threading
from contextlib import AsyncExitStack

import grpc
import pytest

from captured_exchanges.exchange import MAX_SEQUENCE, Limits, Open
from captured_exchanges.handoff.consuming import ClientSettings
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ExchangeConsumers, Patience, ThreadedExchangeConsumers
from support.both_servers import AioConnector, ThreadedConnector, serving
from support.consumers import SEVERAL
from support.syncer_messages import gap, opened
from support.syncer_server import HALF_CLOSE, PATIENCE, ScriptedConnector, outgoing, until
from support.syncer_stores import FlakyStore

QUICK = ClientSettings(delivery_delay=0.02, backoff_max=0.1)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "sync.db", "rw") as store:
        yield store


@pytest.fixture(params=SEVERAL.values(), ids=SEVERAL.keys())
def style(request):
    """What holds for the one style of consumers holds for the other."""
    return request.param


@pytest.fixture
async def connectors():
    """Connectors that all call themselves `acme`, served in both styles; a call makes so many."""
    async with AsyncExitStack() as stack:

        async def make(count):
            kinds = [(AioConnector, ThreadedConnector)[number % 2] for number in range(count)]
            return [await stack.enter_async_context(serving(kind)) for kind in kinds]

        yield make


def syncs(store):
    """The sync ids of all rows, in order."""
    return [exchange.sync_id for exchange in store.exchanges().iterate(limit=100_000)]


def marks(store):
    """Connector, watermark and drained state of every epoch."""
    return sorted(
        (mark.connector, mark.through_sequence, mark.drained) for mark in store.exchanges().watermarks()
    )


async def test_all_land_in_one_file_each_with_its_own_watermark(style, store, connectors):
    """Three connectors of one name, drained at once: all rows, three accounts, one sum, one writer."""
    each = dict(zip("abc", await connectors(3), strict=True))
    for number, (name, connector) in enumerate(each.items(), 1):
        connector.capture(100 * number, sync_id=f"sync-{name}")
    targets = {name: connector.address for name, connector in each.items()}
    async with style(targets, store, sync_id="sync-a", settings=QUICK) as consumers:
        report = await consumers.drain()
        writers = [thread for thread in threading.enumerate() if thread.name.startswith("exchange-writer")]
    assert len(writers) == 1
    assert {name: each.committed for name, each in report.connectors.items()} == {
        "a": 100,
        "b": 200,
        "c": 300,
    }
    assert (report.consistent, report.committed, report.received) == (True, 600, 600)
    assert (report.foreign, report.lost, report.unknown_losses, report.duplicates) == (500, 0, 0, 0)
    assert (report.errors, report.gaps, report.timed_out) == ({}, {}, False)
    assert marks(store) == [("a", 100, True), ("b", 200, True), ("c", 300, True)]
    assert [syncs(store).count(f"sync-{name}") for name in "abc"] == [100, 200, 300]
    assert not store.exchanges().ledger()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("exchange-writer")]


async def test_connectors_of_one_name_are_told_apart_after_a_crash(style, store, connectors):
    """One of two namesakes begins a new epoch: what it may have lost is told, and of the other nothing."""
    first, second = await connectors(2)
    targets = {"one": first.address, "two": second.address}
    for connector in (first, second):
        connector.capture(5)
    async with style(targets, store, sync_id="ours", settings=QUICK) as consumers:
        await until(lambda: consumers.report.committed == 10)
    lost_epoch = first.buffer.facts().epoch
    await first.stop()
    async with serving(AioConnector) as reborn:
        for connector in (reborn, second):
            connector.capture(2)
        targets["one"] = reborn.address
        async with style(targets, store, sync_id="ours", settings=QUICK) as consumers:
            report = await consumers.drain()
    await first.start()
    assert report.consistent
    assert {name: each.unknown_losses for name, each in report.connectors.items()} == {"one": 1, "two": 0}
    [entry] = store.exchanges().ledger()
    assert entry.connector == "one"
    assert entry.gap == gap(6, MAX_SEQUENCE, epoch=lost_epoch, count=0, reason="unknown_loss")
    assert (report.committed, report.duplicates) == (4, 0)
    assert marks(store) == [("one", 2, True), ("one", 5, False), ("two", 7, True)]


async def test_addresses_are_names_too_and_one_alone_keeps_its_own(style, store, connectors):
    """A list is known by its addresses; a list of one is a consumer of one, and goes on as it began."""
    first, second = await connectors(2)
    first.capture(1)
    async with style([first.address], store, sync_id="ours", settings=QUICK) as consumers:
        await until(lambda: consumers.report.committed == 1)
    assert marks(store) == [("acme", 1, False)]
    first.capture(1)
    second.capture(1)
    async with style([first.address, second.address], store, sync_id="ours", settings=QUICK) as consumers:
        report = await consumers.drain()
    assert list(report.connectors) == [first.address, second.address]
    assert (report.consistent, report.committed, report.unknown_losses) == (True, 2, 0)
    assert marks(store) == sorted([("acme", 2, True), (second.address, 1, True)])


async def test_what_one_suffers_is_no_concern_of_the_others(style, store, connectors, tmp_path):
    """Beside one that is not there, one without provenance, one that refuses and one that may not be
    dialled, the others are drained, and the report names each.
    """
    healthy = await connectors(2)
    for connector in healthy:
        connector.capture(50)

    async def refuse(peer):
        await peer.expect(Open)
        await peer.end(grpc.StatusCode.PERMISSION_DENIED, "not you")

    async with ScriptedConnector() as old, ScriptedConnector(refuse) as stern:
        targets = {
            "one": healthy[0].address,
            "absent": f"unix:{tmp_path}/nobody",
            "old": old.target,
            "stern": stern.target,
            "forbidden": "example.org:1",
            "two": healthy[1].address,
        }
        async with style(targets, store, sync_id="ours", settings=QUICK) as consumers:
            await until(lambda: consumers.report.connectors["absent"].trouble)
            report = await consumers.drain(3.0)
    assert {name: each.state for name, each in report.connectors.items()} == {
        "one": "connected",
        "absent": "connecting",
        "old": "unsupported",
        "stern": "stopped",
        "forbidden": "stopped",
        "two": "connected",
    }
    assert [report.connectors[name].consistent for name in ("one", "two")] == [True, True]
    assert sorted(report.errors) == ["forbidden", "stern"]
    assert "not you" in str(report.errors["stern"])
    assert (report.consistent, report.timed_out, report.committed) == (False, True, 100)


async def test_one_without_provenance_does_not_spoil_the_account(style, store, connectors):
    """A fleet of old and new connectors is consistent where the new ones are; of old ones alone it is not."""
    (connector,) = await connectors(1)
    connector.capture(1)
    async with ScriptedConnector() as old:
        both = {"new": connector.address, "old": old.target}
        async with style(both, store, settings=QUICK) as consumers:
            assert (await consumers.drain()).consistent
        async with style([old.target], store, settings=QUICK) as consumers:
            assert not (await consumers.drain()).consistent


async def test_transactions_take_turns(style, store):
    """However much one connector sends, the row of another goes in after one commit of the first."""
    order, blocked, release = [], threading.Event(), threading.Event()

    class Gate:
        """Notes whose transaction comes, and holds the third of the loud one."""

        def commit(self, delivery):
            if order.count("loud") == 3:
                blocked.set()
                assert release.wait(PATIENCE)
            order.append(delivery.connector)
            return store.exchanges().commit(delivery)

        def watermarks(self, connector=None, limit=64):
            return store.exchanges().watermarks(connector, limit)

    async def loud(peer):
        await peer.expect(Open)
        await peer.send(opened(epoch="l"))
        for sequence in range(1, 101):
            await peer.send(outgoing(sequence, epoch="l"))
        await peer.hang()

    async def quiet(peer):
        await peer.expect(Open)
        await peer.send(opened(epoch="q"))
        await until(blocked.is_set)
        await peer.send(outgoing(1, epoch="q"))
        await peer.hang()

    settings = ClientSettings(delivery_exchanges=2, delivery_delay=0.001)
    async with ScriptedConnector(loud) as noise, ScriptedConnector(quiet) as whisper:
        targets = {"loud": noise.target, "quiet": whisper.target}
        async with style(targets, Gate(), settings=settings) as consumers:
            await until(lambda: _waits(consumers, "quiet"))
            before = len(order)
            release.set()
            await until(lambda: consumers.report.committed == 101)
    assert order[before : before + 2] == ["loud", "quiet"]


def _waits(consumers, name):
    inner = getattr(consumers, "_inner", consumers)
    pump = inner._links[name]._pump
    return inner.report.connectors[name].received == 1 and pump._performer.job is not None


async def test_the_allowance_is_shared_out(style, store):
    """Four connectors may have a quarter each outstanding, and never less than a batch."""
    asked = []

    async def script(peer):
        asked.append((await peer.expect(Open)).limits)
        await peer.send(opened())
        await peer.expect(HALF_CLOSE)

    limits = Limits(1000, 400_000, 100, 200_000, 0.05)
    async with AsyncExitStack() as stack:
        four = [await stack.enter_async_context(ScriptedConnector(script)) for _ in range(4)]
        targets = {str(number): connector.target for number, connector in enumerate(four)}
        async with style(targets, store, settings=ClientSettings(limits=limits)):
            await until(lambda: len(asked) == 4)
    assert asked == [Limits(250, 200_000, 100, 200_000, 0.05)] * 4


async def test_a_store_that_refuses_stops_all_of_them(style, store, connectors):
    """They share its fate, and each says so."""
    both = await connectors(2)
    flaky = FlakyStore(store.exchanges(), faults=1000)
    patience = Patience(attempts=2, seconds=5.0, first_wait=0.001, longest_wait=0.002)
    targets = [connector.address for connector in both]
    async with style(targets, flaky, settings=QUICK, patience=patience) as consumers:
        report = await consumers.drain()
    assert sorted(report.errors) == sorted(targets)
    assert all("another program" in str(error) for error in report.errors.values())


async def test_a_store_without_the_capability_is_skipped(style):
    """Nobody is called, and drain answers at once."""
    async with style(["unix:/a", "unix:/b"], object()) as consumers:
        report = await consumers.drain()
    assert {each.state for each in report.connectors.values()} == {"skipped"}
    assert report.errors == {}


async def test_a_store_that_fails_at_the_door_harms_nobody(style):
    """Each says why it does nothing."""

    class Broken:
        def exchanges(self):
            raise LookupError

    async with style(["unix:/a", "unix:/b"], Broken()) as consumers:
        report = await consumers.drain()
    assert ["LookupError" in str(error) for error in report.errors.values()] == [True, True]


async def test_a_cancelled_host_leaves_nobody_behind(store, connectors):
    """Cancelling the sync ends every consumer, and passes through."""
    targets = [connector.address for connector in await connectors(2)]

    async def sync():
        async with ExchangeConsumers(targets, store, settings=QUICK) as consumers:
            await until(lambda: all(r.state == "connected" for r in consumers.report.connectors.values()))
            ready.set()
            await asyncio.Event().wait()

    ready = asyncio.Event()
    host = asyncio.create_task(sync())
    await ready.wait()
    host.cancel()
    with pytest.raises(asyncio.CancelledError):
        await host
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("exchange-consumer")]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("exchange-writer")]


@pytest.mark.parametrize("several", [ExchangeConsumers, ThreadedExchangeConsumers])
@pytest.mark.parametrize(
    ("connectors", "error"),
    [([], ValueError), ({}, ValueError), (["unix:/a"] * 2, ValueError), ({"": "unix:/a"}, ValueError),
     ("unix:/a", TypeError)],
    ids=repr,
)  # fmt: skip
def test_who_is_meant_must_be_clear(several, connectors, error):
    """None, one twice, one without a name, or one text for a list: the caller's mistake."""
    with pytest.raises(error):
        several(connectors, object())
