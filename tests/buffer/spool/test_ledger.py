"""No sequence is used that whichever slot is left does not tell as leased."""

import shutil

import pytest

from captured_exchanges.buffer import SpoolOptions
from captured_exchanges.buffer.spool import image
from support.buffer_disks import FailingDisk
from support.buffer_exchanges import encoded
from support.buffer_spooled import by_hand, kill

LEASE = 8


@pytest.fixture(autouse=True)
def small_lease(monkeypatch):
    """Few sequences at a time, so that they are used up."""
    monkeypatch.setattr(image, "LEASE", LEASE)


def opened(folder, disk=None, clock=lambda: 0.0):
    return by_hand(spool=SpoolOptions(folder, durable=True, disk=disk or FailingDisk()), clock=clock)


def next_after_a_crash(folder, copy, epoch: str, *, without: int | None = None) -> int:
    """The first sequence of the epoch that another process would use, be it without one of the slots; 0: it
    would use another epoch.
    """
    shutil.copytree(folder, copy)
    if without is not None:
        (copy / f"state.{without}").write_bytes(b"rot")
    other = opened(copy)
    sequence = other.accept(encoded())
    used = other._stock.shelves[-1].epoch
    kill(other)
    shutil.rmtree(copy)
    return sequence if used == epoch else 0


def test_a_new_epoch_uses_no_more_than_its_first_lease(tmp_path):
    """Where the very first write cannot be trusted, nothing goes beyond what it would have leased."""
    disk = FailingDisk()
    disk.broken = {"flush"}
    buffer = opened(tmp_path / "spool", disk)
    first = buffer.facts().epoch
    given = []
    for _ in range(3 * LEASE):
        sequence = buffer.accept(encoded())
        given += [sequence] if buffer._stock.shelves[-1].epoch == first else []
    assert len(given) <= LEASE
    assert next_after_a_crash(tmp_path / "spool", tmp_path / "copy", first) not in given
    kill(buffer)


@pytest.mark.parametrize("without", [None, 0, 1])
def test_whichever_slot_is_left_no_sequence_is_used_twice(tmp_path, without):
    """At every moment, up to the very end of what is in force, with either slot rotten or none."""
    now = [0.0]
    buffer = opened(tmp_path / "spool", clock=lambda: now[0])
    epoch, shelf = buffer.facts().epoch, buffer._stock.shelf
    for used in (LEASE, 3, LEASE, 0, 5, LEASE):
        for _ in range(min(used, shelf.limit - shelf.next_sequence + 1)):
            sequence = buffer.accept(encoded())
            follows = next_after_a_crash(tmp_path / "spool", tmp_path / "copy", epoch, without=without)
            assert follows == 0 or follows > sequence
        buffer._stock.version += 1  # there is always something to flush
        now[0] += 1.0
        buffer._work.round()
    assert buffer.facts().next_sequence > 2 * LEASE
    kill(buffer)


def test_the_lease_in_force_is_that_of_the_older_slot(tmp_path):
    """A flush moves it up to what the one before has told."""
    now = [0.0]
    buffer = opened(tmp_path / "spool", clock=lambda: now[0])
    shelf = buffer._stock.shelf
    assert shelf.limit == LEASE
    for _ in range(3):
        buffer.accept(encoded())
        now[0] += 1.0
        buffer._work.round()
    assert shelf.limit == 2 + LEASE
    kill(buffer)


def test_an_epoch_whose_lease_is_used_up_is_full(tmp_path):
    """What is captured after that goes to another, in memory."""
    buffer = opened(tmp_path / "spool")
    given = [buffer.accept(encoded()) for _ in range(LEASE + 2)]
    assert given == [*range(1, LEASE + 1), 1, 2]
    kill(buffer)
