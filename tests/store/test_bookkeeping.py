from contextlib import ExitStack

import pytest

from captured_exchanges.exchange import Drained, Gap, SyncCount
from captured_exchanges.store import bookkeeping, open_store
from captured_exchanges.store.prune import WATERMARKS_KEPT
from captured_exchanges.store.schema import migrate_within
from support.store_builders import CONNECTOR, EPOCH, captured, delivery, run
from support.store_foreign import foreign


@pytest.fixture
def stores(tmp_path):
    """Two empty stores, source and target, open for writing."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(open_store(tmp_path / f"{name}.db", "rw")) for name in ("source", "target")
        ]


def carried(stores, carry, *more):
    """Carry from source to target in one transaction; what the function returns."""
    source, target = stores
    with target.transaction() as into, source.snapshot() as connection:
        migrate_within(into, "target.db")
        return carry(connection, into, *more)


def gap(number, reason="overflow"):
    return Gap(EPOCH, number, number, 1, 10, reason, (SyncCount("s", 1),))


def ledger(store):
    return [(entry.gap.first_sequence, entry.gap.reason) for entry in store.exchanges().ledger()]


def test_gaps_come_once_and_in_order(stores):
    """Only what the ledger lacks is entered, after what is there, in the source's order."""
    source, target = stores
    source.exchanges().commit(delivery(gaps=[gap(3), gap(1)], through=3, sync_id="one"))
    syncs = set()
    assert carried(stores, bookkeeping.carry_gaps, syncs) == 2
    source.exchanges().commit(delivery(gaps=[gap(4)], after=3, through=4, sync_id="two"))
    assert carried(stores, bookkeeping.carry_gaps, syncs) == 1
    assert carried(stores, bookkeeping.carry_gaps, syncs) == 0
    assert ledger(target) == [(3, "overflow"), (1, "overflow"), (4, "overflow")]
    assert syncs == {"one", "two"}


def test_a_gap_that_two_stores_were_told_counts_once(stores):
    """The same run of the same epoch for the same reason is one loss, whoever was told, and when."""
    source, target = stores
    for store, sync_id in ((target, "one"), (source, "two")):
        store.exchanges().commit(delivery(gaps=[gap(1)], through=1, sync_id=sync_id))
    assert carried(stores, bookkeeping.carry_gaps, set()) == 0
    assert ledger(target) == [(1, "overflow")]


def test_a_gap_that_differs_is_another(stores):
    """Another reason for the same run is entered beside the first."""
    source, target = stores
    for store, reason in ((target, "overflow"), (source, "oversize")):
        store.exchanges().commit(delivery(gaps=[gap(1, reason)], through=1))
    assert carried(stores, bookkeeping.carry_gaps, set()) == 1
    assert ledger(target) == [(1, "overflow"), (1, "oversize")]


def test_the_quarantine_comes_once(stores):
    """Quarantined exchanges cross with all they hold, and not again."""
    source, target = stores
    source.exchanges().commit(delivery([captured(1), captured(2, transport_kind=None)]))
    assert carried(stores, bookkeeping.carry_quarantine, set()) == 1
    assert carried(stores, bookkeeping.carry_quarantine, set()) == 0
    with source.snapshot() as theirs, target.snapshot() as ours:
        query = "SELECT * FROM v1_exchange_quarantine"
        assert ours.execute(query).fetchall() == theirs.execute(query).fetchall()


def test_arrivals_come_once(stores):
    """Which sync's exchanges came late, and in which sync, is known in the target too."""
    source, target = stores
    source.exchanges().commit(delivery([captured(1, "late")], sync_id="current"))
    syncs = set()
    for _ in range(2):
        carried(stores, bookkeeping.carry_arrivals, syncs)
    with target.snapshot() as connection:
        rows = connection.execute("SELECT sync_id, arrived_in FROM v1_exchange_arrivals").fetchall()
    assert rows == [("late", "current")]
    assert syncs == {"late", "current"}


def test_a_drain_at_the_same_height_is_kept(stores):
    """Of two marks at one height the drained one holds, whichever side has it."""
    source, target = stores
    target.exchanges().commit(delivery(run(1, 3)))
    source.exchanges().commit(delivery(run(1, 3), drained=Drained(EPOCH, 3, 3)))
    assert carried(stores, bookkeeping.carry_watermarks) == 1
    assert target.exchanges().watermarks()[0].drained
    assert carried(stores[::-1], bookkeeping.carry_watermarks) == 0
    assert target.exchanges().attestation(CONNECTOR, EPOCH) == Drained(EPOCH, 3, 3)


def test_epochs_that_a_save_forgets_do_not_come_back(stores):
    """Of more epochs than are kept the newest come, and once they are saved a second time brings none."""
    source, target = stores
    for number in range(WATERMARKS_KEPT + 10):
        source.exchanges().commit(delivery(run(1, 1), epoch=f"theirs-{number}"))
        target.exchanges().commit(delivery(run(1, 1), epoch=f"ours-{number}"))
    target.save()
    assert carried(stores, bookkeeping.carry_watermarks) > 0
    target.save()
    before = target.exchanges().watermarks(limit=1000)
    assert len(before) == WATERMARKS_KEPT
    assert carried(stores, bookkeeping.carry_watermarks) == 0
    target.save()
    assert target.exchanges().watermarks(limit=1000) == before


def test_odd_tables_of_others_are_carried(tmp_path, stores):
    """NULLs, text in a number's place and JSON that is none cross as what they read as, once."""
    path = foreign(
        tmp_path / "odd.db",
        """
        CREATE TABLE v1_exchange_gaps (id, connector, epoch, first_sequence, last_sequence, count, bytes,
            reason, syncs_json, sync_id, discovered_at);
        INSERT INTO v1_exchange_gaps VALUES (NULL, NULL, 5, 'x', NULL, 1.5, 1, x'ff', 'no json', NULL, 7);
        CREATE TABLE v1_exchange_watermarks (id, connector, epoch, through_sequence, drained, attestation,
            updated_at);
        INSERT INTO v1_exchange_watermarks VALUES ('a', NULL, 'e', 'x', 'yes', 'no json', NULL);
        """,
    )
    with open_store(path) as odd:
        for expected in (1, 0):
            pair = [odd, stores[1]]
            assert carried(pair, bookkeeping.carry_gaps, set()) == expected
            assert carried(pair, bookkeeping.carry_watermarks) == expected
    (entry,) = stores[1].exchanges().ledger()
    assert (entry.gap.epoch, entry.gap.first_sequence, entry.gap.reason, entry.gap.syncs) == (
        "5",
        0,
        "\ufffd",
        (),
    )
