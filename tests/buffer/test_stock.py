"""What is held, and what becomes of the rest; also beside a model that remembers everything."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pytest
from hypothesis import settings

from captured_exchanges.buffer import MAX_SYNCS, CaptureBuffer
from captured_exchanges.exchange import Dropped, Entry, Gap, SyncCounters
from captured_exchanges.wire import encode_response
from support.buffer_account import imbalance
from support.buffer_exchanges import encoded
from support.buffer_machine import Clock, StockMachine
from support.sizes import deep_size

EVERYTHING = {"max_exchanges": 10**6, "max_bytes": 10**12}


@pytest.fixture
def clock():
    """The time of a test."""
    return Clock()


def told(buffer: CaptureBuffer, after: int = 0, **how) -> list[int | tuple[int, int, str]]:
    """What a reader gets: sequences, and first, last and reason of gaps."""
    return [
        each.sequence if isinstance(each, Entry) else (each.first_sequence, each.last_sequence, each.reason)
        for each in buffer.read(after, **EVERYTHING, **how)
    ]


def test_what_nobody_commits_in_time_becomes_a_gap(clock):
    """An exchange that has waited for `max_age` is dropped, told as `retention`, and counted for its sync."""
    buffer = CaptureBuffer(max_age=60.0, clock=clock)
    buffer.accept(encoded(100, "old"))
    clock.now += 59.0
    buffer.accept(encoded(50, "new"))
    assert told(buffer) == [1, 2]
    clock.now += 1.0
    assert told(buffer) == [(1, 1, "retention"), 2]
    assert buffer.counters() == (
        SyncCounters("old", captured=1, dropped=(Dropped("retention", 1, 100),)),
        SyncCounters("new", captured=1),
    )
    assert (buffer.facts().retained_exchanges, buffer.facts().oldest_sequence) == (1, 2)


def test_without_a_bound_nothing_grows_too_old(clock):
    """Retention is off unless it is asked for."""
    buffer = CaptureBuffer(clock=clock)
    buffer.accept(encoded())
    clock.now += 1e9
    assert told(buffer) == [1]


@pytest.mark.parametrize("look", ["facts", "counters", "attest", "snapshot"])
def test_every_look_drops_what_is_due_and_wakes(clock, look):
    """Whoever asks finds nothing that is too old, and whoever waits is told that something has changed."""
    buffer, woken = CaptureBuffer(max_age=60.0, clock=clock), []
    buffer.accept(encoded())
    buffer.subscribe(lambda: woken.append(clock.now))
    clock.now += 60.0
    for _ in range(2):
        getattr(buffer, look)()
    assert woken == [clock.now]
    assert buffer.facts().retained_exchanges == 0


def test_what_is_too_old_makes_room(clock):
    """A newcomer that fits once the old are gone is taken."""
    buffer = CaptureBuffer(max_bytes=100, max_age=60.0, clock=clock)
    buffer.accept(encoded(100))
    clock.now += 60.0
    assert buffer.accept(encoded(100)) == 2


def test_rule_13_what_is_in_flight_is_never_dropped(clock):
    """What an owner was given stays while it owns and while it may come back; what it was not given goes."""
    buffer = CaptureBuffer(max_age=60.0, clock=clock)
    for _ in range(5):
        buffer.accept(encoded())
    assert told(buffer, hold=True, after=0)[:2] == [1, 2]
    buffer.accept(encoded())
    clock.now += 3_600.0
    assert told(buffer) == [1, 2, 3, 4, 5, (6, 6, "retention")]
    buffer.keep(30.0)
    clock.now += 29.0
    assert told(buffer) == [1, 2, 3, 4, 5, (6, 6, "retention")]
    clock.now += 1.0
    assert [each[:2] for each in told(buffer)] == [(1, 5), (6, 6)]


def test_rule_13_an_observer_holds_nothing(clock):
    """Reading without `hold` keeps nothing from growing too old."""
    buffer = CaptureBuffer(max_age=60.0, clock=clock)
    buffer.accept(encoded())
    assert told(buffer) == [1]
    clock.now += 60.0
    assert told(buffer) == [(1, 1, "retention")]


def test_rule_13_a_resume_past_what_was_dropped_after_sending_moves_it_to_acked(clock):
    """The owner had committed them, and only the ack was late: nothing of it was lost."""
    buffer = CaptureBuffer(max_age=60.0, clock=clock)
    for size in (100, 200, 300):
        buffer.accept(encoded(size, f"s{size}"))
    buffer.read(0, **EVERYTHING, hold=True)
    buffer.keep(30.0)
    clock.now += 90.0
    assert told(buffer) == [(1, 3, "retention")]
    buffer.keep(None)
    buffer.release(2)
    assert buffer.counters() == (
        SyncCounters("s100", captured=1, acked=1),
        SyncCounters("s200", captured=1, acked=1),
        SyncCounters("s300", captured=1, dropped=(Dropped("retention", 1, 300),)),
    )
    (gap,) = buffer.read(2, **EVERYTHING, hold=True)
    assert (gap.bytes, [each.sync_id for each in gap.syncs]) == (300, ["s300"])
    buffer.release(3)
    assert buffer.counters()[-1].acked == 0
    assert imbalance(buffer) == 0


def test_what_an_owner_was_told_stays_lost(clock):
    """A store whose ledger has the gap does not hold the exchanges, wherever it resumes."""
    buffer = CaptureBuffer(max_age=60.0, clock=clock)
    buffer.accept(encoded())
    buffer.read(0, **EVERYTHING, hold=True)
    buffer.keep(0.0)
    clock.now += 60.0
    assert told(buffer, hold=True) == [(1, 1, "retention")]
    buffer.release(1)
    assert buffer.counters() == (SyncCounters("sync-1", captured=1, dropped=(Dropped("retention", 1, 100),)),)


def test_a_sync_keeps_no_more_than_its_share():
    """A sync at its bound loses its newcomers, as `overflow`; the others are not affected, and room that was
    released is room again.
    """
    buffer = CaptureBuffer(max_bytes=1_000, max_sync_bytes=200)
    sizes = [(100, "a"), (100, "a"), (100, "a"), (150, "b"), (201, "b"), (100, "")]
    assert [buffer.accept(encoded(size, sync_id)) for size, sync_id in sizes] == [1, 2, None, 4, None, 6]
    assert told(buffer) == [1, 2, (3, 3, "overflow"), 4, (5, 5, "oversize"), 6]
    buffer.release(1)
    assert buffer.accept(encoded(100, "a")) == 7


@pytest.mark.parametrize("bound", ["max_age", "max_sync_bytes"])
@pytest.mark.parametrize("value", [0, -1, math.nan])
def test_a_bound_that_keeps_nothing_is_refused(bound, value):
    """The message names the bound and what to do."""
    with pytest.raises(ValueError, match=f"{bound} is .* above zero, or left out"):
        CaptureBuffer(**{bound: value})


def live_through(buffer: CaptureBuffer, clock: Clock, syncs: Iterable[int], *, consume: bool) -> None:
    """Short syncs one after another, ten minutes each; with `consume` each is drained at its end."""
    for number in syncs:
        clock.now += 600.0
        for _ in range(3):
            buffer.accept(encoded(100, f"sync-{number:032}"))
        if consume:
            buffer.keep(None)
            last = buffer.read(buffer.facts().acked_through, **EVERYTHING, hold=True)[-1]
            buffer.release(last.sequence if isinstance(last, Entry) else last.last_sequence)
            buffer.attest()
            buffer.keep(0.0)


@pytest.mark.parametrize("life", ["consumed", "ignored", "consumed at times", "given up at times"])
def test_ten_thousand_short_syncs_leave_no_more_than_a_few_did(clock, life):
    """Whoever consumes, or nobody: after a warm-up a buffer that lives for months takes no more memory, its
    counters no more room, and the totals are those of all syncs.
    """
    buffer, took = CaptureBuffer(max_age=3_600.0, clock=clock), []
    for first in range(0, 10_000, 500):
        consume = life == "consumed" or (life == "consumed at times" and first % 1_500 == 0)
        live_through(buffer, clock, range(first, first + 500), consume=consume)
        if life == "given up at times":  # an owner that is given what there is and commits nothing
            buffer.read(0, max_exchanges=10, max_bytes=10**9, hold=True)
            buffer.keep(0.0)
        took.append(deep_size(buffer))
    counters = buffer.counters()
    assert len(counters) <= MAX_SYNCS + 1
    assert sum(each.captured for each in counters) == 30_000
    assert imbalance(buffer) == 0
    assert max(took[10:]) <= 1.2 * max(took[:10])
    gaps = [each for each in buffer.read(0, **EVERYTHING) if isinstance(each, Gap)]
    assert sum(gap.count for gap in gaps) + buffer.facts().retained_exchanges == 30_000
    assert max((len(encode_response(gap)) for gap in gaps), default=0) < 64 * 1024


StockMachine.TestCase.settings = settings(stateful_step_count=60)
TestStockMachine = StockMachine.TestCase
