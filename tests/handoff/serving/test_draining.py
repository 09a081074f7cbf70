"""Rule 10: drain."""

import pytest

from captured_exchanges.exchange import Drained, Limits, ResumePosition
from captured_exchanges.handoff import Status
from captured_exchanges.handoff.serving import Abandon
from support.handoff_connector import Connector


def test_rule_10_an_empty_buffer_is_attested_at_once():
    """Where nothing was captured the answer comes without any ack."""
    owner = Connector().owner()
    owner.drain()
    (drained,) = owner.of(Drained)
    assert (drained.through_sequence, drained.acked_through, drained.counters) == (0, 0, ())


def test_rule_10_drained_comes_when_the_acks_have_reached_it():
    """All that was captured goes out at once; the attestation follows the last ack, with the counters."""
    connector = Connector()
    connector.capture(3)
    owner = connector.owner(limits=Limits(max_batch_delay=5))
    owner.drain()
    assert owner.sequences == [1, 2, 3]
    owner.ack(2)
    assert owner.of(Drained) == []
    owner.ack(3)
    (drained,) = owner.of(Drained)
    assert (drained.epoch, drained.through_sequence, drained.acked_through) == (connector.epoch, 3, 3)
    assert drained.counters == (connector.counters(),)
    assert drained.counters[0].acked == 3


def test_rule_10_a_gap_at_the_end_is_part_of_what_is_attested():
    """Exchanges dropped before the drain are told, acked and counted before the attestation."""
    connector = Connector(max_bytes=100)
    connector.capture(3)
    owner = connector.owner()
    owner.drain()
    owner.ack(1)
    assert owner.of(Drained) == []
    owner.ack(3)
    (drained,) = owner.of(Drained)
    assert drained.through_sequence == 3
    assert drained.counters[0].dropped[0].count == 2


def test_rule_10_started_but_unfinished_exchanges_are_waited_for():
    """An exchange in progress when the drain comes belongs to it, and gets its sequence when it ends."""
    connector = Connector()
    finish = connector.begin()
    connector.capture(1)
    owner = connector.owner()
    owner.drain(timeout=3)
    owner.ack(1)
    connector.advance(2)
    assert owner.of(Drained) == []
    finish()
    assert owner.sequences == [1, 2]
    owner.ack(2)
    (drained,) = owner.of(Drained)
    assert drained.through_sequence == 2
    assert drained.counters[0].abandoned == 0


def test_rule_10_what_starts_after_the_drain_is_not_waited_for():
    """A later exchange delays nothing."""
    connector = Connector()
    connector.capture(1)
    owner = connector.owner()
    owner.drain()
    connector.begin()
    owner.ack(1)
    assert len(owner.of(Drained)) == 1


@pytest.mark.parametrize(("timeout", "waited"), [(0.0, 5.0), (2.0, 2.0), (100_000.0, 600.0)])
def test_rule_10_unfinished_exchanges_are_abandoned_at_the_deadline(timeout, waited):
    """At the end of the timeout (5 s by default, 600 at most) they are recorded as they stand."""
    connector = Connector(dead_after=1000)
    late = connector.begin()
    owner = connector.owner()
    owner.drain(timeout)
    connector.advance(waited - 0.1)
    assert not [action for action in owner.actions if isinstance(action, Abandon)]
    connector.advance(0.2)
    assert owner.sequences == [1]
    owner.ack(1)
    (drained,) = owner.of(Drained)
    assert (drained.counters[0].captured, drained.counters[0].abandoned) == (1, 1)
    late()
    assert connector.counters().captured == 1


def test_rule_10_the_deadline_holds_while_a_write_is_stuck():
    """Abandoning does not wait for the consumer to take what is in the air."""
    connector = Connector()
    connector.begin()
    connector.capture(1)
    owner = connector.owner()
    owner.stalled = True
    owner.drain(timeout=2)
    assert owner.stream.wake_at == connector.now + 2
    connector.advance(2.1)
    assert connector.counters().abandoned == 1


def test_rule_10_a_second_drain_extends_the_first_and_one_answer_serves_both():
    """What started before the second drain belongs to the answer, which comes once."""
    connector = Connector()
    connector.capture(1)
    owner = connector.owner()
    owner.drain(timeout=1)
    finish = connector.begin()
    owner.drain(timeout=4)
    owner.ack(1)
    connector.advance(3)
    assert owner.of(Drained) == []
    finish()
    owner.ack(2)
    assert [drained.through_sequence for drained in owner.of(Drained)] == [2]
    assert connector.counters().abandoned == 0


def test_rule_10_the_stream_stays_usable_after_drained():
    """Capture and drain go on: every drain gets its own answer."""
    connector = Connector()
    owner = connector.owner()
    owner.drain()
    connector.capture(2)
    connector.advance(1)
    owner.ack(2)
    owner.drain()
    assert [drained.through_sequence for drained in owner.of(Drained)] == [0, 2]


def test_rule_10_a_drain_dies_with_its_stream():
    """The next stream of the same consumer is not answered what it did not ask, and nothing is abandoned."""
    connector = Connector()
    connector.begin()
    connector.capture(1)
    first = connector.owner()
    first.drain(timeout=1)
    first.cut()
    second = connector.owner()
    second.ack(1)
    connector.advance(5)
    assert second.of(Drained) == []
    assert connector.buffer.facts().pending == 1


def test_rule_10_a_drain_dies_with_a_stream_that_is_taken_over():
    """A drain of a former owner abandons nothing under the new one."""
    connector = Connector()
    connector.begin()
    former = connector.owner("one")
    former.drain(timeout=1)
    connector.owner("two", take_over=True)
    connector.advance(1.5)
    assert connector.buffer.facts().pending == 1


def test_rule_10_what_was_released_elsewhere_is_told_before_the_answer():
    """A store that resumes before what was acked learns the difference first."""
    connector = Connector()
    connector.capture(4)
    first = connector.owner("one")
    connector.advance(1)
    first.ack(4)
    second = connector.owner("two", take_over=True, resume=(ResumePosition(connector.epoch, 1),))
    second.drain()
    assert second.gaps == [(2, 4, "released_elsewhere")]
    assert isinstance(second.sent[-1], Drained)


def test_rule_10_a_negative_timeout_is_refused():
    """A negative timeout is named with its bound."""
    owner = Connector().owner()
    owner.drain(timeout=-1)
    assert owner.closing.code == Status.INVALID_ARGUMENT
    assert "drain.timeout is -1 s" in owner.closing.reason
