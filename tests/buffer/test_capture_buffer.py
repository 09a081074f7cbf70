import threading
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from captured_exchanges.buffer import Block, CaptureBuffer
from captured_exchanges.buffer.overflow import Overflow
from captured_exchanges.exchange import (
    MAX_SEQUENCE,
    Dropped,
    EncodedExchange,
    Entry,
    Gap,
    GapReason,
    SyncCount,
    SyncCounters,
)
from support.buffer_account import imbalance, total_lost
from support.buffer_exchanges import encoded

EVERYTHING = {"max_exchanges": 10**6, "max_bytes": 10**12}


def nothing() -> None:
    """A callback that need not do anything."""


def test_each_life_has_an_epoch_of_its_own():
    """Two buffers never share an epoch."""
    assert CaptureBuffer().facts().epoch != CaptureBuffer().facts().epoch


def test_sequences_ascend_from_the_first():
    """Accepted exchanges are numbered in order and read back so."""
    buffer = CaptureBuffer(first_sequence=5)
    assert [buffer.accept(encoded()) for _ in range(3)] == [5, 6, 7]
    assert [each.sequence for each in buffer.read(4, **EVERYTHING)] == [5, 6, 7]


def test_a_full_buffer_drops_the_newcomer_and_numbers_the_hole():
    """Where an exchange does not fit it is dropped with its sequence, and the rest stays in order."""
    buffer = CaptureBuffer(max_bytes=250)
    assert [buffer.accept(encoded(100)) for _ in range(3)] == [1, 2, None]
    assert buffer.accept(encoded(50)) == 4
    told = buffer.read(0, **EVERYTHING)
    assert [each.sequence if isinstance(each, Entry) else each.reason for each in told] == [
        1,
        2,
        "overflow",
        4,
    ]
    assert buffer.counters()[0].dropped == (Dropped("overflow", 1, 100),)


def test_an_exchange_larger_than_the_buffer_is_oversize():
    """What could never fit is dropped under its own reason, though the buffer is empty."""
    buffer = CaptureBuffer(max_bytes=250)
    assert buffer.accept(encoded(251)) is None
    (gap,) = buffer.read(0, **EVERYTHING)
    assert (gap.reason, gap.bytes, gap.first_sequence) == ("oversize", 251, 1)


def test_released_room_is_room_again():
    """An ack frees bytes for newcomers and is counted by the sync that captured."""
    buffer = CaptureBuffer(max_bytes=200)
    buffer.accept(encoded(100, "a"))
    buffer.accept(encoded(100, "b"))
    buffer.release(1)
    assert buffer.facts().retained_bytes == 100
    assert buffer.accept(encoded(100, "a")) == 3
    assert buffer.counters() == (SyncCounters("a", captured=2, acked=1), SyncCounters("b", captured=1))


def test_facts_of_an_empty_buffer():
    """Nothing retained: the oldest sequence is the next one, the oldest ticket the next one."""
    facts = CaptureBuffer(epoch="e").facts()
    assert (facts.epoch, facts.oldest_sequence, facts.next_sequence, facts.acked_through) == ("e", 1, 1, 0)
    assert facts.oldest_ticket == facts.next_ticket
    assert (facts.retained_exchanges, facts.retained_bytes, facts.pending) == (0, 0, 0)


def test_a_drop_keeps_its_place_and_its_account():
    """A drop told from outside is counted as captured, dropped and, where so, abandoned."""
    buffer = CaptureBuffer()
    buffer.drop("a", 77, "oversize", abandoned=True)
    assert buffer.counters() == (SyncCounters("a", 1, 0, (Dropped("oversize", 1, 77),), 1),)
    assert buffer.facts().next_sequence == 2


def test_abandoned_exchanges_are_counted():
    """An exchange that a drain closed is captured and abandoned."""
    buffer = CaptureBuffer()
    buffer.accept(encoded(), abandoned=True)
    assert buffer.counters() == (SyncCounters("sync-1", captured=1, abandoned=1),)


def test_what_started_is_pending_until_it_ends():
    """A ticket is out from start to end."""
    buffer = CaptureBuffer()
    ticket = buffer.start(nothing)
    assert buffer.facts().pending == 1
    assert buffer.facts().oldest_ticket == ticket
    buffer.end(ticket)
    assert buffer.facts().pending == 0


def test_abandon_closes_what_started_before():
    """Only exchanges with an earlier ticket are closed, each by its own callback."""
    buffer, closed = CaptureBuffer(), []
    tickets: dict[str, int] = {}
    for name in "abc":
        tickets[name] = buffer.start(lambda name=name: (closed.append(name), buffer.end(tickets[name])))
    buffer.abandon(tickets["c"])
    assert closed == ["a", "b"]
    assert buffer.facts().oldest_ticket == tickets["c"]


def test_an_abandon_that_raises_does_not_keep_a_drain_waiting():
    """The ticket ends, the others are closed, and the fault is told by name."""
    faults, closed = [], []
    buffer = CaptureBuffer(on_fault=faults.append)
    buffer.start(lambda: 1 // 0)
    buffer.start(lambda: closed.append("second"))
    buffer.abandon(buffer.facts().next_ticket)
    assert (faults, closed) == (["buffer.abandon_failed"], ["second"])
    assert buffer.facts().oldest_ticket == 2


def test_every_change_wakes():
    """Accept, drop, release and end wake a subscriber; reading does not; the lock is free meanwhile."""
    buffer, woken = CaptureBuffer(), []
    ticket = buffer.start(nothing)
    end = buffer.subscribe(lambda: woken.append(buffer.facts().next_sequence))
    buffer.accept(encoded())
    buffer.drop("a", 1, "oversize")
    buffer.release(1)
    buffer.end(ticket)
    buffer.read(0, **EVERYTHING)
    assert woken == [2, 3, 3, 3]
    end()
    buffer.accept(encoded())
    assert len(woken) == 4


def test_a_subscriber_may_ask_from_another_thread():
    """A wake may wait for another thread that looks at the buffer: no lock of ours is held."""
    buffer, seen = CaptureBuffer(), []

    def wake() -> None:
        thread = threading.Thread(target=lambda: seen.append(buffer.facts().retained_exchanges))
        thread.start()
        thread.join(10)

    buffer.subscribe(wake)
    buffer.accept(encoded())
    assert seen == [1]


def test_a_destructor_may_record_from_within():
    """An exchange that ends while its own thread is inside the buffer follows, in order and counted."""
    buffer = CaptureBuffer()

    class Meddling(str):
        """A sync id whose hashing records another exchange, as a destructor might at that moment."""

        __slots__ = ()
        armed = True

        def __hash__(self) -> int:
            if Meddling.armed:
                Meddling.armed = False
                assert buffer.accept(encoded(request_id="inner")) is None
            return super().__hash__()

    assert buffer.accept(encoded(sync_id=Meddling("sync-1"), request_id="outer")) == 1
    assert [each.exchange.request_id for each in buffer.read(0, **EVERYTHING)] == ["outer", "inner"]
    assert imbalance(buffer) == 0


def test_the_last_sequence_is_followed_by_a_new_epoch():
    """Past MAX_SEQUENCE a new epoch takes what comes, and is shown once the old one is released."""
    buffer = CaptureBuffer(epoch="old", first_sequence=MAX_SEQUENCE)
    assert buffer.accept(encoded(request_id="last")) == MAX_SEQUENCE
    assert buffer.accept(encoded(request_id="first")) == 1
    assert buffer.facts().epoch == "old"
    assert [each.exchange.request_id for each in buffer.read(MAX_SEQUENCE - 1, **EVERYTHING)] == ["last"]
    buffer.release(MAX_SEQUENCE)
    facts = buffer.facts()
    assert (facts.epoch != "old", facts.acked_through, facts.next_sequence) == (True, 0, 2)
    assert [each.exchange.request_id for each in buffer.read(0, **EVERYTHING)] == ["first"]
    assert imbalance(buffer) == 0


def test_a_settled_epoch_is_left_at_the_next_exchange():
    """Where nothing of a full epoch is retained, the next exchange opens and shows the new one."""
    buffer = CaptureBuffer(epoch="old", first_sequence=MAX_SEQUENCE)
    buffer.accept(encoded())
    buffer.release(MAX_SEQUENCE)
    assert buffer.facts().epoch == "old"
    buffer.drop("a", 1, "oversize")
    assert buffer.facts().epoch != "old"
    assert buffer.read(0, **EVERYTHING)[0].first_sequence == 1


@pytest.mark.parametrize("first", [0, -1, MAX_SEQUENCE + 1])
def test_a_first_sequence_out_of_range_is_refused(first):
    """Sequences are 1 to 2^63−1."""
    with pytest.raises(ValueError, match="first_sequence"):
        CaptureBuffer(first_sequence=first)


def test_many_syncs_stay_bounded_and_conserved():
    """A connector that outlives many syncs keeps few accounts, and their sum stays true."""
    buffer = CaptureBuffer(max_syncs=4)
    for number in range(100):
        buffer.accept(encoded(sync_id=f"sync-{number}"))
        if number % 3 == 0:
            buffer.release(number)
    counters = buffer.counters()
    assert len(counters) <= 5
    assert sum(each.captured for each in counters) == 100
    assert imbalance(buffer) == 0
    buffer.release(100)
    assert sum(each.acked for each in buffer.counters()) == 100
    assert all(each.captured == each.acked for each in buffer.counters())


def test_a_settled_sync_makes_room_for_a_new_one():
    """Once all of a sync is released it may be forgotten, and the next one has an account of its own."""
    buffer = CaptureBuffer(max_syncs=1)
    for sequence, sync_id in enumerate(("a", "b", "c"), start=1):
        buffer.accept(encoded(sync_id=sync_id))
        buffer.release(sequence)
    assert buffer.counters() == (
        SyncCounters("c", captured=1, acked=1),
        SyncCounters("", captured=2, acked=2),
    )


def test_a_gap_that_was_told_stays_exact_for_its_reader():
    """What is dropped after a reader was told is told to it alone, with its own bytes and syncs."""
    buffer = CaptureBuffer(epoch="e")
    buffer.drop("a", 10, "overflow")
    (told,) = buffer.read(0, **EVERYTHING)
    buffer.drop("b", 20, "overflow")
    assert buffer.read(told.last_sequence, **EVERYTHING) == [
        Gap("e", 2, 2, 1, 20, "overflow", (SyncCount("b", 1),))
    ]


def test_a_reader_far_behind_costs_no_scan():
    """Reading one entry in the middle of many is a matter of bisection: 20,000 of them take no time."""
    buffer = CaptureBuffer()
    for _ in range(20_000):
        buffer.accept(encoded(100))
    for position in range(20_000):
        (entry,) = buffer.read(position, max_exchanges=1, max_bytes=10**9)
        assert entry.sequence == position + 1


class Hammer:
    """Producers, an owner that acks, an observer and an accountant on one buffer."""

    def __init__(self, producers: int, each: int, overflow: Overflow) -> None:
        self.buffer = CaptureBuffer(max_bytes=20_000, overflow=overflow)
        self.producers, self.each = producers, each
        self.done = threading.Event()
        self.woken = threading.Event()
        self.received: list[Entry | Gap] = []
        self.answers: dict[str, list[int | None]] = {f"sync-{number}": [] for number in range(producers)}
        self.imbalances: set[int] = set()

    def run(self) -> None:
        """All at once, until the producers are done and the owner has everything."""
        end = self.buffer.subscribe(self.woken.set)
        readers = [threading.Thread(target=each) for each in (self.own, self.observe, self.audit)]
        writers = [threading.Thread(target=self.produce, args=(number,)) for number in range(self.producers)]
        for thread in readers + writers:
            thread.start()
        for thread in writers:
            thread.join(60)
        self.done.set()
        self.woken.set()
        for thread in readers:
            thread.join(60)
        end()

    def produce(self, number: int) -> None:
        """Record, and now and then lose, exchanges of a sync of its own."""
        for step in range(self.each):
            ticket = self.buffer.start(nothing)
            exchange = encoded(100 + step % 900, f"sync-{number}", f"{number}:{step}")
            answer = None
            if step % 50 == 0:
                self.buffer.drop(exchange.sync_id, exchange.size, "oversize")
            else:
                answer = self.buffer.accept(exchange)
            self.answers[exchange.sync_id].append(answer)
            self.buffer.end(ticket)

    def own(self) -> None:
        """Read and release, waiting to be woken where there is nothing."""
        position = 0
        while True:
            finished = self.done.is_set()
            told = self.buffer.read(position, max_exchanges=16, max_bytes=8_000, hold=True)
            self.received += told
            if told:
                last = told[-1]
                position = last.sequence if isinstance(last, Entry) else last.last_sequence
                self.buffer.release(position)
            elif finished:
                return
            else:
                self.woken.wait(5)
                self.woken.clear()

    def observe(self) -> None:
        """Read on and on, and find no hole that is not told."""
        position = 0
        while not self.done.is_set():
            for each in self.buffer.read(position, max_exchanges=3, max_bytes=10**6):
                first = each.sequence if isinstance(each, Entry) else each.first_sequence
                assert first == position + 1
                position = first if isinstance(each, Entry) else each.last_sequence

    def audit(self) -> None:
        """Check the account at many moments."""
        while not self.done.is_set():
            self.imbalances.add(imbalance(self.buffer))


@pytest.mark.parametrize("overflow", ["drop_newest", "drop_oldest", Block(0.002)], ids=str)
def test_many_threads_conserve(overflow):
    """Under producers, an owner and an observer at once, every sequence is told once and in order, each
    producer's exchanges keep their order, and the account is true at every look; in the end it is what each
    producer counted by itself.
    """
    hammer = Hammer(producers=4, each=2_000, overflow=overflow)
    hammer.run()
    edge, arrived, missing = 1, [], 0
    for each in hammer.received:
        if isinstance(each, Entry):
            assert each.sequence == edge
            edge += 1
            arrived.append(each.exchange)
        else:
            assert each.first_sequence == edge
            edge, missing = each.last_sequence + 1, missing + each.count
    facts, counters = hammer.buffer.snapshot()
    assert edge == 8_001
    assert missing == total_lost(counters)
    assert len(arrived) == sum(each.acked for each in counters)
    assert [each.captured for each in counters] == [2_000] * 4
    assert hammer.imbalances <= {0}
    assert (facts.retained_exchanges, facts.retained_bytes, facts.pending) == (0, 0, 0)
    assert_as_counted(hammer, counters, overflow)
    for number in range(4):
        assert_ascending([each for each in arrived if each.sync_id == f"sync-{number}"])


def assert_as_counted(hammer: Hammer, counters: tuple[SyncCounters, ...], overflow: Overflow) -> None:
    """What each producer was answered is what arrived of it and what its account says."""
    for counter in counters:
        of = [each for each in hammer.received if isinstance(each, Entry)]
        arrived = {each.sequence for each in of if each.exchange.sync_id == counter.sync_id}
        answered = {sequence for sequence in hammer.answers[counter.sync_id] if sequence}
        assert arrived <= answered if overflow == "drop_oldest" else arrived == answered
        assert total_lost((counter,)) == counter.captured - len(arrived)
        assert counter.acked == len(arrived)


def assert_ascending(exchanges: list[EncodedExchange]) -> None:
    steps = [int(each.request_id.partition(":")[2]) for each in exchanges]
    assert steps == sorted(steps)
    assert len(steps) == len(set(steps))


class BufferMachine(RuleBasedStateMachine):
    """The buffer beside a model that keeps a plain list of everything that ever happened.

    The model: `log` holds, for sequence n at index n − 1, the sync id, the size and the reason it was
    dropped for (None: accepted); `acked` is how far it was released.
    """

    MAX_BYTES = 1_000

    def __init__(self) -> None:
        super().__init__()
        self.buffer = CaptureBuffer(max_bytes=self.MAX_BYTES, epoch="e")
        self.log: list[tuple[str, int, str | None]] = []
        self.acked = 0
        self.told: list[int] = []
        self.tickets: dict[int, int] = {}
        self.started = 0

    def retained(self) -> list[int]:
        """Sequences that the model holds."""
        return [n for n in range(self.acked + 1, len(self.log) + 1) if self.log[n - 1][2] is None]

    def retained_bytes(self) -> int:
        """Bytes that the model holds."""
        return sum(self.log[n - 1][1] for n in self.retained())

    @rule(sync_id=st.sampled_from(["", "a", "b"]), size=st.integers(30, 1_100))
    def accept(self, sync_id: str, size: int) -> None:
        """An exchange is captured."""
        fits = self.retained_bytes() + size <= self.MAX_BYTES
        reason = None if fits else "oversize" if size > self.MAX_BYTES else "overflow"
        self.log.append((sync_id, size, reason))
        assert self.buffer.accept(encoded(size, sync_id, str(len(self.log)))) == (
            len(self.log) if fits else None
        )

    @rule(sync_id=st.sampled_from(["", "a", "b"]), reason=st.sampled_from(["oversize", "overflow"]))
    def drop(self, sync_id: str, reason: GapReason) -> None:
        """An exchange is captured and lost before the buffer."""
        self.log.append((sync_id, 50, reason))
        self.buffer.drop(sync_id, 50, reason)

    @rule(data=st.data(), max_exchanges=st.integers(0, 5))
    def own(self, data: st.DataObject, max_exchanges: int) -> None:
        """An owner reads on, from where it is or from where it acked."""
        after = data.draw(st.sampled_from([self.acked, *self.told[-1:]]))
        told = self.buffer.read(after, max_exchanges=max_exchanges, max_bytes=10**9)
        self.told += [each.sequence if isinstance(each, Entry) else each.last_sequence for each in told]

    @rule(data=st.data())
    def ack(self, data: st.DataObject) -> None:
        """An owner acks some of what it was told, now or long ago."""
        self.told = sorted({end for end in self.told if end > self.acked})
        if self.told:
            self.acked = data.draw(st.sampled_from(self.told))
            self.buffer.release(self.acked)

    @rule(distance=st.integers(-3, 0))
    def repeat_an_ack(self, distance: int) -> None:
        """An ack that comes again, or late, changes nothing."""
        self.buffer.release(self.acked + distance)

    @rule()
    def start(self) -> None:
        """An exchange starts."""
        self.started += 1
        self.tickets[self.buffer.start(nothing)] = self.started

    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        """Some pending exchange ends."""
        if self.tickets:
            ticket = data.draw(st.sampled_from(sorted(self.tickets)))
            del self.tickets[ticket]
            self.buffer.end(ticket)

    @rule(share=st.floats(0, 1), max_exchanges=st.integers(0, 5), max_bytes=st.integers(1, 600))
    def read(self, share: float, max_exchanges: int, max_bytes: int) -> None:
        """A reader anywhere, with any bounds, gets the log without holes and within its bounds."""
        after = int(len(self.log) * share)
        told = self.buffer.read(after, max_exchanges=max_exchanges, max_bytes=max_bytes)
        entries = [each for each in told if isinstance(each, Entry)]
        assert len(entries) <= max_exchanges
        assert len(entries) <= 1 or sum(each.size for each in entries) <= max_bytes
        edge = self.check_told(after, told)
        if not entries and max_exchanges:
            assert edge == len(self.log)

    def check_told(self, after: int, told: Sequence[Entry | Gap]) -> int:
        """Each told piece is what the model knows of its sequences; the last sequence told."""
        edge = after
        for each in told:
            first = each.sequence if isinstance(each, Entry) else each.first_sequence
            assert first == edge + 1
            edge = first if isinstance(each, Entry) else each.last_sequence
            if isinstance(each, Entry):
                assert self.log[edge - 1][2] is None
                assert edge > self.acked
                assert each.exchange.request_id == str(edge)
            elif each.reason == "released_elsewhere":
                assert edge == self.acked
            else:
                self.check_gap(each)
        return edge

    def check_gap(self, gap: Gap) -> None:
        """A gap is a run of drops of its reason, exact in its count (its syncs: see `audit`)."""
        run = self.log[gap.first_sequence - 1 : gap.last_sequence]
        assert {reason for _, _, reason in run} == {gap.reason}
        assert gap.count == len(run) == sum(each.count for each in gap.syncs)

    @rule()
    def audit(self) -> None:
        """From the released position on, every gap names its bytes and its syncs exactly."""
        told = self.buffer.read(self.acked, **EVERYTHING)
        assert self.check_told(self.acked, told) == len(self.log)
        for gap in told:
            if isinstance(gap, Gap):
                run = self.log[gap.first_sequence - 1 : gap.last_sequence]
                assert gap.bytes == sum(size for _, size, _ in run)
                assert {each.sync_id: each.count for each in gap.syncs} == Counter(sync for sync, _, _ in run)

    @invariant()
    def facts_and_counters_are_the_models(self) -> None:
        """Every number agrees with the model at every moment."""
        facts, counters = self.buffer.snapshot()
        retained = self.retained()
        assert facts.oldest_sequence == (retained[0] if retained else len(self.log) + 1)
        assert (facts.next_sequence, facts.acked_through) == (len(self.log) + 1, self.acked)
        assert (facts.retained_exchanges, facts.retained_bytes) == (len(retained), self.retained_bytes())
        assert facts.retained_bytes <= self.MAX_BYTES
        assert facts.pending == len(self.tickets)
        assert facts.next_ticket - facts.oldest_ticket >= facts.pending
        assert {each.sync_id: self.numbers(each) for each in counters} == self.expected_numbers()

    @staticmethod
    def numbers(counters: SyncCounters) -> tuple[int, int, dict[str, tuple[int, int]]]:
        """Counters in the model's form."""
        return (
            counters.captured,
            counters.acked,
            {each.reason: (each.count, each.bytes) for each in counters.dropped},
        )

    def expected_numbers(self) -> dict[str, tuple[int, int, dict[str, tuple[int, int]]]]:
        """What the counters must be."""
        expected: dict[str, tuple[int, int, dict[str, tuple[int, int]]]] = {}
        for sequence, (sync_id, size, reason) in enumerate(self.log, start=1):
            captured, acked, dropped = expected.get(sync_id, (0, 0, {}))
            if reason is None:
                acked += sequence <= self.acked
            else:
                count, lost = dropped.get(reason, (0, 0))
                dropped = {**dropped, reason: (count + 1, lost + size)}
            expected[sync_id] = (captured + 1, acked, dropped)
        return expected


TestBufferMachine = BufferMachine.TestCase
