"""The store's thread: what is tried again, what is not, and what is said of it."""

import errno
import sqlite3

import pytest

from captured_exchanges.errors import CorruptStore, ReadOnlyStore, StoreError, StoreLocked, WatermarkMoved
from captured_exchanges.handoff.consuming import Commit
from captured_exchanges.store import open_store
from captured_exchanges.syncer import Patience
from captured_exchanges.syncer.writer import Failed, Landed, Moved, Standing, StoreWriter
from captured_exchanges.telemetry import counters
from support.syncer_messages import CONNECTOR, EPOCH, gap, watermark
from support.syncer_stores import FlakyStore

PATIENCE = Patience(attempts=3, seconds=5.0, first_wait=0.001, longest_wait=0.002)


class Raising:
    """A store that raises the same at every commit."""

    def __init__(self, error):
        self._error = error
        self.attempts = 0

    def commit(self, _delivery):
        self.attempts += 1
        raise self._error

    def watermarks(self, *_):
        raise self._error


def outcome_of(store):
    writer = StoreWriter(store, "ours", PATIENCE)
    try:
        return writer.commit(Commit(CONNECTOR, EPOCH, 0, 1)).result(10)
    finally:
        writer.close()


@pytest.mark.parametrize(
    "error",
    [
        StoreLocked("busy"),
        StoreError("the disk is full"),
        sqlite3.OperationalError("disk I/O error"),
        OSError(errno.EIO, "input/output error"),
    ],
)
def test_what_may_pass_is_tried_again_a_bounded_number_of_times(error):
    """A lock, a full or failing disk: so many attempts, then the sentence."""
    store = Raising(error)
    assert isinstance(outcome_of(store), Failed)
    assert store.attempts == 3


@pytest.mark.parametrize("error", [ReadOnlyStore("no"), CorruptStore("no"), TypeError("no")])
def test_what_cannot_heal_is_not_tried_again(error):
    """A store opened for reading, a damaged file, a bug: once is enough, and it is counted."""
    before = counters().get("syncer.store_failed", 0)
    store = Raising(error)
    assert isinstance(outcome_of(store), Failed)
    assert store.attempts == 1
    assert counters()["syncer.store_failed"] == before + 1


def test_a_moved_watermark_is_an_outcome_of_its_own():
    """It is neither retried nor a failure."""
    store = Raising(WatermarkMoved("moved"))
    assert outcome_of(store) == Moved()
    assert store.attempts == 1


def test_a_stranger_s_error_text_is_not_passed_on():
    """What a host's store says may hold data: its type is told, its words are not."""
    failed = outcome_of(Raising(ValueError("row: alice@example.org")))
    assert failed == Failed("the exchange store failed with ValueError")
    assert outcome_of(Raising(StoreLocked("sync.db is locked"))) == Failed("sync.db is locked")


def test_the_standing_has_watermarks_and_the_losses_told_before(tmp_path):
    """What a run told as unknown loss is known to the next."""
    with open_store(tmp_path / "sync.db", "rw") as store:
        writer = StoreWriter(store.exchanges(), "ours", PATIENCE)
        told = [gap(5, 9, count=0, reason="unknown_loss"), gap(1, 2)]
        assert writer.read_standing().result(10) == Standing((), frozenset())
        assert writer.commit(Commit(CONNECTOR, EPOCH, 0, 4, gaps=told)).result(10) == Landed(0)
        writer.close()
        another = StoreWriter(store.exchanges(), "ours", PATIENCE)
        assert another.read_standing().result(10) == Standing((watermark(4),), frozenset({(EPOCH, 5)}))
        another.close()


def test_what_the_store_said_last_is_told_until_it_takes_something_again(tmp_path, caplog):
    """For health and reports; the log says it once, however often it is tried, and once that it is over."""
    with open_store(tmp_path / "sync.db", "rw") as store:
        flaky = FlakyStore(store.exchanges(), faults=4)
        writer = StoreWriter(flaky, "ours", PATIENCE)
        assert writer.trouble == ""
        assert isinstance(writer.commit(Commit(CONNECTOR, EPOCH, 0, 1)).result(10), Failed)
        assert "another program is writing it" in writer.trouble
        assert isinstance(writer.commit(Commit(CONNECTOR, EPOCH, 0, 1)).result(10), Landed)
        assert writer.trouble == ""
        writer.close()
    said = [record.getMessage() for record in caplog.records if record.name.endswith("syncer.writer")]
    assert [("refuses" in line, "again" in line) for line in said] == [(True, True), (False, True)]


def test_it_is_open_until_it_is_closed(tmp_path):
    """Whoever shares it can ask."""
    with open_store(tmp_path / "sync.db", "rw") as store:
        writer = StoreWriter(store.exchanges(), "ours", PATIENCE)
        assert writer.open
        writer.close()
        assert not writer.open
