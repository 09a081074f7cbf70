"""What becomes of a newcomer where all is full: every ledger beside an independent count."""

import asyncio
import math
import threading
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.buffer import Block, CaptureBuffer, SpoolOptions
from captured_exchanges.buffer.overflow import Room
from captured_exchanges.exchange import Dropped, Entry, Gap
from support.buffer_account import imbalance, total_lost
from support.buffer_exchanges import encoded
from support.buffer_spooled import by_hand, patient_read
from support.threaded_calls import until

EVERYTHING = {"max_exchanges": 10**6, "max_bytes": 10**12}


def told(buffer: CaptureBuffer) -> list[int | tuple[int, int, str]]:
    return [
        each.sequence if isinstance(each, Entry) else (each.first_sequence, each.last_sequence, each.reason)
        for each in buffer.read(0, **EVERYTHING)
    ]


def test_drop_oldest_keeps_the_newest():
    """A newcomer takes the place of as many of the oldest as it needs, and they become one gap."""
    buffer = CaptureBuffer(max_bytes=300, overflow="drop_oldest")
    assert [buffer.accept(encoded(100)) for _ in range(3)] == [1, 2, 3]
    assert buffer.accept(encoded(150)) == 4
    assert told(buffer) == [(1, 2, "overflow"), 3, 4]
    assert buffer.counters()[0].dropped == (Dropped("overflow", 2, 200),)
    assert buffer.facts().oldest_sequence == 3


@pytest.mark.parametrize(("size", "fate"), [(199, 4), (200, 4), (201, None)])
def test_rule_13_what_is_in_flight_is_never_taken(size, fate):
    """Where too little is not in flight the newcomer is lost, and nothing with it."""
    buffer = CaptureBuffer(max_bytes=300, overflow="drop_oldest")
    for _ in range(3):
        buffer.accept(encoded(100))
    buffer.read(0, max_exchanges=1, max_bytes=10**9, hold=True)
    assert buffer.accept(encoded(size)) == fate
    assert told(buffer) == ([1, (2, 3, "overflow"), 4] if fate else [1, 2, 3, (4, 4, "overflow")])


def test_an_exchange_larger_than_the_buffer_takes_nothing_with_it():
    """`oversize` is lost alone, whatever the policy."""
    for overflow in ("drop_newest", "drop_oldest", Block(60.0)):
        buffer = CaptureBuffer(max_bytes=300, overflow=overflow)
        buffer.accept(encoded(300))
        assert buffer.accept(encoded(301)) is None
        assert told(buffer) == [1, (2, 2, "oversize")]


def test_a_sync_at_its_bound_loses_its_newcomer_under_drop_oldest_too():
    """One sync's share is not made by taking another's, nor its own past."""
    buffer = CaptureBuffer(max_bytes=1_000, max_sync_bytes=200, overflow="drop_oldest")
    assert [buffer.accept(encoded(100, "a")) for _ in range(3)] == [1, 2, None]


@given(st.lists(st.tuples(st.integers(30, 400), st.sampled_from(["", "a", "b"])), max_size=60), st.data())
def test_every_ledger_is_an_independent_count(captured, data):
    """Sequence by sequence and sync by sync: what a reader that takes all of it gets, and what it is told, is
    what was captured; the counters say the same.
    """
    overflow = data.draw(st.sampled_from(["drop_newest", "drop_oldest"]))
    buffer = CaptureBuffer(
        max_bytes=1_000, max_sync_bytes=data.draw(st.none() | st.just(600)), overflow=overflow
    )
    after, rows, gaps = 0, {}, []
    for size, sync_id in captured:
        buffer.accept(encoded(size, sync_id))
        if data.draw(st.integers(0, 5)) == 0:
            for each in buffer.read(after, max_exchanges=3, max_bytes=10**9, hold=True):
                after = each.last_sequence if isinstance(each, Gap) else each.sequence
                gaps.append(each) if isinstance(each, Gap) else rows.update({each.sequence: each.exchange})
            buffer.release(after)
    for each in buffer.read(after, **EVERYTHING):
        gaps.append(each) if isinstance(each, Gap) else rows.update({each.sequence: each.exchange})
    missing = {s for gap in gaps for s in range(gap.first_sequence, gap.last_sequence + 1)}
    assert len(rows) + len(missing) == len(captured) == sum(c.captured for c in buffer.counters())
    assert rows.keys() | missing == set(range(1, len(captured) + 1))
    assert all((rows[s].size, rows[s].sync_id) == captured[s - 1] for s in rows)
    assert sum(gap.bytes for gap in gaps) == sum(captured[s - 1][0] for s in missing)
    lost = Counter(captured[s - 1][1] for s in missing)
    assert {c.sync_id: sum(d.count for d in c.dropped) for c in buffer.counters() if c.dropped} == lost
    assert imbalance(buffer) == 0


class Captures(threading.Thread):
    """A thread of the connector that captures one exchange."""

    def __init__(self, buffer: CaptureBuffer) -> None:
        super().__init__()
        self.buffer, self.sequence = buffer, -1
        self.start()

    def run(self) -> None:
        self.sequence = self.buffer.accept(encoded(100))


def test_block_waits_until_there_is_room():
    """A full buffer holds up the call until an owner has committed something."""
    buffer = CaptureBuffer(max_bytes=100, overflow=Block(60.0))
    assert buffer.accept(encoded(100)) == 1
    captures = Captures(buffer)
    until(lambda: buffer._room._waiting == 1)
    assert buffer.facts().next_sequence == 2
    buffer.release(1)
    captures.join(10)
    assert captures.sequence == 2
    assert imbalance(buffer) == 0


def test_block_gives_up_at_its_deadline():
    """Then the newcomer is lost as with `drop_newest`; counted once."""
    buffer = CaptureBuffer(max_bytes=100, overflow=Block(0.05))
    buffer.accept(encoded(100))
    assert buffer.accept(encoded(100)) is None
    assert told(buffer) == [1, (2, 2, "overflow")]
    assert total_lost(buffer.counters()) == 1


def test_block_never_waits_in_an_event_loop():
    """It would stop every other call of the connector: the newcomer is lost at once, and that is counted."""
    faults = []
    buffer = CaptureBuffer(max_bytes=100, overflow=Block(3_600.0), on_fault=faults.append)

    async def captures() -> list[int | None]:
        return [buffer.accept(encoded(100)) for _ in range(2)]

    assert asyncio.run(captures()) == [1, None]
    assert faults == ["buffer.block_refused"]


def test_block_never_waits_within_a_change():
    """A destructor that runs inside of the buffer is put off like every other, not waited for."""
    buffer = CaptureBuffer(max_bytes=100, overflow=Block(3_600.0))
    buffer.accept(encoded(100))
    buffer._turns.take(lambda: buffer.accept(encoded(100)))
    assert told(buffer) == [1, (2, 2, "overflow")]


def test_block_waits_for_the_spool():
    """What is written makes room: with a working disk nothing is lost, and nobody waits for a syncer."""
    buffer = CaptureBuffer(max_bytes=1_000, overflow=Block(60.0), spool=SpoolOptions())
    given = [buffer.accept(encoded(400)) for _ in range(200)]
    assert given == list(range(1, 201))
    buffer.close()


@pytest.mark.parametrize("seconds", [0, -1, math.inf, math.nan])
def test_a_deadline_is_one(seconds):
    """Nobody waits for ever, nor for less than nothing."""
    with pytest.raises(ValueError, match="deadline is above zero"):
        Block(seconds)


def test_no_room_is_missed_between_looking_and_waiting():
    """Room that was made after the look ends the waiting at once."""
    room = Room()
    moment = room.moment
    room.made()
    room.wait(moment, 3_600.0)
    assert room._waiting == 0


def test_the_spool_under_every_policy_tells_what_it_lost():
    """With memory and disk full, the account and the gaps are what was captured."""
    for overflow in ("drop_newest", "drop_oldest"):
        buffer = by_hand(max_bytes=2_000, overflow=overflow, spool=SpoolOptions(max_bytes=9_000))
        for number in range(300):
            buffer.accept(encoded(100, f"s{number % 2}"))
            if number % 7 == 0:
                buffer._work.round()
        read = patient_read(buffer, 0, **EVERYTHING)
        kept = sum(isinstance(each, Entry) for each in read)
        gaps = [each for each in read if isinstance(each, Gap)]
        assert kept + sum(gap.count for gap in gaps) == 300
        assert {gap.reason for gap in gaps} == {"overflow"}
        assert sum(gap.count for gap in gaps) == total_lost(buffer.counters())
        assert imbalance(buffer) == 0
        buffer.close()
