"""What every stream has in common: `opened` first, batches that wait for company, one write at a time."""

from captured_exchanges.exchange import Gap, Limits, Open, Opened, OutgoingBatch
from captured_exchanges.handoff.serving import Send as ServerSend
from support.handoff_connector import CONNECTOR, POLICY, Connector


def test_opened_is_first_and_tells_all_there_is_to_know():
    """`opened` names role, place, bounds, connector and policy before anything else is sent."""
    connector = Connector()
    connector.capture(4)
    first = connector.owner()
    connector.advance(1)
    first.ack(1)
    opened = connector.owner(take_over=True).sent[0]
    assert isinstance(opened, Opened)
    assert (opened.role, opened.epoch) == ("owner", connector.epoch)
    assert (opened.oldest_sequence, opened.next_sequence, opened.acked_through) == (2, 5, 1)
    assert opened.heartbeat_interval == 5
    assert (opened.connector, opened.redaction_policy) == (CONNECTOR, POLICY)
    assert connector.observer().opened.role == "observer"


def test_zero_means_the_default_and_above_the_maximum_means_the_maximum():
    """The bounds in force are told, whatever was asked for."""
    connector = Connector()
    terms = connector.handoff.terms
    assert connector.owner().opened.limits == terms.owner_default
    huge = Limits(2**32 - 1, 2**64 - 1, 2**32 - 1, 2**64 - 1, 1e9)
    assert connector.owner(limits=huge).opened.limits == terms.owner_maximum
    small = Limits(1, 2, 3, 4, 0.5)
    assert connector.owner(limits=small).opened.limits == small
    assert connector.observer().opened.limits == terms.observer_default
    assert connector.observer(limits=huge).opened.limits == terms.observer_maximum


def test_an_incomplete_batch_waits_for_company_as_long_as_agreed():
    """Exchanges that come within max_batch_delay share a batch; the first waits no longer than that."""
    connector = Connector()
    owner = connector.owner(limits=Limits(max_batch_delay=0.5))
    connector.capture(1)
    connector.advance(0.4)
    connector.capture(1)
    assert owner.batches == []
    connector.advance(0.11)
    assert owner.batches == [[1, 2]]


def test_a_full_batch_does_not_wait():
    """A batch that has all it may hold goes at once."""
    connector = Connector()
    owner = connector.owner(limits=Limits(max_batch_delay=5, max_batch_exchanges=3))
    connector.capture(7)
    assert owner.batches == [[1, 2, 3], [4, 5, 6]]


def test_one_write_is_in_the_air_at_a_time():
    """Nothing is sent while a write is pending, and all of it afterwards, in order."""
    connector = Connector(max_bytes=300)
    owner = connector.connect(stalled=True)
    owner.say(Open(consumer_id="c1"))
    connector.capture(5)
    connector.advance(2)
    assert [type(message) for message in owner.sent] == [Opened]
    owner.take()
    connector.advance(1)
    assert [type(message) for message in owner.sent] == [Opened, OutgoingBatch, Gap]
    assert owner.gaps == [(4, 5, "overflow")]


def test_nothing_is_asked_of_the_buffer_that_is_not_sent():
    """Waiting for company, for an ack or for a write costs no reads."""
    connector = Connector()
    owner = connector.owner(limits=Limits(max_batch_delay=5, max_outstanding_exchanges=2))
    for _ in range(20):
        connector.capture(1)
    connector.advance(4)
    reads = [action for action in owner.actions if not isinstance(action, ServerSend)]
    assert owner.sequences == [1, 2]
    assert len(reads) == 1
