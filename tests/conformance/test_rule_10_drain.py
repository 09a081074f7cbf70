"""Rule 10: "send all that was captured before now, then attest to it"."""

from __future__ import annotations

from grpc import StatusCode

from captured_exchanges.connector import Recorder
from captured_exchanges.exchange import Ack, Batch, Drain, Drained, ServerHeartbeat, SyncCounters
from captured_exchanges.handoff.serving import Terms
from support.conformance_exchanges import BEATS, LOOK, OWNER, filled, rows
from support.conformance_script import answer_drain
from support.connector_snapshots import PlainRedactor, response, seen
from support.syncer_messages import counters, drained, opened
from support.syncer_server import outgoing
from support.threaded_calls import until


def no_answer_yet(owner):
    """A whole heartbeat passes without `drained`."""
    while not isinstance(message := owner.hear(), ServerHeartbeat):
        assert not isinstance(message, Drained | None)


def heard(connector, owner, *requests):
    """An owner says this, and the connector has heard it: an ack that was said after it has released."""
    owner.say(*requests)
    connector.capture()
    owner.exchanges(1, ack=True)
    connector.until_retained(0)


def test_rule_10_drain_waits_for_what_has_started(pairing):
    """An exchange begun before the drain is covered by it, however late it ends; a later one is not."""
    with pairing.connector(filled(1), **BEATS) as connector:
        finish = connector.begin()
        owner, _ = connector.opened(OWNER)
        owner.say(Drain(60.0))
        owner.exchanges(1, ack=True)
        no_answer_yet(owner)
        connector.begin()
        finish()
        assert owner.exchanges(1, ack=True) == [2]
        assert owner.until(Drained).through_sequence == 2
        assert connector.buffer.facts().pending == 1


def test_rule_10_drain_is_answered_when_all_that_it_covers_is_acked(pairing):
    """Not sooner; and what is issued after its moment is no part of it."""
    with pairing.connector(filled(3), **BEATS) as connector:
        owner, opened_ = connector.opened(OWNER)
        owner.say(Drain())
        assert owner.exchanges(3) == [1, 2, 3]
        owner.say(Ack(opened_.epoch, 2))
        no_answer_yet(owner)
        connector.capture()
        owner.say(Ack(opened_.epoch, 3))
        answer = owner.until(Drained)
        assert (answer.through_sequence, answer.acked_through) == (3, 3)
        assert answer.counters == (SyncCounters("s", 4, 3),)


def test_rule_10_drain_closes_what_does_not_end_in_five_seconds_as_abandoned(pairing):
    """Recorded with what is known, with a sequence, counted in `captured` and in `abandoned`."""
    assert Terms().drain_timeout == 5.0
    with pairing.connector(filled(1), dead_after=1000.0) as connector:
        recorder = Recorder(PlainRedactor(), connector.buffer)
        late = recorder.begin("http", seen(None))
        owner, opened_ = connector.opened(OWNER)
        owner.say(Drain())
        owner.exchanges(1, ack=True)
        connector.until_acked(1)
        connector.skip(4.5)
        assert connector.buffer.facts().pending == 1
        connector.skip(0.6)
        (captured,) = owner.until(Batch).exchanges
        assert (captured.sequence, captured.exchange.request_id) == (2, late.request_id)
        assert captured.exchange.response_json is None
        owner.say(Ack(opened_.epoch, 2))
        answer = owner.until(Drained)
        assert answer.through_sequence == 2
        assert connector.account("").abandoned == connector.account("").captured == 1


def test_rule_10_drain_ignores_what_comes_later_of_the_abandoned(pairing):
    """The exchange ends after all: it was told already, and is not told twice."""
    with pairing.connector() as connector:
        recorder = Recorder(PlainRedactor(), connector.buffer)
        late = recorder.begin("http", seen(response()))
        owner, _ = connector.opened(OWNER)
        owner.say(Drain(0.01))
        assert owner.exchanges(1, ack=True) == [1]
        owner.until(Drained)
        late.finish()
        connector.capture()
        assert owner.exchanges(1) == [2]
        assert connector.account("").captured == 1


def test_rule_10_drain_waits_as_long_as_it_says(pairing):
    """Its `timeout` is the one in force, and not the default of five seconds."""
    with pairing.connector(dead_after=1000.0) as connector:
        connector.begin()
        owner, _ = connector.opened(OWNER)
        heard(connector, owner, Drain(60.0))
        connector.skip(59.0)
        assert connector.buffer.facts().pending == 1
        connector.skip(1.5)
        assert owner.exchanges(1, ack=True) == [2]
        assert owner.until(Drained).counters[0].abandoned == 1


def test_rule_10_drain_that_follows_extends_the_first_and_one_answer_serves_both(pairing):
    """The second one covers what started between the two, and nothing is answered before that has ended."""
    with pairing.connector(**BEATS) as connector:
        first = connector.begin()
        owner, _ = connector.opened(OWNER)
        heard(connector, owner, Drain(60.0))
        second = connector.begin()
        heard(connector, owner, Drain(60.0))
        first()
        assert owner.exchanges(1, ack=True) == [3]
        no_answer_yet(owner)
        second()
        assert owner.exchanges(1, ack=True) == [4]
        assert owner.until(Drained).through_sequence == 4
        no_answer_yet(owner)
        assert len([message for message in owner.heard if isinstance(message, Drained)]) == 1


def test_rule_10_drain_dies_with_its_stream(pairing):
    """The next stream is not answered what it has not asked."""
    with pairing.connector(filled(2), **BEATS) as connector:
        owner, _ = connector.opened(OWNER)
        owner.say(Drain())
        assert owner.exchanges(2) == [1, 2]
        owner.cancel()
        connector.alone()
        again, _ = connector.opened(OWNER)
        again.exchanges(2, ack=True)
        connector.until_retained(0)
        no_answer_yet(again)
        no_answer_yet(again)


def test_rule_10_drain_leaves_the_stream_usable(pairing):
    """After `drained` exchanges go on, are acked, and drained again."""
    with pairing.connector() as connector:
        owner, _ = connector.opened(OWNER)
        for sequence in (1, 2, 3):
            connector.capture()
            owner.say(Drain())
            assert owner.exchanges(1, ack=True) == [sequence]
            assert owner.until(Drained).through_sequence == sequence


def test_rule_10_drain_is_no_concern_of_observers(pairing):
    """What the owner drains, an observer only sees go by."""
    with pairing.connector(filled(1)) as connector:
        observer, _ = connector.opened(LOOK)
        assert observer.exchanges(1) == [1]
        owner, _ = connector.opened(OWNER)
        owner.say(Drain())
        owner.exchanges(1, ack=True)
        owner.until(Drained)
        connector.capture()
        assert observer.exchanges(1) == [2]
        assert not any(isinstance(message, Drained) for message in observer.heard)


def test_rule_10_drain_brings_the_consumer_an_attestation_both_sides_agree_on(pairing, store):
    """Committed as drained, consistent, with the connector's counters; then ownership is given up."""
    with pairing.connector(filled(200, sync_id="ours")) as connector:
        with pairing.consumer(connector, store) as consumer:
            report = consumer.drain()
            assert report.state == "connected"
        assert connector.account("ours").acked == 200
        (mark,) = store.exchanges().watermarks()
        assert (mark.epoch, mark.through_sequence, mark.drained) == (connector.epoch, 200, True)
    assert report.consistent, report.findings
    assert report.attestation.counters == (SyncCounters("ours", 200, 200),)
    assert len(rows(store)) == 200
    assert consumer.report.error is None


def test_rule_10_drain_of_a_consumer_waits_for_what_has_started(pairing, store):
    """`settle` is the drain's timeout: an unfinished exchange is abandoned after it, and in the store."""
    with pairing.connector(filled(1)) as connector:
        connector.begin()
        with pairing.consumer(connector, store) as consumer:
            report = consumer.drain(settle=0.05)
    assert report.attestation.counters[0].abandoned == 1
    assert rows(store) == ["r1", "late"]


def test_rule_10_drain_is_asked_again_on_the_next_stream(pairing, store):
    """The stream breaks before the answer: the consumer's drain is not lost with it."""

    def first(peer):
        peer.open_with(opened())
        peer.send(outgoing(1))
        peer.expect(Drain)
        peer.end(StatusCode.UNAVAILABLE, "cut")

    def second(peer):
        peer.open_with(opened(acked=1))
        answer_drain(peer, 1)

    with pairing.scripted(first, second) as connector, pairing.consumer(connector, store) as consumer:
        assert consumer.drain().attestation.through_sequence == 1
        assert connector.streams == 2


def test_rule_10_drain_may_be_asked_for_twice(pairing, store):
    """One is outstanding at a time, and the second is answered by itself, with what came between."""

    def script(peer):
        peer.open_with(opened())
        for through in (1, 2):
            peer.send(outgoing(through))
            peer.expect(Drain)
            peer.acked(through)
            peer.send(drained(through, counters=(counters(captured=through, acked=through),)))
        peer.rest()

    with pairing.scripted(script) as connector, pairing.consumer(connector, store) as consumer:
        assert consumer.drain().attestation.through_sequence == 1
        until(lambda: consumer.report.received == 2)
        assert consumer.drain().attestation.through_sequence == 2
