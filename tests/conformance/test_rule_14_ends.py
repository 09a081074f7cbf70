"""Rule 14: ends are announced and obeyed, bad input is refused in words, and what may heal is tried again."""

from __future__ import annotations

import logging
import random
import threading

import pytest
from grpc import StatusCode

from captured_exchanges.errors import ConsumerStopped
from captured_exchanges.exchange import (
    Ack,
    Closing,
    Drain,
    Filter,
    Heartbeat,
    Limits,
    Open,
    ResumePosition,
)
from captured_exchanges.syncer import ClientSettings
from captured_exchanges.wire import encode_request
from support.conformance_callers import ending
from support.conformance_exchanges import LOOK, OWNER, filled, rows
from support.conformance_script import HALF_CLOSE, answer_drain
from support.syncer_messages import opened
from support.syncer_server import outgoing
from support.threaded_calls import until

LONG = "n" * 257
MANY = tuple(f"v{number}" for number in range(65))


# the connector


def test_rule_14_ends_are_announced_once_opened(pairing):
    """Whatever ends an open stream: `closing` comes last, and the status is the one that it names."""
    with pairing.connector(filled(1)) as connector:
        violator, opened_ = connector.opened(OWNER)
        violator.say(Ack(opened_.epoch, 99))
        assert ending(violator)[0] is StatusCode.INVALID_ARGUMENT
        replaced, _ = connector.opened(OWNER)
        robbed, _ = connector.opened(OWNER)
        assert ending(replaced)[0] is StatusCode.ABORTED
        leaver, _ = connector.opened(Open(consumer_id="c2", take_over=True))
        assert ending(robbed)[0] is StatusCode.ABORTED
        leaver.half_close()
        assert ending(leaver)[0] is StatusCode.OK
        looker, _ = connector.opened(Open())
        assert ending(looker)[0] is StatusCode.OK
        follower, _ = connector.opened(LOOK)
        connector.stop(0.0)
        assert ending(follower)[0] is StatusCode.UNAVAILABLE


def test_rule_14_ends_reach_clients_that_write_all_the_time(pairing):
    """Twenty times a client writes on until it has read `closing`: it loses neither message nor status."""
    with pairing.connector(filled(40)) as connector:
        for _ in range(20):
            owner, opened_ = connector.opened(OWNER)
            owner.say(Ack(opened_.epoch, 99))
            writer = threading.Thread(target=write_until_closing, args=(owner,))
            writer.start()
            closing = owner.until(Closing)
            writer.join()
            owner.half_close()
            assert owner.rest() == []
            assert owner.status() == (StatusCode.INVALID_ARGUMENT, closing.reason)


def write_until_closing(owner):
    """As a consumer does that does not know yet."""
    while not isinstance(owner.heard[-1], Closing):
        owner.say_next(Heartbeat())


REFUSED = {
    Open(consumer_id=LONG): "open.consumer_id is 257 bytes long; at most 256",
    Open(consumer_id="c", sync_id=LONG): "open.sync_id is 257 bytes long; at most 256",
    Open(consumer_id="c", resume=(ResumePosition(LONG, 1),)): "open.resume[0].epoch is 257",
    Open(consumer_id="c", resume=(ResumePosition("", 1),)): "open.resume[0].epoch is empty",
    Open(consumer_id="c", resume=(ResumePosition("e", 2**63),)): f"the highest sequence is {2**63 - 1}",
    Open(limits=Limits(max_batch_delay=-1.0)): "open.max_batch_delay is -1.0 s",
    Open(from_sequence=2**63): "open.from_sequence",
    Open(filter=Filter(transport_kinds=MANY)): "open.filter.transport_kinds has 65 values; at most 64",
    Open(filter=Filter(surfaces=MANY)): "open.filter.surfaces",
    Open(filter=Filter(sync_ids=(LONG,))): "open.filter.sync_ids[0]",
}


def test_rule_14_ends_of_bad_opens_name_field_and_bound(pairing):
    """A status and a sentence each, nothing before it, and the server goes on serving an owner meanwhile."""
    with pairing.connector() as connector:
        owner, _ = connector.opened(OWNER)
        for open_, words in REFUSED.items():
            code, detail = connector.refused(open_)
            assert (code, words in detail) == (StatusCode.INVALID_ARGUMENT, True), detail
        code, detail = connector.refused(encode_request(Open(consumer_id="c" * 200_000)))
        assert (code, "131072" in detail) == (StatusCode.INVALID_ARGUMENT, True), detail
        connector.capture()
        assert owner.exchanges(1) == [1]


def test_rule_14_ends_of_bad_requests_name_field_and_bound(pairing):
    """On an open stream too, announced; the next stream is served as if nothing had been."""
    with pairing.connector(filled(1)) as connector:
        for request, words in {
            Drain(-1.0): "drain.timeout is -1.0 s",
            Ack("another", 0): "ack.epoch is 'another'",
            Ack(connector.epoch, 7): "ack.through_sequence is 7; the highest sent to an owner is 1",
            b"\xff\xff": "no StreamCapturedExchangesRequest",
        }.items():
            owner, _ = connector.opened(OWNER)
            owner.exchanges(1)
            owner.say(request)
            code, detail = ending(owner)
            assert (code, words in detail) == (StatusCode.INVALID_ARGUMENT, True), detail
        assert connector.opened(OWNER)[0].exchanges(1) == [1]


def test_rule_14_ends_quote_their_peer_in_bounds(pairing):
    """A long and exotic epoch in an ack does not burst the status that quotes it."""
    with pairing.connector() as connector:
        owner, _ = connector.opened(OWNER)
        owner.say(Ack("\U0001f5dd" * 20_000, 1))
        code, detail = ending(owner)
        assert (code, detail.startswith("ack.epoch is")) == (StatusCode.INVALID_ARGUMENT, True)
        assert len(detail) <= 500


# the consumer


@pytest.mark.parametrize("status", [StatusCode.OK, StatusCode.UNAVAILABLE], ids=["OK", "UNAVAILABLE"])
def test_rule_14_ends_are_obeyed_as_announced_whatever_status_follows(pairing, store, status):
    """`closing` says ABORTED: the consumer stops with that, though the call ends in another way."""

    def script(peer):
        peer.open_with(opened())
        peer.send(Closing("epoch-1", StatusCode.ABORTED.value[0], "TAKEN_OVER: by another"))
        peer.rest()
        peer.end(status)

    with pairing.scripted(script) as connector, pairing.consumer(connector, store) as consumer:
        until(lambda: consumer.report.state == "stopped")
        assert consumer.report.error.code == StatusCode.ABORTED.value[0]
        assert "TAKEN_OVER" in str(consumer.report.error)


def test_rule_14_ends_are_not_written_into(pairing, store):
    """After `closing` there is no ack, no heartbeat: a half-close, and what came before is committed."""

    def first(peer):
        peer.open_with(opened(interval=0.1))
        peer.send(outgoing(1), Closing("epoch-1", 14, "restarting"))
        assert peer.rest() == peer.all_of(Open)
        peer.end(StatusCode.UNAVAILABLE)

    def second(peer):
        assert peer.open_with(opened(acked=1)).resume == (ResumePosition("epoch-1", 1),)
        answer_drain(peer, 1)

    slow = ClientSettings(delivery_delay=0.3, backoff_initial=0.01, backoff_max=0.05)
    with (
        pairing.scripted(first, second) as connector,
        pairing.consumer(connector, store, settings=slow) as consumer,
    ):
        connector.finished(1)
        consumer.drain()
    assert rows(store) == ["epoch-1/1"]


class Bounds(random.Random):
    """Notes between what the jitter is drawn, and draws nothing but zero: no test waits."""

    def __init__(self):
        super().__init__()
        self.drawn = []

    def uniform(self, low, high):
        """Zero."""
        self.drawn.append((low, high))
        return 0.0


def test_rule_14_ends_that_may_heal_are_tried_again_without_end(pairing, store):
    """Exponential from 100 ms to 10 s, full jitter, by default; from the start after rows came."""
    assert ClientSettings().reconnect_timeout is None
    bounds = Bounds()

    def refuse(peer):
        peer.expect(Open)
        peer.end(StatusCode.UNAVAILABLE, "not yet")

    def work(peer):
        peer.open_with(opened())
        peer.send(outgoing(1))
        peer.acked(1)
        peer.end(StatusCode.INTERNAL, "and cut")

    def last(peer):
        peer.open_with(opened(acked=1))
        answer_drain(peer, 1)

    with (
        pairing.scripted(*[refuse] * 9, work, refuse, last) as connector,
        pairing.consumer(
            connector, store, settings=ClientSettings(delivery_delay=0.02), rng=bounds
        ) as consumer,
    ):
        until(lambda: connector.streams >= 12)
        report = consumer.drain()
    assert [low for low, _ in bounds.drawn] == [0] * 11
    growing = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    assert [high for _, high in bounds.drawn] == pytest.approx([*growing, 0.1, 0.2])
    assert (report.committed, report.error) == (1, None)


def test_rule_14_ends_that_may_heal_stop_nobody(pairing, store):
    """Of all kinds, and before `opened` too."""

    def ends_with(code):
        def refuse(peer):
            peer.expect(Open)
            peer.end(code, "not now")

        return refuse

    def serve(peer):
        peer.open_with(opened())
        answer_drain(peer, 0)

    healing = StatusCode.UNAVAILABLE, StatusCode.INTERNAL, StatusCode.RESOURCE_EXHAUSTED, StatusCode.OK
    scripts = (*map(ends_with, healing), serve)
    with pairing.scripted(*scripts) as connector, pairing.consumer(connector, store) as consumer:
        assert consumer.drain().consistent
        assert connector.streams == 5


def test_rule_14_ends_of_the_whole_connector_are_survived(pairing, store):
    """Nothing listens, then something does: the consumer finds it without being told."""

    def script(peer):
        peer.open_with(opened())
        answer_drain(peer, 0)

    with pairing.scripted(script) as connector:
        connector.stop()
        with pairing.consumer(connector, store) as consumer:
            until(lambda: consumer.report.trouble)
            assert consumer.report.state == "connecting"
            connector.start()
            assert consumer.drain().consistent


HOPELESS = (
    StatusCode.INVALID_ARGUMENT,
    StatusCode.PERMISSION_DENIED,
    StatusCode.UNAUTHENTICATED,
    StatusCode.ABORTED,
)


def test_rule_14_ends_that_cannot_heal_stop_the_consumer(pairing, store):
    """One attempt, and the server's sentence in the error; the sync's own calls raise nothing."""
    codes = iter(HOPELESS)

    def script(peer):
        peer.expect(Open)
        peer.end(next(codes), "because of reasons")

    with pairing.scripted(script) as connector:
        for number, code in enumerate(HOPELESS, 1):
            with pairing.consumer(connector, store) as consumer:
                report = consumer.drain()
            assert (report.state, report.error.code) == ("stopped", code.value[0])
            assert "because of reasons" in str(report.error)
            assert connector.streams == number


def test_rule_14_ends_unimplemented_mean_a_connector_without_provenance(pairing, store, caplog):
    """Logged once, no error, and the sync goes on: drain answers at once, each time."""
    caplog.set_level(logging.INFO, logger="captured_exchanges")
    with pairing.scripted() as connector, pairing.consumer(connector, store) as consumer:
        for _ in range(2):
            report = consumer.drain()
            assert (report.state, report.error, report.attestation) == ("unsupported", None, None)
    # A busy grpc.aio client may lose the status (INTERNAL "from Core"), and then it is asked for again.
    told = [record for record in caplog.records if "is tried again" not in record.message]
    assert [record.levelname for record in told] == ["INFO"]


def test_rule_14_ends_of_a_sync_half_close_and_write_no_more(pairing, store):
    """After its drain the consumer says nothing but the half-close."""

    def script(peer):
        peer.open_with(opened())
        peer.send(outgoing(1))
        answer_drain(peer, 1)
        assert peer.said[-2:] == [peer.all_of(Ack)[-1], HALF_CLOSE]

    with pairing.scripted(script) as connector, pairing.consumer(connector, store) as consumer:
        consumer.drain()


# the observer


def test_rule_14_ends_are_told_to_observers_of_ours_as_announced(pairing):
    """`closing` is obeyed whatever status follows, and a bare status is an error with its sentence."""

    def announced(peer):
        peer.open_with(opened(role="observer"))
        peer.send(Closing("epoch-1", StatusCode.UNAVAILABLE.value[0], "the connector is stopping"))
        peer.rest()
        peer.end(StatusCode.OK)

    def bare(peer):
        peer.expect(Open)
        peer.end(StatusCode.RESOURCE_EXHAUSTED, "8 observers are attached")

    with pairing.scripted(announced, bare) as connector:
        for code, words in (
            (StatusCode.UNAVAILABLE, "the connector is stopping"),
            (StatusCode.RESOURCE_EXHAUSTED, "8 observers"),
        ):
            with pytest.raises(ConsumerStopped, match=words) as raised:
                pairing.look(connector)
            assert raised.value.code == code.value[0]
