"""Rule 5: what is out and not acked stays within what was opened with."""

from __future__ import annotations

from dataclasses import replace

from captured_exchanges.exchange import Ack, Limits, ServerHeartbeat
from captured_exchanges.syncer import ClientSettings
from support.conformance_exchanges import BEATS, OWNER, exchange, filled
from support.syncer_messages import opened
from support.syncer_server import outgoing
from support.syncer_stores import SlowStore
from support.threaded_calls import until

SIZE = exchange("r1").size


def opened_with(connector, **limits):
    """An owner's stream with these bounds."""
    return connector.opened(replace(OWNER, limits=Limits(**limits)))


def nothing_more(owner):
    """A heartbeat is all that comes next, because a whole interval has brought nothing else."""
    assert isinstance(owner.hear(), ServerHeartbeat)


def test_rule_05_allowance_bounds_unacked_exchanges(pairing):
    """Three are out, then silence; each ack makes room for as many as it covers."""
    with pairing.connector(filled(20), **BEATS) as connector:
        owner, opened_ = opened_with(connector, max_outstanding_exchanges=3)
        assert owner.exchanges(3) == [1, 2, 3]
        nothing_more(owner)
        owner.say(Ack(opened_.epoch, 2))
        assert owner.exchanges(2) == [4, 5]
        nothing_more(owner)


def test_rule_05_allowance_bounds_unacked_bytes(pairing):
    """Two and a half exchanges' bytes let two out, whatever the count allows."""
    with pairing.connector(filled(9), **BEATS) as connector:
        owner, opened_ = opened_with(connector, max_outstanding_bytes=int(2.5 * SIZE))
        assert owner.exchanges(2) == [1, 2]
        nothing_more(owner)
        owner.say(Ack(opened_.epoch, 1))
        assert owner.exchanges(1) == [3]
        nothing_more(owner)


def test_rule_05_allowance_lets_a_single_larger_exchange_pass_alone(pairing):
    """It waits until nothing else is out, and nothing follows before it is acked."""
    with pairing.connector(filled(1), **BEATS) as connector:
        connector.capture(body=50 * SIZE)
        connector.capture()
        owner, opened_ = opened_with(connector, max_outstanding_bytes=int(2.5 * SIZE))
        for sequence in (1, 2, 3):
            assert owner.exchanges(1) == [sequence]
            nothing_more(owner)
            owner.say(Ack(opened_.epoch, sequence))


def test_rule_05_allowance_is_asked_for_and_kept_to_by_the_consumer(pairing, store):
    """`open` names its bounds, and a server that ignores them is cut off with the rest unread."""
    limits = Limits(8, 1 << 20, 4, 1 << 16, 0.05)
    slow = SlowStore(store.exchanges(), blocked_after=1)

    def flood(peer):
        assert peer.open_with(opened()).limits == limits
        for sequence in range(1, 25):
            peer.send(outgoing(sequence))
        peer.hang()

    settings = ClientSettings(limits=limits, delivery_delay=0.02, backoff_initial=30, backoff_max=30)
    with (
        pairing.scripted(flood) as connector,
        pairing.consumer(connector, slow, settings=settings) as consumer,
    ):
        until(lambda: consumer.report.violations == 1)
        assert consumer.report.received <= 8
        slow.release.set()
