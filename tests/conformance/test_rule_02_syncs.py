"""Rule 2: an exchange's sync is known at capture, kept in the store, and counted apart."""

from __future__ import annotations

from captured_exchanges.connector import Recorder
from captured_exchanges.exchange import Ack, Batch, Drain, Drained, Dropped, Gap, SyncCount, SyncCounters
from captured_exchanges.wire import baton
from support.conformance_exchanges import OWNER, exchange
from support.conformance_script import answer_drain
from support.connector_baton import HOST
from support.connector_server import unary
from support.connector_snapshots import PlainRedactor, response, seen
from support.syncer_messages import gap, opened
from support.syncer_server import outgoing


def test_rule_02_syncs_are_those_of_the_call_in_progress(pairing):
    """What a list call captures has the `active_sync_id` that baton sent; what no call captures has none."""
    recorders: list[Recorder] = []

    def list_resources(_request: object, _context: object) -> object:
        recorders[0].begin("http", seen(response())).finish()
        return HOST.ListResourcesResponse()

    host = unary(baton.LIST_RESOURCES, list_resources, HOST.ListResourcesRequest)
    with pairing.connector(host=(host,)) as connector:
        recorders.append(Recorder(PlainRedactor(), connector.buffer))
        for sync_id in ("sync-1", "sync-2"):
            asked = HOST.ListResourcesRequest(resource_type_id="user", active_sync_id=sync_id)
            connector.call(baton.LIST_RESOURCES, asked.SerializeToString())
        recorders[0].begin("http", seen(response())).finish()
        owner, _ = connector.opened(OWNER)
        owner.exchanges(3)
        taken = [each.exchange for b in owner.heard if isinstance(b, Batch) for each in b.exchanges]
        assert [each.sync_id for each in taken] == ["sync-1", "sync-2", ""]


def test_rule_02_syncs_of_rows_are_their_own_and_only_one_without_gets_the_consumers(pairing, store):
    """The consumer's sync id is for exchanges that came without."""

    def script(peer):
        peer.open_with(opened())
        peer.send(outgoing(1), outgoing(2, sync_id="ours"), outgoing(3, sync_id="theirs"))
        answer_drain(peer, 3)

    with pairing.scripted(script) as connector, pairing.consumer(connector, store) as consumer:
        consumer.drain()
    assert [row.sync_id for row in store.exchanges().iterate()] == ["ours", "ours", "theirs"]


def test_rule_02_syncs_have_counters_and_gaps_of_their_own(pairing):
    """A connector that outlives a sync never mixes two, whatever became of their exchanges."""
    with pairing.connector() as connector:
        for sync_id in ("first", "second", "second"):
            connector.buffer.accept(exchange(sync_id=sync_id))
        connector.buffer.drop("first", 7, "retention")
        connector.buffer.drop("second", 9, "retention")
        owner, opened_ = connector.opened(OWNER)
        owner.say(Drain())
        owner.exchanges(3)
        assert owner.until(Gap).syncs == (SyncCount("first", 1), SyncCount("second", 1))
        owner.say(Ack(opened_.epoch, 5))
        assert owner.until(Drained).counters == (
            SyncCounters("first", 2, 1, (Dropped("retention", 1, 7),)),
            SyncCounters("second", 3, 2, (Dropped("retention", 1, 9),)),
        )


def test_rule_02_syncs_stay_apart_in_the_ledger(pairing, store):
    """A gap is stored with its count for each sync."""
    told = gap(1, 3, syncs=(SyncCount("ours", 1), SyncCount("theirs", 2)))

    def script(peer):
        peer.open_with(opened())
        peer.send(told)
        answer_drain(peer, 3)

    with pairing.scripted(script) as connector, pairing.consumer(connector, store) as consumer:
        consumer.drain()
    assert [entry.gap for entry in store.exchanges().ledger()] == [told]
