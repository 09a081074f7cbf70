"""Rule 12: who says nothing for 2.5 intervals is dead, unless it owes no heartbeat."""

from __future__ import annotations

import threading

import pytest
from grpc import StatusCode

from captured_exchanges.exchange import Ack, Batch, Closing, Heartbeat, Open, ServerHeartbeat
from captured_exchanges.handoff.serving import Terms
from captured_exchanges.syncer import ClientSettings
from support.conformance_callers import ending
from support.conformance_exchanges import LOOK, OWNER, filled
from support.conformance_script import HALF_CLOSE, answer_drain
from support.syncer_messages import drained, opened
from support.syncer_server import outgoing
from support.threaded_calls import until

INTERVAL = 0.1
# Where a peer must not be taken for dead: 2.5 of these are more than a busy machine withholds at a time.
ROOMY = 0.3


# the connector


def test_rule_12_dead_peers_are_told_by_heartbeats_of_five_seconds(pairing):
    """The default interval, in `opened`; and 2.5 of them."""
    assert (Terms().heartbeat_interval, Terms().patience) == (5.0, 12.5)
    assert ClientSettings().heartbeat_interval == 5.0
    with pairing.connector() as connector:
        assert connector.opened(OWNER)[1].heartbeat_interval == 5.0


@pytest.mark.parametrize("open_", [OWNER, LOOK], ids=["owner", "observer"])
def test_rule_12_dead_peers_are_no_silent_connectors(pairing, open_):
    """A connector that has nothing to send says that it lives, to whoever is attached, and how full it is."""
    with pairing.connector(filled(3), heartbeat_interval=ROOMY) as connector:
        caller, opened_ = connector.opened(open_)
        assert opened_.heartbeat_interval == pytest.approx(ROOMY)
        caller.exchanges(3)
        beat = caller.until(ServerHeartbeat)
        assert (beat.epoch, beat.retained_exchanges) == (opened_.epoch, 3)


def test_rule_12_dead_peers_are_owners_that_fall_silent(pairing):
    """UNAVAILABLE, announced; its ownership is kept for it."""
    with pairing.connector(heartbeat_interval=INTERVAL) as connector:
        owner, _ = connector.opened(OWNER)
        code, detail = ending(owner)
        assert (code, "0.25 s" in detail) == (StatusCode.UNAVAILABLE, True), detail
        assert connector.standing.owner == "c1"


def test_rule_12_dead_peers_are_not_owners_that_say_anything(pairing):
    """Heartbeats keep an owner alive beyond 2.5 intervals, and so do acks."""
    with pairing.connector(filled(1), heartbeat_interval=ROOMY) as connector:
        owner, opened_ = connector.opened(OWNER)
        for number in range(3):
            owner.until(ServerHeartbeat)
            owner.say(Heartbeat() if number % 2 else Ack(opened_.epoch, 1))
        connector.capture()
        assert 2 in {each.sequence for each in owner.until(Batch).exchanges}


def test_rule_12_dead_peers_are_not_silent_observers(pairing):
    """An observer owes no heartbeat."""
    with pairing.connector(heartbeat_interval=INTERVAL) as connector:
        observer, _ = connector.opened(LOOK)
        for _ in range(3):
            observer.until(ServerHeartbeat)
        connector.capture()
        assert observer.exchanges(1) == [1]


def test_rule_12_dead_peers_are_not_half_closed_owners_that_read_slowly(pairing):
    """It cannot send heartbeats any more: as long as it takes what is written it is alive."""
    with pairing.connector(filled(60, body=100_000), heartbeat_interval=ROOMY) as connector:
        owner, _ = connector.opened(OWNER)
        owner.half_close()
        pause = threading.Event()
        taken = 0
        while not isinstance(message := owner.hear(), Closing):
            assert message is not None, "the stream ended without a word"
            taken += len(message.exchanges) if isinstance(message, Batch) else 0
            pause.wait(INTERVAL / 2)
        assert (taken, message.code) == (60, 0)


@pytest.mark.parametrize("open_", [Open(), OWNER], ids=["observer", "half-closed owner"])
def test_rule_12_dead_peers_are_those_whose_pending_write_does_not_move(pairing, open_):
    """Who takes nothing for 2.5 intervals is let go, and its place is free."""
    with pairing.connector(filled(80, body=100_000), heartbeat_interval=INTERVAL) as connector:
        dead = connector.caller(open_)
        dead.half_close()
        until(lambda: connector.standing.streams == 1)
        connector.alone()
        dead.rest()
        assert dead.status()[0] is not StatusCode.OK


@pytest.mark.parametrize("open_", [OWNER, LOOK], ids=["owner", "observer"])
def test_rule_12_dead_peers_are_those_whose_connection_is_cut(pairing, open_):
    """At once, and long before any heartbeat is due."""
    with pairing.connector() as connector:
        caller, _ = connector.opened(open_)
        caller.cut()
        connector.alone()


# the consumer


def test_rule_12_dead_peers_are_no_silent_consumers(pairing, store):
    """A consumer whose sync has nothing to say tells its connector that it lives, until it half-closes."""

    def script(peer):
        peer.open_with(opened(interval=ROOMY))
        for _ in range(3):
            peer.expect(Heartbeat)
            peer.send(ServerHeartbeat("epoch-1", 0, retained_exchanges=3, pending=2))
        answer_drain(peer, 0)
        assert peer.said[-1] == HALF_CLOSE

    with pairing.scripted(script) as connector, pairing.consumer(connector, store) as consumer:
        until(lambda: consumer.report.pending == 2)
        assert consumer.report.retained == 3
        consumer.drain()


def test_rule_12_dead_peers_are_left_by_the_consumer_and_tried_again(pairing, store):
    """A connector that falls silent: the call is given up, and what it brought is kept."""

    def silent(peer):
        peer.open_with(opened(interval=INTERVAL / 4))
        peer.send(outgoing(1))
        peer.hang()

    def second(peer):
        peer.open_with(opened(acked=1))
        answer_drain(peer, 1)

    with pairing.scripted(silent, second) as connector, pairing.consumer(connector, store) as consumer:
        until(lambda: "silent" in consumer.report.trouble)
        assert consumer.drain().committed == 1
        assert connector.streams == 2


def test_rule_12_dead_peers_are_none_where_both_ends_are_ours(pairing, store):
    """More than 2.5 intervals pass in which neither has anything to say: it stays one stream."""
    with (
        pairing.connector(heartbeat_interval=ROOMY) as connector,
        pairing.consumer(connector, store) as consumer,
    ):
        observer, _ = connector.opened(LOOK)
        until(lambda: consumer.report.state == "connected")
        for _ in range(3):
            observer.until(ServerHeartbeat)
        connector.capture()
        assert consumer.drain().streams == 1


def test_rule_12_dead_peers_that_answer_a_drain_are_not(pairing, store):
    """Any message is a sign of life, not heartbeats alone."""

    def script(peer):
        peer.open_with(opened(interval=ROOMY))
        for number in range(1, 4):
            peer.expect(Heartbeat)
            peer.send(outgoing(number))
        peer.acked(3)
        peer.send(drained(3))
        peer.rest()

    with pairing.scripted(script) as connector, pairing.consumer(connector, store) as consumer:
        assert (consumer.drain().committed, connector.streams) == (3, 1)
