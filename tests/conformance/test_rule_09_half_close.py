"""Rule 9: half-close means "no more requests"."""

from __future__ import annotations

from dataclasses import replace

import pytest
from grpc import StatusCode

from captured_exchanges.exchange import Batch, Drain, Drained, Limits, Open, Opened
from support.conformance_callers import ending
from support.conformance_exchanges import OWNER, filled
from support.conformance_pairing import QUICK
from support.syncer_messages import opened
from support.syncer_server import outgoing
from support.threaded_calls import until


def heard_sequences(caller):
    """Of all batches so far."""
    return [each.sequence for b in caller.heard if isinstance(b, Batch) for each in b.exchanges]


def test_rule_09_half_close_of_an_owner_brings_what_is_retained_then(pairing):
    """Without waiting for company, though the batch was to wait five seconds; and the stream ends OK."""
    with pairing.connector() as connector:
        owner, opened_ = connector.opened(replace(OWNER, limits=Limits(max_batch_delay=5.0)))
        assert opened_.limits.max_batch_delay == 5.0
        connector.capture(3)
        owner.half_close()
        assert ending(owner)[0] is StatusCode.OK
        assert heard_sequences(owner) == [1, 2, 3]
        assert connector.retained == 3


def test_rule_09_half_close_of_an_owner_brings_no_more_than_its_allowance(pairing):
    """No ack can come any more, so a used-up allowance is the end."""
    with pairing.connector(filled(10)) as connector:
        owner, _ = connector.opened(replace(OWNER, limits=Limits(max_outstanding_exchanges=4)))
        owner.half_close()
        assert ending(owner)[0] is StatusCode.OK
        assert heard_sequences(owner) == [1, 2, 3, 4]


def test_rule_09_half_close_drops_an_unanswered_drain(pairing):
    """What it waited for may still be going on; nothing is attested."""
    with pairing.connector(filled(2)) as connector:
        finish = connector.begin()
        owner, _ = connector.opened(OWNER)
        owner.say(Drain(60.0))
        assert owner.exchanges(2) == [1, 2]
        owner.half_close()
        assert ending(owner)[0] is StatusCode.OK
        assert not any(isinstance(message, Drained) for message in owner.heard)
        finish()
        assert connector.account().abandoned == 0


def test_rule_09_half_close_of_an_observer_is_followed_by_the_buffer_as_it_was_at_its_open(pairing):
    """What is captured later is not for it."""
    with pairing.connector(filled(5)) as connector:
        observer, _ = connector.opened(Open())
        connector.capture(3)
        observer.half_close()
        assert ending(observer)[0] is StatusCode.OK
        assert heard_sequences(observer) == [1, 2, 3, 4, 5]


def test_rule_09_half_close_of_a_follower_is_followed_by_everything(pairing):
    """On and on, with what is captured from then on."""
    with pairing.connector(filled(2)) as connector:
        observer, _ = connector.opened(Open(follow=True))
        observer.half_close()
        assert observer.exchanges(2) == [1, 2]
        for sequence in (3, 4, 5):
            connector.capture()
            assert observer.exchanges(1) == [sequence]


def test_rule_09_half_close_of_a_consumer_that_leaves_undrained_lets_its_last_ack_be_heard(pairing, store):
    """It commits what has arrived, acks it, and half-closes; its place is kept for it."""
    slow = replace(QUICK, delivery_delay=60.0)
    with pairing.connector(filled(3)) as connector:
        with pairing.consumer(connector, store, settings=slow) as consumer:
            until(lambda: consumer.report.received == 3)
            assert connector.retained == 3
        connector.alone()
        assert connector.retained == 0
        assert connector.standing.owner
    assert store.exchanges().count() == 3


@pytest.mark.parametrize("follow", [False, True], ids=["look", "follow"])
def test_rule_09_half_close_is_what_observers_of_ours_begin_with(pairing, follow):
    """They have nothing to say but their open; a follower hears on until it leaves, and is gone then."""
    said = []

    def script(peer):
        said.append(peer.open_with(opened(role="observer")).follow)
        assert peer.rest() == peer.all_of(Open)
        peer.send(outgoing(1), outgoing(2))
        if follow:
            peer.hang()

    with pairing.scripted(script) as connector:
        heard = pairing.look(connector, follow=follow, leave_after=lambda each: follow and is_second(each))
        connector.finished(1)
    assert said == [follow]
    assert [type(response) for response in heard] == [Opened, Batch, Batch]


def is_second(response):
    """Whether this is the batch of the second exchange."""
    return isinstance(response, Batch) and response.exchanges[0].sequence == 2
