"""Rule 16: an owner takes all that the buffer holds, whose it may be, and nothing is lost for being late."""

from __future__ import annotations

from collections import Counter

from captured_exchanges.store import open_store
from support.conformance_exchanges import OWNER, exchange, filled
from support.threaded_calls import until


def test_rule_16_one_file_at_a_time_owns_everything_in_the_buffer(pairing):
    """An owner is sent the exchanges of every sync, whatever its own is."""
    with pairing.connector(filled(2, sync_id="another")) as connector:
        connector.capture(sync_id="s")
        connector.capture(sync_id="")
        owner, _ = connector.opened(OWNER)
        assert owner.exchanges(4, ack=True) == [1, 2, 3, 4]
        connector.until_retained(0)


def test_rule_16_one_file_at_a_time_stores_strangers_under_their_own_sync_and_tells(pairing, store):
    """Left behind or still in flight: stored, counted as foreign, told in the report, and attested."""
    with pairing.connector() as connector:
        for number, sync_id in enumerate(["theirs", "ours", "", "theirs", "ours"]):
            connector.buffer.accept(exchange(f"r{number}", sync_id=sync_id))
        with pairing.consumer(connector, store) as consumer:
            report = consumer.drain()
            assert connector.retained == 0
    assert (report.committed, report.foreign, report.lost) == (5, 2, 0)
    assert Counter(row.sync_id for row in store.exchanges().iterate()) == {"theirs": 2, "ours": 3}
    assert report.consistent, report.findings


def test_rule_16_one_file_at_a_time_loses_nothing_between_two_syncs(pairing, tmp_path):
    """The first sync ends undrained: what it left is in the second file, under the first sync's id."""
    with pairing.connector() as connector, open_store(tmp_path / "1.db", "rw") as first:
        connector.buffer.accept(exchange("early", sync_id="first"))
        with pairing.consumer(connector, first, sync_id="first") as consumer:
            until(lambda: consumer.report.committed == 1)
        for name, sync_id in (("late", "first"), ("own", "second")):
            connector.buffer.accept(exchange(name, sync_id=sync_id))
        with (
            open_store(tmp_path / "2.db", "rw") as second,
            pairing.consumer(connector, second, sync_id="second", take_over=True) as consumer,
        ):
            report = consumer.drain()
            found = [(row.request_id, row.sync_id) for row in second.exchanges().iterate()]
        assert found == [("late", "first"), ("own", "second")]
        assert [row.request_id for row in first.exchanges().iterate()] == ["early"]
    assert (report.foreign, report.released_elsewhere, report.lost) == (1, 1, 0)
    assert report.consistent, report.findings
