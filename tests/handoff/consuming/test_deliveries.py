"""Effectively once, in order, nothing lost silently: the consumer's end against a model of its world.

A connector that captures, drops, restarts and repeats itself; a network that cuts streams and loses acks;
a store that another program moves; a syncer that crashes with its commit done or undone.
"""

import random
from dataclasses import dataclass, field

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from captured_exchanges.exchange import Ack, Batch, Closing, Drain, Heartbeat, Limits
from captured_exchanges.handoff.consuming import ClientSettings, ConsumerEnd
from captured_exchanges.handoff.consuming import Send as ClientSend
from support.syncer_driver import Cancel, Commit, Dial, HalfClose, ReadWatermarks, Stop
from support.syncer_messages import batch, captured, counters, drained, gap, opened, watermark

SETTINGS = ClientSettings(
    consumer_id="c",
    limits=Limits(12, 10_000, 4, 1_000, 0.05),
    delivery_exchanges=5,
    delivery_bytes=60,
    reconnect_timeout=None,
)


@dataclass
class Connector:
    """One life of a buffer: `log` is what happened to each sequence, from 1 on."""

    epoch: str
    log: list = field(default_factory=list)
    acked: int = 0
    sent: int = 0

    def item(self, sequence):
        """What a stream carries for this sequence: a batch or a gap."""
        kept = self.log[sequence - 1]
        return batch(sequence, epoch=self.epoch) if kept else gap(sequence, sequence, epoch=self.epoch)


@dataclass
class Store:
    """What one transaction after another has made of it."""

    marks: dict = field(default_factory=dict)
    rows: list = field(default_factory=list)
    gaps: list = field(default_factory=list)

    def commit(self, commit):
        assert self.marks.get(commit.epoch, (0, False))[0] == commit.after_sequence
        self.rows += [(commit.epoch, row.sequence) for row in commit.exchanges]
        self.gaps += commit.gaps
        self.marks.pop(commit.epoch, None)
        self.marks[commit.epoch] = (commit.through_sequence, commit.drained is not None)

    def watermarks(self):
        return [
            watermark(through, epoch=epoch, drained=done)
            for epoch, (through, done) in reversed(self.marks.items())
        ]

    def losses(self):
        return [(one.epoch, one.first_sequence) for one in self.gaps if one.reason == "unknown_loss"]


class World(RuleBasedStateMachine):
    """The consumer's end in it is the real one. `stream` is the last sequence sent on it, None: no stream."""

    @initialize()
    def begin(self):
        self.now = 0.0
        self.epochs = 1
        self.connector = Connector("epoch-1")
        self.store = Store()
        self.expected_losses = set()
        self._start_consumer()

    def _start_consumer(self):
        self.end = ConsumerEnd(SETTINGS, rng=random.Random(1))
        self.in_flight = None
        self.stream = None
        self.reading = False
        self._do(self.end.start(self.now))

    # the world's moves

    @rule(kept=st.lists(st.booleans(), min_size=1, max_size=8))
    def capture(self, kept):
        """Exchanges are captured, some of them dropped."""
        self.connector.log += kept

    @precondition(lambda self: self.stream is not None)
    @rule(number=st.integers(1, 6))
    def deliver(self, number):
        """The connector sends what is next, within the allowance."""
        for _ in range(number):
            self._deliver_one()

    @precondition(lambda self: self.in_flight is not None)
    @rule()
    def commit_lands(self):
        """The transaction succeeds."""
        self._land()
        self._do(self.end.committed(self.now))

    @precondition(lambda self: self.in_flight is not None)
    @rule()
    def watermark_moves(self):
        """Somebody else committed the same delivery: ours is rolled back."""
        self._land()
        self._do(self.end.watermark_moved(self.now))

    @precondition(lambda self: self.stream is not None)
    @rule(announced=st.booleans())
    def cut(self, announced):
        """The stream ends, with or without a word; acks on their way are lost."""
        epoch = self.connector.epoch
        if announced and self.end.connected:
            self._do(self.end.received(Closing(epoch, 14, "bye"), self.now))
        self.stream = None
        self._do(self.end.ended(14, "cut", self.now))

    @precondition(lambda self: self.stream is not None and self.end.connected)
    @rule(number=st.integers(1, 40))
    def misbehave(self, number):
        """A sequence arrives out of order: the stream is left."""
        wrong = Batch(self.connector.epoch, (captured(len(self.connector.log) + 1 + number),), 0)
        self._do(self.end.received(wrong, self.now))
        assert self.stream is None

    @rule(landed=st.booleans())
    def crash(self, landed):
        """The syncer dies; what was in flight is in the store, or is not."""
        if landed and self.in_flight is not None:
            self._land()
        self._start_consumer()

    @rule()
    def restart_connector(self):
        """The connector dies with all that it held; the next one begins another epoch."""
        self.epochs += 1
        self.connector = Connector(f"epoch-{self.epochs}")
        if self.stream is not None:
            self.stream = None
            self._do(self.end.ended(14, "killed", self.now))

    @rule(seconds=st.floats(0.01, 20.0))
    def time_passes(self, seconds):
        """Both sides say that they live meanwhile."""
        until = self.now + seconds
        while (deadline := self.end.deadline()) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            self.end.overslept(self.now)
            self._do(self.end.tick(self.now))
        self.now = until
        self.end.overslept(self.now)

    # what must always hold

    @invariant()
    def rows_are_in_order_and_once(self):
        """No (epoch, sequence) reaches the table twice, and within an epoch they ascend."""
        for epoch in self.store.marks:
            sequences = [sequence for of, sequence in self.store.rows if of == epoch]
            assert sequences == sorted(set(sequences))

    @invariant()
    def nothing_below_a_watermark_is_unaccounted(self):
        """Rows and told gaps cover each epoch from 1 to its watermark, each sequence once."""
        for epoch, (through, _) in self.store.marks.items():
            rows = [sequence for of, sequence in self.store.rows if of == epoch]
            told = [
                sequence
                for one in self.store.gaps
                if one.epoch == epoch and one.reason != "unknown_loss"
                for sequence in range(one.first_sequence, one.last_sequence + 1)
            ]
            assert sorted(rows + told) == list(range(1, through + 1))

    @invariant()
    def an_ack_is_never_ahead_of_the_store(self):
        """What the connector released is committed."""
        assert self.connector.acked <= self.store.marks.get(self.connector.epoch, (0, False))[0]

    @invariant()
    def losses_are_told_once(self):
        """An undrained epoch is told as lost once for each place where it ended."""
        losses = self.store.losses()
        assert len(losses) == len(set(losses))

    def teardown(self):
        """From wherever it stands, it comes to an attested end with all that there is."""
        if not hasattr(self, "end"):
            return
        self._do(self.end.drain(0.0, self.now))
        for _ in range(1000):
            if self.end.drains.done:
                break
            self._move_on()
        assert self.end.drains.done, "it never came to an end"
        epoch = self.connector.epoch
        assert self.store.marks[epoch] == (len(self.connector.log), True)
        assert [sequence for of, sequence in self.store.rows if of == epoch] == [
            number for number, kept in enumerate(self.connector.log, 1) if kept
        ]
        earlier = {
            (one, through + 1)
            for one, (through, done) in self.store.marks.items()
            if one != epoch and not done
        }
        assert earlier == set(self.store.losses())
        self._part()

    def _part(self):
        self._do(self.end.close(self.now))
        assert self.half_closed
        self._do(self.end.ended(0, "", self.now))
        assert self.end.stopped.kind == "finished"

    def _move_on(self):
        if self.in_flight is not None:
            self.commit_lands()
        elif self.stream is not None:
            self._deliver_one()
            self._attest()
        self.time_passes(1.0)

    # who performs

    def _do(self, actions):
        for action in actions:
            self._perform(action)

    def _perform(self, action):
        match action:
            case ReadWatermarks():
                assert self.in_flight is None, "watermarks are read when all has settled"
                self._do(
                    self.end.watermarks_read(self.store.watermarks(), self.now, losses=self.store.losses())
                )
            case Dial(opening):
                self._open(opening)
            case Commit():
                assert self.in_flight is None, "one commit at a time"
                assert len(action.exchanges) + len(action.gaps) <= max(1, SETTINGS.delivery_exchanges)
                self.in_flight = action
            case ClientSend(Ack(epoch, through)):
                assert epoch == self.connector.epoch
                assert self.stream is not None
                assert not self.half_closed
                self.connector.acked = max(self.connector.acked, through)
            case ClientSend(Drain()):
                self.draining = len(self.connector.log)
            case ClientSend(Heartbeat()):
                assert not self.half_closed
            case HalfClose():
                self.half_closed = True
            case Cancel():
                self.stream = None
            case Stop(stopped):
                assert stopped.kind == "finished", stopped
                assert self.half_closed, "ownership is given up"

    def _open(self, opening):
        connector = self.connector
        resume = {position.epoch: position.after_sequence for position in opening.resume}
        matched = resume.get(connector.epoch)
        if matched is not None:
            assert matched <= connector.sent, "a position beyond all that was sent"
            connector.acked = max(connector.acked, matched)
        # A careless connector: it repeats what the store has.
        self.stream = connector.acked if matched is None else max(0, matched - 2)
        self.half_closed = False
        self.draining = None
        acked = connector.acked
        self._do(self.end.received(opened(epoch=connector.epoch, acked=acked, interval=5.0), self.now))

    def _deliver_one(self):
        connector, position = self.connector, self.stream
        if position is None or self.half_closed or not self.end.wants_input or position == len(connector.log):
            return
        if sum(connector.log[connector.acked : position]) >= SETTINGS.limits.max_outstanding_exchanges:
            return
        self.stream = position + 1
        connector.sent = max(connector.sent, self.stream)
        self._do(self.end.received(connector.item(self.stream), self.now))

    def _attest(self):
        connector = self.connector
        if self.stream is None or self.draining is None or connector.acked < self.draining:
            return
        kept = sum(connector.log[: connector.acked])
        told = (counters(captured=kept, acked=kept),)
        through, self.draining = self.draining, None
        self._do(
            self.end.received(
                drained(through, epoch=connector.epoch, acked=connector.acked, counters=told), self.now
            )
        )

    def _land(self):
        self.store.commit(self.in_flight)
        self.in_flight = None


World.TestCase.settings = hypothesis_settings(stateful_step_count=60)
TestWorld = World.TestCase
