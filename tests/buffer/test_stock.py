"""What is held, and what becomes of the rest, beside a model that remembers everything."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from captured_exchanges.buffer import MAX_SYNCS, CaptureBuffer
from captured_exchanges.exchange import MAX_SEQUENCE, Dropped, Entry, Gap, SyncCounters
from captured_exchanges.wire import encode_response
from support.buffer_account import imbalance
from support.buffer_exchanges import encoded
from support.sizes import deep_size

EVERYTHING = {"max_exchanges": 10**6, "max_bytes": 10**12}


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


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


@dataclass
class Item:
    """One exchange of the model. `state` is `retained`, `acked`, or why it was dropped."""

    sync_id: str
    size: int
    state: str
    at: float
    sent: bool = False
    told: bool = False


class StockMachine(RuleBasedStateMachine):
    """The buffer beside plain lists: one list of items for each epoch, and what the owner knows."""

    MAX_BYTES, SYNC_BYTES, MAX_AGE = 1_000, 600, 60.0
    FIRST = MAX_SEQUENCE - 9

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.buffer = CaptureBuffer(
            max_bytes=self.MAX_BYTES,
            max_sync_bytes=self.SYNC_BYTES,
            max_age=self.MAX_AGE,
            first_sequence=self.FIRST,
            clock=self.clock,
        )
        self.epochs: list[dict[int, Item]] = [{}]
        self.acked = self.position = self.given = self.in_flight = self.FIRST - 1
        self.attached = False
        self.lapses_at = 0.0

    @property
    def items(self) -> Iterator[Item]:
        """All there ever were."""
        return (item for epoch in self.epochs for item in epoch.values())

    @property
    def seen(self) -> dict[int, Item]:
        """Those of the epoch that readers see."""
        return self.epochs[self.current]

    @property
    def current(self) -> int:
        """An epoch is left when all of it is released and another has begun."""
        first = self.epochs[0]
        left = len(self.epochs) > 1 and self.given_out(0) and self.released == max(first)
        return int(left)

    def given_out(self, epoch: int) -> bool:
        """Whether every sequence of an epoch is given out."""
        return MAX_SEQUENCE in self.epochs[epoch]

    released = FIRST - 1
    """Up to where the first epoch is released."""

    def age(self) -> None:
        """What the buffer must have done by now."""
        if not self.attached and self.clock.now >= self.lapses_at:
            self.in_flight = 0
        for number, epoch in enumerate(self.epochs):
            for sequence, item in epoch.items():
                old = item.state == "retained" and item.at <= self.clock.now - self.MAX_AGE
                if old and not (number == self.current and sequence <= self.in_flight):
                    item.state = "retention"

    def held(self, sync_id: str | None = None) -> list[Item]:
        """What is retained, of a sync or at all."""
        return [i for i in self.items if i.state == "retained" and sync_id in {None, i.sync_id}]

    def bytes_held(self, sync_id: str | None = None) -> int:
        """The size of what is retained."""
        return sum(item.size for item in self.held(sync_id))

    def sequence(self) -> int:
        """The next one; the first of another epoch where this one is full."""
        if self.given_out(-1):
            before = self.current
            self.epochs.append({})
            self._follow(before)
        last = self.epochs[-1]
        return max(last) + 1 if last else (1 if len(self.epochs) > 1 else self.FIRST)

    def _follow(self, before: int) -> None:
        if self.current != before:
            self.acked = self.position = self.given = self.in_flight = 0

    @rule(sync_id=st.sampled_from(["", "a", "b"]), size=st.integers(30, 650))
    def accept(self, sync_id: str, size: int) -> None:
        """An exchange is captured."""
        self.age()
        state = "retained"
        if size > self.SYNC_BYTES:
            state = "oversize"
        elif size > min(self.MAX_BYTES - self.bytes_held(), self.SYNC_BYTES - self.bytes_held(sync_id)):
            state = "overflow"
        sequence = self.sequence()
        self.epochs[-1][sequence] = Item(sync_id, size, state, self.clock.now)
        given = self.buffer.accept(encoded(size, sync_id))
        assert given == (sequence if state == "retained" else None)

    @rule(seconds=st.sampled_from([1.0, 10.0, 31.0, 61.0]))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.clock.now += seconds

    @precondition(lambda self: not self.attached)
    @rule(data=st.data())
    def open(self, data: st.DataObject) -> None:
        """An owner comes whose store has some of what was given out before, each gap whole or not at all."""
        self.age()
        self.attached = True
        self.buffer.keep(None)
        self.position = data.draw(st.sampled_from([self.acked, *filter(self._ends, self.seen)]))
        self._release(self.position)

    def _ends(self, sequence: int) -> bool:
        item, following = self.seen[sequence], self.seen.get(sequence + 1)
        within = item.told and following is not None and following.told
        return self.acked < sequence <= self.given and not within

    @precondition(lambda self: self.attached)
    @rule(count=st.integers(1, 4))
    def read(self, count: int) -> None:
        """The owner is given what follows, exactly."""
        self.age()
        items = self.buffer.read(self.position, max_exchanges=count, max_bytes=10**9, hold=True)
        for each in items:
            self._check(each)
        self.given = max(self.given, self.position)
        self.in_flight = max(self.in_flight, self.position)

    def _check(self, each: Entry | Gap) -> None:
        seen = self.seen
        if isinstance(each, Entry):
            assert each.sequence == self.position + 1
            assert seen[each.sequence].state == "retained"
            seen[each.sequence].sent = True
            self.position = each.sequence
            return
        assert each.first_sequence == self.position + 1
        lost = [seen[n] for n in range(each.first_sequence, each.last_sequence + 1)]
        assert {item.state for item in lost} == {each.reason}
        assert (each.count, each.bytes) == (len(lost), sum(item.size for item in lost))
        assert {s.sync_id: s.count for s in each.syncs} == Counter(item.sync_id for item in lost)
        for item in lost:
            item.told = True
        self.position = each.last_sequence

    @precondition(lambda self: self.attached and self.position > self.acked)
    @rule(share=st.floats(0, 1))
    def ack(self, share: float) -> None:
        """The owner has committed some of what it was given."""
        self.age()
        self._release(self.acked + math.ceil(share * (self.position - self.acked)))

    def _release(self, through: int) -> None:
        self.buffer.release(through)
        for sequence, item in self.seen.items():
            late = item.state == "retention" and item.sent and not item.told
            if self.acked < sequence <= through and (item.state == "retained" or late):
                item.state = "acked"
        self.acked = max(self.acked, through)
        if self.current == 0:
            self.released = max(self.released, through)
            self._follow(0)

    @precondition(lambda self: self.attached)
    @rule(seconds=st.sampled_from([0.0, 30.0]))
    def leave(self, seconds: float) -> None:
        """The owner's stream ends, its ownership is kept for it or not."""
        self.age()
        self.attached = False
        self.lapses_at = self.clock.now + seconds
        self.buffer.keep(seconds)

    @rule(share=st.floats(0, 1))
    def observe(self, share: float) -> None:
        """A reader anywhere finds every sequence once, and keeps nobody."""
        self.age()
        after = self.acked + round(share * (len(self.seen) and max(self.seen) - self.acked))
        edge = after
        for each in self.buffer.read(after, **EVERYTHING):
            first = each.sequence if isinstance(each, Entry) else each.first_sequence
            assert first == edge + 1
            edge = first if isinstance(each, Entry) else each.last_sequence
        assert edge == max(self.seen, default=after)

    @invariant()
    def the_account_is_the_models(self) -> None:
        """Every number agrees with the model at every moment: captured = acked + retained + Σ dropped."""
        facts, counters = self.buffer.snapshot()
        self.age()
        held = self.held()
        assert (facts.retained_exchanges, facts.retained_bytes) == (len(held), sum(i.size for i in held))
        assert facts.acked_through == self.acked
        assert {each.sync_id for each in counters} == {item.sync_id for item in self.items}
        for each in counters:
            states = Counter(item.state for item in self.items if item.sync_id == each.sync_id)
            lost = {entry.reason: entry.count for entry in each.dropped}
            assert (each.captured, each.acked) == (states.total(), states["acked"])
            assert lost == {s: n for s, n in states.items() if s not in {"acked", "retained"}}
            assert each.captured == each.acked + states["retained"] + sum(lost.values())

    @invariant()
    def what_is_in_flight_is_there(self) -> None:
        """Nothing that an owner may still ack was taken away."""
        seen = self.seen
        given = {n for n in seen if self.acked < n <= self.in_flight and seen[n].sent and not seen[n].told}
        held = {each.sequence for each in self.buffer.read(0, **EVERYTHING) if isinstance(each, Entry)}
        assert not self.attached or {n for n in given if seen[n].state == "retained"} <= held


StockMachine.TestCase.settings = settings(stateful_step_count=60)
TestStockMachine = StockMachine.TestCase
