"""Rules 8 and 11: the places of a connector, and its stop."""

import pytest

from captured_exchanges.exchange import Ack, Drained, Open, OutgoingBatch, ResumePosition
from captured_exchanges.handoff import Status
from captured_exchanges.handoff.serving import ServerStream
from support.handoff_connector import Connector


def test_rule_8_the_ninth_observer_is_refused_and_the_rest_unharmed():
    """Eight observers are admitted; another is RESOURCE_EXHAUSTED until one leaves."""
    connector = Connector()
    observers = [connector.observer(follow=True) for _ in range(8)]
    ninth = connector.observer(follow=True)
    assert ninth.ended.code == Status.RESOURCE_EXHAUSTED
    assert "8 observers" in ninth.ended.details
    assert connector.owner().opened.role == "owner"
    assert all(observer.ended is None for observer in observers)
    observers[0].cut()
    assert connector.observer(follow=True).ended is None


def test_rule_8_of_too_many_streams_those_that_have_not_opened_make_way_in_turn():
    """64 streams are admitted; for another the one that has waited longest ends RESOURCE_EXHAUSTED, and never
    one that has opened.
    """
    connector = Connector()
    owner = connector.owner()
    silent = [connector.connect() for _ in range(63)]
    late = [connector.connect() for _ in range(2)]
    connector.advance(0)
    assert [stream.ended is None for stream in (owner, *silent, *late)] == [True, False, False] + [True] * 63
    assert silent[0].ended.code == Status.RESOURCE_EXHAUSTED
    assert "64 streams" in silent[0].ended.details
    assert connector.handoff.standing(connector.now).streams == 64
    connector.capture(1)
    connector.advance(1)
    assert owner.sequences == [1]


def test_rule_8_where_all_have_opened_another_stream_is_refused():
    """RESOURCE_EXHAUSTED, until one leaves; nobody is harmed."""
    connector = Connector(max_streams=3)
    owner = connector.owner()
    observers = [connector.observer(follow=True) for _ in range(2)]
    refused = connector.connect()
    assert refused.ended.code == Status.RESOURCE_EXHAUSTED
    assert "3 streams" in refused.ended.details
    assert [stream.ended for stream in (owner, *observers)] == [None] * 3
    observers[0].cut()
    assert connector.connect().ended is None


def test_a_stream_that_never_opens_gives_its_place_up():
    """A peer that says nothing at all cannot hold a place for ever."""
    connector = Connector()
    silent = connector.connect()
    connector.advance(29)
    assert silent.ended is None
    connector.advance(1.1)
    assert silent.ended.code == Status.DEADLINE_EXCEEDED
    assert connector.handoff.standing(connector.now).streams == 0


@pytest.mark.parametrize("request_", [Ack("e", 1), None])
def test_rule_8_a_debug_socket_admits_observers_only(request_):
    """Where only observers are admitted an owner is PERMISSION_DENIED; a look is welcome."""
    connector = Connector()
    owner = connector.connect(Open(consumer_id="c1"), observers_only=True)
    assert owner.ended.code == Status.PERMISSION_DENIED
    other = connector.connect(request_, observers_only=True)
    assert (other.ended is None) == (request_ is None)


def test_rule_11_without_an_attached_owner_every_stream_ends_at_once():
    """A stopping connector without an owner has nobody to wait for."""
    connector = Connector()
    observer = connector.observer(follow=True)
    waiting = connector.connect()
    connector.handoff.stop(connector.now + 10)
    connector.settle()
    assert observer.closing.code == Status.UNAVAILABLE
    assert waiting.ended.code == Status.UNAVAILABLE


def test_rule_11_new_owners_are_refused_and_the_attached_one_may_drain():
    """While the connector stops, its owner drains in peace; others are UNAVAILABLE, take_over or not."""
    connector = Connector()
    connector.capture(2)
    owner = connector.owner("one")
    connector.handoff.stop(connector.now + 10)
    refused = connector.owner("two", take_over=True)
    assert refused.ended.code == Status.UNAVAILABLE
    assert "stopping" in refused.ended.details
    owner.drain()
    owner.ack(2)
    assert len(owner.of(Drained)) == 1
    assert owner.closing is None
    owner.half_close()
    assert owner.ended.code == Status.OK


def test_rule_11_what_is_left_is_sent_without_waiting_for_company():
    """A stopping connector hurries: incomplete batches go at once."""
    connector = Connector()
    owner = connector.owner()
    connector.handoff.stop(connector.now + 10)
    connector.capture(1)
    assert owner.of(OutgoingBatch)


def test_rule_11_at_the_deadline_the_owner_ends_unavailable_too():
    """The attached owner has until the deadline, and is told by `closing`."""
    connector = Connector()
    connector.capture(1)
    owner = connector.owner()
    observer = connector.observer(follow=True)
    connector.handoff.stop(connector.now + 3)
    connector.settle()
    assert owner.stream.wake_at == connector.now + 3
    connector.advance(2.9)
    assert owner.closing is None
    assert observer.closing is None
    connector.advance(0.2)
    assert owner.closing.code == observer.closing.code == Status.UNAVAILABLE
    assert connector.owner("late").ended.code == Status.UNAVAILABLE


def test_rule_11_once_the_owner_has_gone_the_rest_ends():
    """Observers stay while the owner drains, and not longer."""
    connector = Connector()
    owner = connector.owner()
    observer = connector.observer(follow=True)
    connector.handoff.stop(connector.now + 10)
    connector.settle()
    assert observer.closing is None
    owner.cut()
    assert observer.closing.code == Status.UNAVAILABLE


def test_rule_11_a_reconnecting_owner_is_not_a_new_one():
    """While its older stream is still attached, the owner may come back to drain."""
    connector = Connector()
    older = connector.owner()
    connector.handoff.stop(connector.now + 10)
    newer = connector.owner()
    assert older.closing.code == Status.ABORTED
    newer.drain()
    assert len(newer.of(Drained)) == 1


def test_rule_3_a_durable_buffer_may_have_sent_up_to_its_lease_before():
    """After an unclean restart a position up to the end of the last lease is believed."""
    connector = Connector()
    connector.capture(5)
    connector.buffer._stock.shelf.sent_before = 4
    too_far = connector.owner(resume=(ResumePosition(connector.epoch, 5),))
    assert too_far.ended.code == Status.INVALID_ARGUMENT
    believed = connector.owner(resume=(ResumePosition(connector.epoch, 4),))
    connector.advance(1)
    assert believed.sequences == [5]


def test_rule_3_what_is_acked_was_sent():
    """A connector that restarts over a buffer believes in what that buffer knows to be acked."""
    connector = Connector()
    connector.capture(3)
    connector.buffer.release(2)
    assert connector.owner(resume=(ResumePosition(connector.epoch, 2),)).opened.acked_through == 2


def test_rule_8_a_refused_stream_cannot_own_before_it_has_ended():
    """An open that meets a refusal on its way changes nothing."""
    connector = Connector(max_streams=0)
    stream = ServerStream(connector.handoff, connector.now)
    stream.receive(Open(consumer_id="c1"), connector.buffer.facts(), connector.now)
    assert connector.handoff.standing(connector.now).owner == ""
    assert stream.next_action(connector.buffer.facts(), connector.now).code == Status.RESOURCE_EXHAUSTED


def test_standing_tells_who_is_attached():
    """Owner, streams and observers at a moment, for people and metrics."""
    connector = Connector()
    owner = connector.owner("one")
    connector.observer(follow=True)
    standing = connector.handoff.standing(connector.now)
    assert (standing.owner, standing.attached, standing.streams, standing.observers) == ("one", True, 2, 1)
    owner.cut()
    standing = connector.handoff.standing(connector.now)
    assert (standing.owner, standing.attached, standing.streams) == ("one", False, 1)
    assert connector.handoff.standing(connector.now + 31).owner == ""
