"""A capture buffer beside a model that remembers everything."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.exchange import MAX_SEQUENCE, Entry, Gap
from support.buffer_exchanges import encoded

EVERYTHING = {"max_exchanges": 10**6, "max_bytes": 10**12}
SIZES = st.integers(30, 650) | st.sampled_from([599, 600, 601, 999, 1_000, 1_001, 1_499, 1_500, 1_501])
"""Some at the bounds of the machines."""


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


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
        self.buffer = self.begin()
        self.epochs: list[dict[int, Item]] = [{}]
        self.acked = self.position = self.given = self.in_flight = self.FIRST - 1
        self.attached = False
        self.lapses_at = 0.0

    make: Callable[..., CaptureBuffer] = CaptureBuffer

    def begin(self, **how) -> CaptureBuffer:
        """The buffer."""
        return self.make(
            max_bytes=self.MAX_BYTES,
            max_sync_bytes=self.SYNC_BYTES,
            max_age=self.MAX_AGE,
            first_sequence=self.FIRST,
            clock=self.clock,
            **how,
        )

    def fetch(self, after: int, **how) -> Sequence[Entry | Gap]:
        """What a reader gets that waits as long as it must."""
        return self.buffer.read(after, **how)

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

    @rule(
        sync_id=st.sampled_from(["", "a", "b"]),
        size=st.integers(30, 650) | st.sampled_from([999, 1000, 1001, 1499, 1500, 1501]),
    )
    def accept(self, sync_id: str, size: int) -> None:
        """An exchange is captured."""
        self.age()
        state = self.fate(sync_id, size)
        sequence = self.sequence()
        self.epochs[-1][sequence] = Item(sync_id, size, state, self.clock.now)
        given = self.buffer.accept(encoded(size, sync_id))
        assert given == (sequence if state == "retained" else None)

    def fate(self, sync_id: str, size: int) -> str:
        """What must become of a newcomer."""
        if size > self.SYNC_BYTES:
            return "oversize"
        room = min(self.MAX_BYTES - self.bytes_held(), self.SYNC_BYTES - self.bytes_held(sync_id))
        return "overflow" if size > room else "retained"

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
        items = self.fetch(self.position, max_exchanges=count, max_bytes=10**9, hold=True)
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
        for each in self.fetch(after, **EVERYTHING):
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
        held = {each.sequence for each in self.fetch(0, **EVERYTHING) if isinstance(each, Entry)}
        assert not self.attached or {n for n in given if seen[n].state == "retained"} <= held
