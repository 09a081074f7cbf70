"""PROTOCOL, "Requests: one of" and "Responses: one of": what a stream may begin with, and what it is told."""

from __future__ import annotations

import pytest
from grpc import StatusCode

from captured_exchanges.exchange import (
    PROTOCOL_VERSION,
    Ack,
    Batch,
    CapturedExchange,
    Closing,
    Drain,
    Drained,
    Dropped,
    Gap,
    Heartbeat,
    Limits,
    Open,
    Opened,
    ServerHeartbeat,
    SyncCount,
    SyncCounters,
)
from captured_exchanges.handoff.serving import Terms
from captured_exchanges.wire import METHOD
from support.conformance_callers import ending
from support.conformance_exchanges import BEATS, LOOK, OWNER, exchange, filled
from support.handoff_connector import CONNECTOR, POLICY

DEFAULTS = {"owner_default": Terms().owner_default, "observer_default": Terms().observer_default}
UNKNOWN_VARIANT = b"\x98\x06\x01"


@pytest.mark.parametrize("first", [b"", None], ids=["empty message", "half-close alone"])
def test_requests_an_empty_first_message_and_a_half_close_alone_are_looks(pairing, first):
    """Both mean an observer's open with defaults: all that is retained, then OK, and nothing is changed."""
    with pairing.connector(filled(300)) as connector:
        before = connector.buffer.snapshot()
        looker = connector.caller() if first is None else connector.caller(first)
        looker.half_close()
        assert looker.until(Opened).role == "observer"
        assert looker.exchanges(300) == list(range(1, 301))
        assert ending(looker)[0] is StatusCode.OK
        assert connector.buffer.snapshot() == before


def test_requests_anything_else_without_a_known_variant_is_invalid(pairing):
    """Bytes that are no message, an unknown variant, and any first request but open: refused."""
    with pairing.connector() as connector:
        for said, words in {
            b"\xff\xff\xff": "no StreamCapturedExchangesRequest",
            UNKNOWN_VARIANT: "a variant",
            Ack("e", 1): "ack came first",
            Drain(): "drain came first",
            Heartbeat(): "heartbeat came first",
        }.items():
            code, detail = connector.refused(said)
            assert (code, words in detail) == (StatusCode.INVALID_ARGUMENT, True), detail


def test_requests_without_a_known_variant_end_an_open_stream(pairing):
    """What is a look as the first message is an offence as the second one."""
    with pairing.connector() as connector:
        for later in (b"", UNKNOWN_VARIANT):
            owner, _ = connector.opened(OWNER)
            owner.say(later)
            assert ending(owner)[0] is StatusCode.INVALID_ARGUMENT


def test_requests_open_comes_once(pairing):
    """A second open on the same stream is INVALID_ARGUMENT."""
    with pairing.connector() as connector:
        owner, _ = connector.opened(OWNER)
        owner.say(OWNER)
        code, detail = ending(owner)
        assert (code, "open" in detail) == (StatusCode.INVALID_ARGUMENT, True)


def test_requests_bounds_of_zero_are_defaults_and_too_high_ones_are_maxima(pairing):
    """`opened` tells the bounds in force, an owner's and an observer's."""
    terms, much = Terms(), Limits(1 << 30, 1 << 40, 1 << 30, 1 << 40, 1000.0)
    with pairing.connector(**DEFAULTS) as connector:
        assert connector.opened(OWNER)[1].limits == terms.owner_default
        assert connector.opened(Open(consumer_id="c1", limits=much))[1].limits == terms.owner_maximum
        assert connector.opened(LOOK)[1].limits == terms.observer_default
        assert connector.opened(Open(follow=True, limits=much))[1].limits == terms.observer_maximum
        asked = Limits(3, 1000, 2, 500, 0.5)
        assert connector.opened(Open(consumer_id="c1", limits=asked))[1].limits == asked


def test_requests_fields_of_the_other_role_are_invalid(pairing):
    """What is an observer's is refused in an owner's open, and the other way round; the field is named."""
    with pairing.connector() as connector:
        for open_, field in {
            Open(consumer_id="c1", follow=True): "open.follow",
            Open(consumer_id="c1", from_sequence=1): "open.from_sequence",
            Open(take_over=True): "open.take_over",
            Open(sync_id="s"): "open.sync_id",
            Open(resume=connector.resume(0)): "open.resume",
        }.items():
            code, detail = connector.refused(open_)
            assert (code, field in detail) == (StatusCode.INVALID_ARGUMENT, True), detail


def test_responses_opened_comes_first_and_tells_what_the_stream_is_like(pairing):
    """Before batch, gap and heartbeat; with every field of the table."""
    with pairing.connector(filled(7), **DEFAULTS) as connector:
        owner, opened = connector.opened(OWNER)
        assert owner.heard == [opened]
        assert opened == Opened(
            protocol_version=PROTOCOL_VERSION,
            role="owner",
            epoch=connector.epoch,
            oldest_sequence=1,
            next_sequence=8,
            acked_through=0,
            heartbeat_interval=5.0,
            limits=Terms().owner_default,
            connector=CONNECTOR,
            redaction_policy=POLICY,
        )
        owner.exchanges(7)
        owner.say(Ack(opened.epoch, 5))
        owner.half_close()
        assert ending(owner)[0] is StatusCode.OK
        assert connector.opened(LOOK)[1].oldest_sequence == 6
        assert connector.opened(OWNER)[1].acked_through == 5


def test_responses_batches_carry_what_was_captured(pairing):
    """Every field of an exchange arrives as it was recorded; an unknown transport kind passes."""
    with pairing.connector() as connector:
        connector.buffer.accept(exchange("r1", kind="carrier-pigeon", sync_id="s-9", body=3))
        owner, opened = connector.opened(OWNER)
        batch = owner.until(Batch)
        (captured,) = batch.exchanges
        assert (batch.epoch, batch.acked_through) == (opened.epoch, 0)
        assert isinstance(captured, CapturedExchange)
        assert (captured.sequence, captured.exchange.request_id, captured.exchange.sync_id) == (
            1,
            "r1",
            "s-9",
        )
        assert captured.exchange.transport_kind == "carrier-pigeon"
        assert captured.exchange.request_json == b'{"method":"GET","body":"bbb"}'
        assert captured.exchange.response_json == b'{"status":200}'
        assert captured.exchange.intent_json == b'{"surface":"sync"}'
        assert captured.exchange.captured_at == 1


def test_responses_gaps_tell_what_will_not_arrive(pairing):
    """First and last sequence, count, bytes, reason, and how many of each sync; for each reason apart."""
    reasons = ("overflow", "oversize", "spool_failure", "retention", "unclean_restart", "unknown_loss")
    with pairing.connector(filled(1)) as connector:
        for reason in reasons:
            for sync_id, size in (("a", 10), ("a", 20), ("b", 30)):
                connector.buffer.drop(sync_id, size, reason)
        owner, opened = connector.opened(OWNER)
        syncs = SyncCount("a", 2), SyncCount("b", 1)
        for first, reason in zip(range(2, 20, 3), reasons, strict=True):
            assert owner.until(Gap) == Gap(opened.epoch, first, first + 2, 3, 60, reason, syncs)


def test_responses_drained_and_heartbeat_tell_the_account_of_each_sync(pairing):
    """Captured, acked, dropped by reason, abandoned; and how full the buffer is."""
    with pairing.connector(filled(2), **BEATS) as connector:
        connector.buffer.drop("other", 50, "oversize")
        connector.begin()
        owner, opened = connector.opened(OWNER)
        owner.exchanges(2)
        beat = owner.until(ServerHeartbeat)
        other = SyncCounters("other", 1, 0, (Dropped("oversize", 1, 50),))
        assert (beat.epoch, beat.acked_through, beat.pending) == (opened.epoch, 0, 1)
        assert (beat.retained_exchanges, beat.retained_bytes) == (2, connector.buffer.facts().retained_bytes)
        assert beat.counters == (SyncCounters("s", 2), other)
        owner.say(Drain(0.01))
        owner.exchanges(1)
        owner.say(Ack(opened.epoch, 4))
        drained = owner.until(Drained)
        assert drained == Drained(opened.epoch, 4, 4, (SyncCounters("s", 3, 3, (), 1), other))


def test_responses_closing_is_the_last_message_and_the_half_close_is_waited_for(pairing):
    """Nothing follows `closing`; the server reads on until the client half-closes, and then ends."""
    with pairing.connector(filled(3)) as connector:
        owner, opened = connector.opened(OWNER)
        owner.exchanges(3)
        owner.say(Ack(opened.epoch, 99))
        closing = owner.until(Closing)
        assert closing.epoch == opened.epoch
        owner.say(Heartbeat())
        connector.skip(1.9)
        assert connector.standing.streams == 1
        owner.half_close()
        assert owner.rest() == []
        assert owner.status() == (StatusCode.INVALID_ARGUMENT, closing.reason)


def test_responses_closing_is_waited_on_for_two_seconds_at_most(pairing):
    """A client that never half-closes gets its status all the same."""
    assert Terms().closing_wait == 2.0
    with pairing.connector(closing_wait=0.05) as connector:
        owner, _ = connector.opened(OWNER)
        owner.say(OWNER)
        owner.until(Closing)
        assert owner.hear() is None
        assert owner.status()[0] is StatusCode.INVALID_ARGUMENT


def test_responses_the_path_on_the_wire_is_batons():
    """Callers and scripts of this suite dial the path that the protocol names."""
    assert METHOD == "/c1.connector.v2.ConnectorService/StreamCapturedExchanges"
