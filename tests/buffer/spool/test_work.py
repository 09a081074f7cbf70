"""What the spool does, round by round, with real files and no thread."""

import os
import subprocess
import sys

import pytest
from hypothesis import settings

from captured_exchanges.buffer import CaptureBuffer, SpoolOptions
from captured_exchanges.exchange import Dropped, Entry, Gap
from support.buffer_account import imbalance
from support.buffer_disks import FailingDisk
from support.buffer_exchanges import encoded
from support.buffer_spooled import by_hand, patient_read
from support.buffer_spooled_machine import SpooledMachine
from support.sizes import deep_size

EVERYTHING = {"max_exchanges": 10**6, "max_bytes": 10**12}


def spooled(max_bytes=1_000, spool_bytes=100_000, **how) -> CaptureBuffer:
    options = SpoolOptions(max_bytes=spool_bytes, disk=how.pop("disk", None) or FailingDisk())
    return by_hand(max_bytes=max_bytes, spool=options, **how)


def captured(buffer: CaptureBuffer, count: int, size: int = 100) -> list[int | None]:
    """So many exchanges, with a round of work after each."""
    given = []
    for _ in range(count):
        given.append(buffer.accept(encoded(size, f"sync-{len(given) % 3}", f"r{len(given)}")))
        buffer._work.round()
    return given


def told(buffer: CaptureBuffer, after: int = 0) -> list[int | tuple[int, int, str]]:
    return [
        each.sequence if isinstance(each, Entry) else (each.first_sequence, each.last_sequence, each.reason)
        for each in patient_read(buffer, after, **EVERYTHING)
    ]


def test_past_the_memory_bound_exchanges_go_to_disk_and_come_back_in_order():
    """Ten times as much as memory may hold is retained, and read as it was captured."""
    buffer = spooled()
    assert captured(buffer, 100) == list(range(1, 101))
    assert buffer._stock.memory <= 500 + 100
    read = patient_read(buffer, 0, **EVERYTHING)
    assert [entry.exchange.request_id for entry in read] == [f"r{number}" for number in range(100)]
    assert [entry.exchange for entry in read] == [
        encoded(100, f"sync-{number % 3}", f"r{number}") for number in range(100)
    ]
    assert (buffer.facts().retained_exchanges, buffer.facts().retained_bytes) == (100, 10_000)


def test_nothing_is_written_while_memory_has_room():
    """Up to half of the bound no file is made."""
    buffer = spooled()
    captured(buffer, 5)
    assert list(buffer._work._segments) == []


def test_what_is_loaded_is_bounded():
    """Whoever reads all of it, only a few blocks are in memory at a time."""
    buffer = spooled(max_bytes=4_000)
    captured(buffer, 500)
    loads = buffer._stock.loads
    after, most = 0, 0
    while after < 500:
        for each in buffer.read(after, **EVERYTHING):
            after = each.sequence
        buffer._work.round()
        most = max(most, loads.bytes)
    assert 0 < most <= 4_000 + 1_000


def test_files_go_when_they_are_acked():
    """A released stretch gives its files back, and nothing is left at the end."""
    buffer = spooled()
    captured(buffer, 200)
    files = len(list(buffer._work._segments))
    assert files > 2
    buffer.release(100)
    buffer._work.round()
    assert len(list(buffer._work._segments)) < files
    buffer.release(200)
    buffer._work.round()
    assert (list(buffer._work._segments), buffer._work._segments.bytes) == ([], 0)
    assert buffer.counters()[0].acked == 67
    assert buffer._stock.loads.bytes == 0


def test_the_accounts_are_the_same_on_disk_as_in_memory():
    """Each sync's acks are counted where it captured, from the middle of what was written, too."""
    buffer, plain = spooled(), CaptureBuffer(max_bytes=10**6)
    for each in (buffer, plain):
        for number in range(100):
            each.accept(encoded(50 + number, f"sync-{number % 7}"))
            if each is buffer:
                each._work.round()
        each.release(37)
    assert buffer.counters() == plain.counters()
    assert buffer.facts().retained_bytes == plain.facts().retained_bytes
    assert imbalance(buffer) == 0


def test_a_full_spool_leaves_the_last_bound_to_memory():
    """With both full the newcomer is lost, as `overflow`, and room that was acked is room again."""
    buffer = spooled(spool_bytes=8_000)
    given = captured(buffer, 200)
    retained = sum(sequence is not None for sequence in given)
    assert buffer._work._segments.bytes <= 8_000
    assert buffer._stock.memory <= 1_000
    assert 40 < retained < 100
    assert told(buffer)[-1] == (retained + 1, 200, "overflow")
    buffer.release(retained // 2)
    buffer._work.round()
    assert captured(buffer, 1) == [201]
    assert imbalance(buffer) == 0


def test_drop_oldest_lets_the_oldest_files_go():
    """With `drop_oldest` a full spool keeps the newest, and tells what it dropped before."""
    buffer = spooled(spool_bytes=8_000, overflow="drop_oldest")
    assert captured(buffer, 300) == list(range(1, 301))
    first, *rest = told(buffer)
    assert first[0] == 1
    assert first[2] == "overflow"
    assert rest == list(range(first[1] + 1, 301))
    assert buffer._work._segments.bytes <= 8_000
    assert imbalance(buffer) == 0


def test_rule_13_drop_oldest_never_takes_what_is_in_flight():
    """What an owner was given stays on the disk; where nothing else is left, the newcomer is lost."""
    buffer = spooled(spool_bytes=8_000, overflow="drop_oldest")
    captured(buffer, 40)
    given = [each.sequence for each in patient_read(buffer, 0, max_exchanges=30, max_bytes=10**9, hold=True)]
    assert given == list(range(1, 31))
    captured(buffer, 100)
    assert set(told(buffer)[:30]) == set(given)
    fates = []
    for _ in range(40):  # an owner that is given everything at once, and commits nothing
        fates += captured(buffer, 1)
        patient_read(buffer, buffer.facts().next_sequence - 2, **EVERYTHING, hold=True)
    assert fates[-1] is None
    assert set(given) <= set(told(buffer))
    assert imbalance(buffer) == 0


def test_a_full_disk_keeps_what_is_in_memory_and_heals():
    """Nothing is lost by a write that fails; memory fills, what does not fit is told as `spool_failure`; when
    there is room again the spool goes on.
    """
    now = [0.0]
    disk = FailingDisk()
    buffer = spooled(disk=disk, clock=lambda: now[0])
    captured(buffer, 8)
    disk.room = 50
    given = captured(buffer, 20)
    assert given[-1] is None
    assert buffer.facts().spool_failing
    disk.room = None
    now[0] += 10.0
    buffer._work.round()
    assert not buffer.facts().spool_failing
    last = buffer.accept(encoded())
    assert last == 29
    lost = given.count(None)
    assert told(buffer) == [*range(1, 29 - lost), (29 - lost, 28, "spool_failure"), 29]
    assert imbalance(buffer) == 0


def test_a_failing_disk_is_not_asked_all_the_time():
    """After a failure the next try comes later and later, up to five seconds."""
    now = [0.0]
    disk = FailingDisk()
    buffer = spooled(disk=disk, clock=lambda: now[0])
    disk.broken = {"create"}
    waits = []
    for _ in range(9):
        waits += [captured(buffer, 6) and buffer._work.round()]
        now[0] += waits[-1]
    assert waits[0] == pytest.approx(0.1)
    assert waits[-1] == 5.0
    assert buffer._work.resting


def test_an_unreadable_block_is_told_as_lost():
    """Bytes that have changed are not sent: what they held becomes a gap, and what follows is read."""
    buffer = spooled()
    captured(buffer, 100)
    segment = next(iter(buffer._work._segments))
    os.pwrite(segment.descriptor, b"\xff" * 10, 300)
    first, *rest = told(buffer)
    assert first[::2] == (1, "spool_failure")
    assert rest == list(range(first[1] + 1, 101))
    assert sum(d.count for each in buffer.counters() for d in each.dropped) == first[1]
    assert imbalance(buffer) == 0


@pytest.mark.parametrize(("failures", "lost"), [(2, False), (3, True)])
def test_a_block_is_lost_only_after_three_tries(failures, lost):
    """A disk that cannot be read for a moment costs nothing; one that cannot be read at all does not hold up
    what follows.
    """
    now = [0.0]
    disk = FailingDisk()
    buffer = spooled(disk=disk, clock=lambda: now[0])
    captured(buffer, 100)
    disk.broken = {"read"}
    buffer.read(0, **EVERYTHING)
    for _ in range(failures):
        buffer._work.round()
        now[0] += 10.0
    disk.broken = set()
    first = told(buffer)[0]
    assert (first != 1) is lost
    assert imbalance(buffer) == 0


def test_what_was_sent_and_cannot_be_read_again_is_acked_where_a_store_has_it():
    """An owner that committed it resumes past it: it moves from dropped to acked."""
    buffer = spooled()
    captured(buffer, 100)
    patient_read(buffer, 0, max_exchanges=50, max_bytes=10**9, hold=True)
    block = buffer._stock.shelf.oldest(0).block
    buffer._stock.lose_block(block)
    lost = block.sequences[-1]
    assert sum(d.count for each in buffer.counters() for d in each.dropped) == lost
    buffer.release(50)
    assert not any(each.dropped for each in buffer.counters())
    assert sum(each.acked for each in buffer.counters()) == 50


@pytest.mark.parametrize(("more", "kept"), [(-1, True), (0, True), (1, False)])
def test_an_exchange_as_large_as_memory_passes_the_spool(more, kept):
    """At the bound it is written alone; above it, it is `oversize` and nothing waits for it."""
    buffer = spooled()
    sequence = buffer.accept(encoded(1_000 + more))
    buffer._work.round()
    assert (sequence == 1) is kept
    assert captured(buffer, 10) == list(range(2, 12))
    expected = 1 if kept else (1, 1, "oversize")
    assert told(buffer) == [expected, *range(2, 12)]


def test_one_that_no_spool_could_hold_stays_in_memory():
    """An exchange larger than the spool blocks nobody: memory is the bound for what comes after it."""
    buffer = spooled(max_bytes=20_000, spool_bytes=5_000, overflow="drop_oldest")
    assert buffer.accept(encoded(15_000)) == 1
    assert captured(buffer, 50) == list(range(2, 52))
    assert told(buffer)[-50:] == list(range(2, 52))


def test_holes_lie_where_they_were():
    """Drops between what is written are told in their places."""
    buffer = spooled()
    for number in range(1, 61):
        if number % 3:
            buffer.accept(encoded(100, "a"))
        else:
            buffer.drop("b", 7, "oversize")
        buffer._work.round()
    assert told(buffer) == [n if n % 3 else (n, n, "oversize") for n in range(1, 61)]
    assert told(buffer, 30) == [n if n % 3 else (n, n, "oversize") for n in range(31, 61)]


def test_retention_takes_the_oldest_from_the_disk():
    """What has waited too long is dropped one by one, though it was written in pieces."""
    now = [0.0]
    buffer = spooled(max_age=60.0, clock=lambda: now[0])
    for _ in range(50):
        now[0] += 1.0
        captured(buffer, 1)
    now[0] = 80.5
    assert told(buffer) == [(1, 20, "retention"), *range(21, 51)]
    assert buffer.counters()[0].dropped == (Dropped("retention", 20, 2_000),)
    patient_read(buffer, 20, max_exchanges=5, max_bytes=10**9, hold=True)
    now[0] = 90.5
    assert told(buffer)[:7] == [(1, 20, "retention"), 21, 22, 23, 24, 25, (26, 30, "retention")]
    assert imbalance(buffer) == 0


def test_a_gap_between_is_told_before_what_must_be_loaded():
    """A read gives what it can: a hole that comes first need not wait for the disk."""
    buffer = spooled()
    buffer.drop("a", 1, "oversize")
    captured(buffer, 30)
    buffer._stock.loads.forget(buffer._stock.shelf.oldest(0).block)
    assert [type(each) for each in buffer.read(0, **EVERYTHING)] == [Gap]
    assert buffer.read(1, **EVERYTHING) == []


SpooledMachine.TestCase.settings = settings(stateful_step_count=60)
TestSpooledMachine = SpooledMachine.TestCase


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounting a disk needs root")
@pytest.mark.parametrize("durable", [False, True])
def test_a_disk_that_is_really_full_costs_what_memory_cannot_hold(tmp_path, durable):
    """On a file system of 256 KiB nothing raises; all that was captured is there or told; what is acked makes
    room again, and a durable spool's state is kept all the while.
    """
    folder = tmp_path / "disk"
    folder.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", folder], check=True)
    try:
        now = [0.0]
        options = SpoolOptions(folder, durable=durable, max_bytes=1_000_000)
        buffer = by_hand(max_bytes=20_000, spool=options, clock=lambda: now[0])

        def capture() -> int | None:
            sequence = buffer.accept(encoded(1_000))
            now[0] += 10.0
            buffer._work.round()
            return sequence

        while capture():
            pass
        captured = buffer.facts().next_sequence - 1
        assert 100 < captured < 300
        assert buffer.facts().spool_failing
        buffer.release(captured // 2)
        for _ in range(2):  # what was acked is safe, and its files go; then there is room
            now[0] += 10.0
            buffer._work.round()
        given = [capture() for _ in range(30)]
        assert None not in given
        assert not buffer.facts().spool_failing
        told = patient_read(buffer, captured // 2, **EVERYTHING)
        kept = [each for each in told if isinstance(each, Entry)]
        gaps = [each for each in told if isinstance(each, Gap)]
        assert len(kept) + sum(gap.count for gap in gaps) == given[-1] - captured // 2
        assert {gap.reason for gap in gaps} <= {"spool_failure", "overflow"}
        assert imbalance(buffer) == 0
        buffer.close()
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_what_lies_on_disk_takes_few_bytes_of_memory():
    """A backlog of many small exchanges costs a few bytes for each, whatever its size on disk."""
    buffer = spooled(max_bytes=100_000, spool_bytes=50_000_000)
    captured(buffer, 1_000, size=1_000)
    before = deep_size(buffer)
    captured(buffer, 20_000, size=1_000)
    assert buffer.facts().retained_exchanges == 21_000
    assert deep_size(buffer) - before < 20_000 * 40
