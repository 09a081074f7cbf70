"""A durable spool from one process to the next, with real files; the work is done by hand."""

import os
import shutil

import pytest

from captured_exchanges.buffer import CaptureBuffer, SpoolOptions
from captured_exchanges.buffer.spool.image import LEASE
from captured_exchanges.errors import SpoolRefused
from captured_exchanges.exchange import Dropped, Entry, SyncCounters
from support.buffer_account import imbalance
from support.buffer_disks import FailingDisk
from support.buffer_exchanges import encoded
from support.buffer_spooled import by_hand, kill, patient_read
from support.threaded_calls import until

EVERYTHING = {"max_exchanges": 10**6, "max_bytes": 10**12}


class Life:
    """One process after another over a folder. Time moves by hand."""

    def __init__(self, folder, **how) -> None:
        self.folder, self.how, self.now = folder / "spool", how, 100.0
        self.begin()

    def begin(self, disk=None) -> None:
        self.disk = disk or FailingDisk()
        spool = SpoolOptions(self.folder, durable=True, disk=self.disk)
        self.buffer = by_hand(spool=spool, clock=lambda: self.now, **self.how)

    def capture(self, count: int, sync_id: str = "a") -> None:
        for _ in range(count):
            self.buffer.accept(encoded(100, sync_id))

    def flush(self) -> None:
        self.now += 1.0
        self.buffer._work.round()

    def crash(self, disk=None) -> None:
        kill(self.buffer)
        self.begin(disk)

    def told(self, after: int = 0):
        return [
            each.sequence
            if isinstance(each, Entry)
            else (each.first_sequence, each.last_sequence, each.reason, each.count)
            for each in patient_read(self.buffer, after, **EVERYTHING)
        ]


def test_a_killed_connector_comes_back_with_its_epoch(tmp_path):
    """What was flushed is there; the sequences to the end of the lease are told, the next one follows."""
    life = Life(tmp_path)
    epoch = life.buffer.facts().epoch
    life.capture(5)
    life.flush()
    life.capture(3)
    life.crash()
    assert life.buffer.facts().epoch == epoch
    end = 5 + LEASE
    assert life.told() == [1, 2, 3, 4, 5, (6, end, "unclean_restart", 0)]
    assert life.buffer.facts().sent_before == end
    assert life.buffer.accept(encoded()) == end + 1
    assert life.buffer.counters()[0] == SyncCounters("a", captured=5)
    assert imbalance(life.buffer) == 0


def test_nothing_is_used_before_it_is_leased(tmp_path):
    """What the folder says at any moment reaches at least as far as what was given out."""
    life = Life(tmp_path)
    for _ in range(3):
        life.capture(10)
        copy = tmp_path / "copy"
        shutil.copytree(life.folder, copy)
        other = by_hand(spool=SpoolOptions(copy, durable=True))
        assert other.accept(encoded()) > life.buffer.facts().next_sequence - 1
        kill(other)
        shutil.rmtree(copy)
        life.flush()


def test_acks_before_the_last_flush_are_remembered(tmp_path):
    """And the files of what was acked are gone."""
    life = Life(tmp_path)
    life.capture(5)
    life.flush()
    life.buffer.read(0, **EVERYTHING, hold=True)
    life.buffer.release(5)
    life.flush()
    assert not list(life.folder.glob("*.segment"))
    life.crash()
    assert life.buffer.facts().acked_through == 5
    assert life.buffer.counters() == (SyncCounters("a", captured=5, acked=5),)
    assert [each[:3] for each in life.told(5)] == [(6, 5 + LEASE, "unclean_restart")]


def test_files_outlive_their_acks_until_those_are_safe(tmp_path):
    """A state that counts exchanges as retained finds them, though they were acked since."""
    life = Life(tmp_path)
    life.capture(5)
    life.flush()
    life.buffer.release(5)
    life.buffer._work.round()  # no flush is due
    life.crash()
    assert life.told()[:5] == [1, 2, 3, 4, 5]
    assert not life.buffer.counters()[0].dropped


def test_what_a_syncer_has_though_it_was_never_flushed_is_acked(tmp_path):
    """Its position lies within the lease; the gap begins after it; counted is what the spool proves."""
    life = Life(tmp_path)
    life.capture(5)
    life.flush()
    life.capture(10)
    life.buffer.read(0, **EVERYTHING, hold=True)
    life.crash()
    life.buffer.release(12)
    facts = life.buffer.facts()
    assert (facts.acked_through, facts.retained_exchanges) == (12, 0)
    assert life.told(12) == [(13, 5 + LEASE, "unclean_restart", 0)]
    assert life.buffer.counters() == (SyncCounters("a", captured=5, acked=5),)


def test_what_was_counted_and_not_written_is_told_with_its_number(tmp_path):
    """A spool that is full keeps its account: what memory alone held is proven, and lost with it."""
    life = Life(tmp_path)
    life.capture(5, "a")
    life.flush()
    life.capture(2, "b")
    life.disk.room = 0
    life.flush()  # the exchanges find no room
    life.buffer._work._keep(life.buffer._work._ledger, closed=False)  # the state needs none
    life.crash()
    assert life.told()[:6] == [1, 2, 3, 4, 5, (6, 7, "unclean_restart", 2)]
    assert life.buffer.counters() == (
        SyncCounters("a", captured=5),
        SyncCounters("b", captured=2, dropped=(Dropped("unclean_restart", 2, 200),)),
    )


def test_a_clean_stop_leaves_no_gap(tmp_path):
    """The next process goes on with the next sequence."""
    life = Life(tmp_path)
    life.capture(5)
    life.buffer.close()
    life.begin()
    assert life.told() == [1, 2, 3, 4, 5]
    assert life.buffer.accept(encoded()) == 6
    assert life.buffer.facts().sent_before == 5


def test_what_comes_after_the_close_is_another_epochs(tmp_path):
    """Nothing that the folder says to be complete is added to."""
    life = Life(tmp_path)
    life.capture(1)
    epoch = life.buffer.facts().epoch
    life.buffer.close()
    assert life.buffer.accept(encoded()) == 1
    assert life.buffer._stock.shelves[-1].epoch != epoch


def test_a_changed_middle_is_cut_and_told(tmp_path):
    """What follows a damaged place in its file is lost and counted, as `spool_failure`; others are whole."""
    life = Life(tmp_path)
    life.capture(5, "a")
    life.flush()
    life.buffer.close()
    life.begin()  # each process begins a file of its own
    life.capture(5, "b")
    life.flush()
    kill(life.buffer)
    first = min(life.folder.glob("*.segment"))
    content = bytearray(first.read_bytes())
    content[len(content) // 2] ^= 1
    first.write_bytes(content)
    life.begin()
    told = life.told()
    lost = told.index(next(each for each in told if isinstance(each, tuple)))
    assert told[:-1] == [*range(1, lost + 1), (lost + 1, 5, "spool_failure", 5 - lost), 6, 7, 8, 9, 10]
    assert life.buffer.counters()[0].dropped == (Dropped("spool_failure", 5 - lost, 100 * (5 - lost)),)
    assert imbalance(life.buffer) == 0


def test_no_state_that_can_be_read_is_a_new_epoch(tmp_path):
    """A folder of which nothing is known gives no sequence of the old epoch, and its files go."""
    life = Life(tmp_path)
    epoch = life.buffer.facts().epoch
    life.capture(5)
    life.flush()
    kill(life.buffer)
    for name in ("state.0", "state.1"):
        (life.folder / name).write_bytes(b"rot")
    life.begin()
    assert life.buffer.facts().epoch != epoch
    assert life.told() == []
    assert not list(life.folder.glob("*.segment"))


def test_the_older_state_is_enough(tmp_path):
    """Where the newer one has rotted nothing is used twice, though more was given out since."""
    life = Life(tmp_path)
    life.capture(5)
    life.flush()
    life.capture(5)
    life.flush()
    ledger = life.buffer._work._ledger
    newer = ledger._slots._number % 2
    life.capture(3)
    given = life.buffer.facts().next_sequence - 1
    kill(life.buffer)
    (life.folder / f"state.{newer}").write_bytes(b"rot")
    life.begin()
    assert life.told()[:5] == [1, 2, 3, 4, 5]
    assert life.buffer.accept(encoded()) > given
    assert imbalance(life.buffer) == 0


def test_a_dead_disk_means_a_new_epoch_in_memory_once_the_lease_is_used_up(tmp_path):
    """Nothing passes the lease's end; the account goes on; when the disk heals the new epoch is durable."""
    life = Life(tmp_path, max_bytes=10_000)
    first = life.buffer.facts().epoch
    life.disk.broken = {"write", "flush", "create"}
    shelf = life.buffer._stock.shelf
    shelf.next_sequence = shelf.limit - 2  # as if so many had been captured
    life.capture(5)
    assert life.buffer.facts().next_sequence == shelf.limit + 1
    second = life.buffer._stock.shelves[-1]
    assert (second.epoch != first, second.next_sequence) == (True, 3)
    life.flush()
    assert life.buffer.facts().spool_failing
    life.disk.broken = set()
    life.now += 10.0
    life.flush()
    assert not life.buffer.facts().spool_failing
    life.crash()
    assert [each.epoch for each in life.buffer._stock.shelves] == [first, second.epoch]
    assert life.buffer.facts().retained_exchanges == 5
    life.buffer.release(shelf.limit)
    assert life.buffer.facts().epoch == second.epoch
    assert life.told() == [1, 2, (3, 2 + LEASE, "unclean_restart", 0)]


def test_a_disk_that_fails_at_the_start_is_no_reason_not_to_start(tmp_path):
    """The connector captures in memory, under an epoch of its own, and health can tell."""
    life = Life(tmp_path)
    life.capture(5)
    life.flush()
    epoch = life.buffer.facts().epoch
    broken = FailingDisk()
    broken.broken = {"read", "write"}
    life.crash(broken)
    assert life.buffer.facts().spool_failing
    life.capture(2)
    assert life.told() == [1, 2]
    assert life.buffer.facts().epoch != epoch


def test_a_folder_in_use_is_refused(tmp_path):
    """Two processes with one spool would give a sequence twice."""
    life = Life(tmp_path)
    with pytest.raises(SpoolRefused, match="used by another process"):
        CaptureBuffer(spool=SpoolOptions(life.folder, durable=True))


def test_what_was_sent_before_a_crash_and_dropped_after_it_may_turn_out_to_be_acked(tmp_path):
    """An owner that committed it resumes past it (rule 13)."""
    life = Life(tmp_path, max_age=50.0)
    life.capture(5)
    life.buffer.read(0, **EVERYTHING, hold=True)
    life.flush()
    life.crash()
    life.now += 60.0
    assert life.buffer.facts().retained_exchanges == 0
    life.flush()
    life.crash()
    life.buffer.release(5)
    assert life.buffer.counters() == (SyncCounters("a", captured=5, acked=5),)


def test_a_real_thread_flushes_within_the_interval(tmp_path):
    """`flush` waits for it; without anybody asking it happens by itself; close leaves nothing open."""
    buffer = CaptureBuffer(spool=SpoolOptions(tmp_path / "spool", durable=True, flush_interval=0.05))
    buffer.accept(encoded())
    assert buffer.flush(10.0)
    assert buffer._stock.memory == 0
    buffer.accept(encoded())
    until(lambda: buffer._stock.memory == 0)
    buffer.close()
    buffer.close()
    again = CaptureBuffer(spool=SpoolOptions(tmp_path / "spool", durable=True))
    assert again.facts().retained_exchanges == 2
    again.close()


def test_flush_says_that_it_could_not(tmp_path):
    """Without a durable spool, or with a disk that fails."""
    assert not CaptureBuffer().flush(0.0)
    disk = FailingDisk()
    buffer = CaptureBuffer(spool=SpoolOptions(tmp_path / "spool", durable=True, disk=disk))
    disk.broken = {"write"}
    buffer.accept(encoded())
    assert not buffer.flush(0.3)
    disk.broken = set()
    assert buffer.flush(10.0)
    buffer.close()


def test_every_file_of_a_folder_is_the_users_alone(tmp_path):
    """0600 in 0700, whatever the umask."""
    before = os.umask(0)
    try:
        life = Life(tmp_path)
        life.capture(1)
        life.flush()
    finally:
        os.umask(before)
    assert life.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in life.folder.iterdir()} == {0o600}
    assert len(list(life.folder.iterdir())) == 4
