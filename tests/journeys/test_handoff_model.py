"""The handoff against a model: both ends and the buffer are real, time and network are the test's.

Hypothesis captures, sends, acks, cuts, reconnects, kills, takes over, drops, drains, observes and restarts,
in any order; messages stay in flight as long as it likes. After each step the account of every sync must
be conserved and nothing released that no store holds; every commit must continue its store exactly; and at
the end a drain must bring everything that is left and attest to it.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from captured_exchanges.exchange import Dropped
from support.handoff_world import Syncer, World, observe

IDS = st.sampled_from(["one", "two"])
SYNCS = st.sampled_from(["s1", "s2", ""])
BODIES = st.sampled_from([10, 10, 200, 700, 2800, 5000])  # of 4000 bytes in the buffer, 3000 in the allowance
PICK = st.integers(0, 9)
AWAY = st.sampled_from([2.0, 31.0])
SELDOM = st.integers(0, 4).map(lambda n: n == 4)  # what undoes all the rest must not come all the time
SOAK = bool(os.environ.get("SOAK"))

pytestmark = pytest.mark.timeout(3600 if SOAK else 120)


class HandoffMachine(RuleBasedStateMachine):
    """One connector, up to four syncers of two stores, any number of observers."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @initialize(max_age=st.sampled_from([None, None, 1.0, 20.0]), spooled=st.booleans())
    def retain(self, max_age, spooled):
        self.world = World(max_age, spooled=spooled)

    # the connector's side

    @rule(sync_id=SYNCS, body=BODIES, count=st.integers(1, 8))
    def capture(self, sync_id, body, count):
        for _ in range(count):
            self.world.capture(sync_id, body)

    @rule(sync_id=SYNCS, body=BODIES)
    def begin(self, sync_id, body):
        self.world.begin(sync_id, body)

    @precondition(lambda self: self.world.unfinished)
    @rule(pick=PICK)
    def finish(self, pick):
        unfinished = self.world.unfinished
        unfinished.pop(pick % len(unfinished))()

    @rule(seldom=SELDOM)
    def restart_connector(self, seldom):
        if seldom:
            self.world.restart()

    # the syncers' side

    @precondition(lambda self: len(self.world.syncers) < 4)
    @rule(consumer_id=IDS, take_over=st.booleans())
    def start(self, consumer_id, take_over):
        Syncer(self.world, consumer_id, take_over=take_over)

    @precondition(lambda self: self.world.syncers)
    @rule(pick=PICK, settle=st.sampled_from([0.0, 0.5]))
    def drain(self, pick, settle):
        syncer = self._syncer(pick)
        syncer.perform(syncer.end.drain(settle, self.world.now))

    @precondition(lambda self: self.world.syncers)
    @rule(pick=PICK, seldom=SELDOM)
    def close(self, pick, seldom):
        syncer = self._syncer(pick)
        if seldom:
            syncer.perform(syncer.end.close(self.world.now))

    @precondition(lambda self: self.world.syncers)
    @rule(pick=PICK, after_commit=st.booleans())
    def kill(self, pick, after_commit):
        self._syncer(pick).kill(after_commit=after_commit)

    @precondition(lambda self: self.world.syncers)
    @rule(pick=PICK, syncs=st.lists(SYNCS, min_size=1, max_size=6), after_commit=st.booleans(), away=AWAY)
    def die_unacked(self, pick, syncs, after_commit, away):
        """What arrived last is in the store or not; and nobody comes while it is in flight, or for longer."""
        world, syncer = self.world, self._syncer(pick)
        world.flow()
        for sync_id in syncs:
            world.capture(sync_id, 10)
        for _ in range(2):
            world.elapse(0.3, flowing=False)
            world.carry()
        syncer.kill(after_commit=after_commit)
        world.elapse(away, flowing=False)

    @precondition(lambda self: self.world.syncers)
    @rule(pick=PICK)
    def store_works(self, pick):
        self._syncer(pick).work()

    @rule(follow=st.booleans())
    def observe(self, follow):
        observe(self.world, follow=follow)

    # between them

    @precondition(lambda self: self.world.lines)
    @rule(pick=PICK)
    def cut(self, pick):
        self._line(pick).cut()

    @precondition(lambda self: self.world.lines)
    @rule(pick=PICK)
    def vanish(self, pick):
        self._line(pick).vanish()

    @rule(count=st.integers(1, 6))
    def serve(self, count):
        for _ in range(count):
            self.world.serve()

    @precondition(lambda self: self.world.lines)
    @rule(pick=PICK, count=st.integers(1, 4))
    def deliver_up(self, pick, count):
        line = self._line(pick)
        for _ in range(count):
            line.deliver_up()

    @precondition(lambda self: self.world.lines)
    @rule(pick=PICK, count=st.integers(1, 4))
    def deliver_down(self, pick, count):
        line = self._line(pick)
        for _ in range(count):
            line.deliver_down()

    @rule()
    def flow(self):
        self.world.flow()

    @rule(seconds=st.sampled_from([0.06, 0.3, 2.0, 6.0, 31.0]), flowing=st.booleans())
    def elapse(self, seconds, flowing):
        self.world.elapse(seconds, flowing=flowing)

    # what must always hold

    @invariant()
    def account_is_conserved(self):
        """Captured = acked + retained + Σ dropped, per sync, and as the model counts."""
        self.world.look()
        facts, counters = self.world.buffer.snapshot()
        expected = self.world.model.counters(facts.acked_through)
        retained = self.world.model.retained(facts.acked_through)
        assert {account.sync_id for account in counters} == expected.keys()
        for account in counters:
            dropped = tuple(sorted(account.dropped, key=_reason))
            assert account == _with(expected[account.sync_id], account.dropped, dropped)
            lost = sum(entry.count for entry in account.dropped)
            assert account.captured == account.acked + retained[account.sync_id] + lost
        assert facts.retained_exchanges == retained.total()

    @invariant()
    def released_is_committed(self):
        """Whatever the buffer has let go of is in a store."""
        model, facts = self.world.model, self.world.buffer.facts()
        held = {s for store in model.stores.values() for s in store.rows.get(facts.epoch, [])}
        captures = model.epochs[facts.epoch]
        assert all(captures[s].dropped or s in held for s in range(1, facts.acked_through + 1))

    @invariant()
    def nobody_broke_the_protocol(self):
        """No consumer has seen anything that the protocol forbids."""
        assert all(syncer.end.tally.violations == 0 for syncer in self.world.syncers)

    def teardown(self):
        """Whatever happened: a syncer that comes now gets all that is left, and the attestation."""
        world = self.world
        for line in list(world.lines):
            line.cut()
        for syncer in list(world.syncers):
            syncer.kill(after_commit=False)
        last = Syncer(world, "one", take_over=True)
        last.perform(last.end.drain(0.5, world.now))
        attested = len(last.store.attestations)
        for _ in range(40):
            world.elapse(1.0, flowing=True)
            if last.end.drains.done:
                break
        self._check_attestation(last, attested)
        last.perform(last.end.close(world.now))
        world.flow()
        assert last not in world.syncers
        assert world.handoff.standing(world.now).owner == ""

    def _check_attestation(self, last: Syncer, attested: int) -> None:
        world, facts = self.world, self.world.buffer.facts()
        (drained,) = last.store.attestations[attested:]
        assert drained.through_sequence == drained.acked_through == facts.next_sequence - 1
        assert last.store.through(facts.epoch) == drained.through_sequence
        assert drained.counters == world.buffer.counters()
        assert facts.retained_exchanges == facts.pending == 0
        self.account_is_conserved()
        self.released_is_committed()

    def _syncer(self, pick: int) -> Syncer:
        return self.world.syncers[pick % len(self.world.syncers)]

    def _line(self, pick: int):
        return self.world.lines[pick % len(self.world.lines)]


def _reason(entry: Dropped) -> str:
    return entry.reason


def _with(account, told, in_order):
    """The expected account, its reasons in the order in which they were told."""
    assert account.dropped == in_order
    return type(account)(account.sync_id, account.captured, account.acked, told, account.abandoned)


HandoffMachine.TestCase.settings = settings(
    settings.get_profile("soak" if SOAK else "default"),
    max_examples=3000 if SOAK else 150,
    stateful_step_count=80,
)
TestHandoff = HandoffMachine.TestCase
