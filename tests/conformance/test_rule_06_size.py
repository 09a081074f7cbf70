"""Rule 6: what any gRPC client reads with its defaults, which let 4 MiB in."""

from __future__ import annotations

from dataclasses import replace

import orjson

from captured_exchanges.connector import Recorder
from captured_exchanges.exchange import (
    MAX_BODY_BYTES,
    MAX_EXCHANGE_BYTES,
    Ack,
    Batch,
    Body,
    HttpResponse,
    Limits,
)
from captured_exchanges.redaction import Redactor
from support.conformance_exchanges import OWNER, exchange, filled
from support.connector_snapshots import request

MIB = 1 << 20


def test_rule_06_size_of_a_message_stays_below_1_mib_where_it_can(pairing):
    """However large the batches that were asked for: they are filled up to there, and no further."""
    buffer = filled(500, body=5000)
    for body in (400_000, 700_000, 900_000, 900_000, 10):
        buffer.accept(exchange(body=body))
    with pairing.connector(buffer) as connector:
        greedy = Limits(1 << 30, 1 << 40, 1 << 30, 1 << 40)
        owner, _ = connector.opened(replace(OWNER, limits=greedy))
        assert owner.exchanges(505) == list(range(1, 506))
        assert MIB - 16_384 < max(owner.sizes) < MIB
        assert len(owner.sizes) < 12


def test_rule_06_size_of_a_message_is_below_4_mib_always(pairing):
    """The largest exchange that there is passes a stock client, alone."""
    with pairing.connector(filled(1)) as connector:
        largest = exchange(body=MAX_EXCHANGE_BYTES - 1000)
        assert MAX_EXCHANGE_BYTES - 1000 < largest.size < MAX_EXCHANGE_BYTES
        connector.buffer.accept(largest)
        owner, opened = connector.opened(OWNER)
        assert owner.exchanges(2) == [1, 2]
        assert 3 * MIB - 1000 < max(owner.sizes) < 4 * MIB
        owner.say(Ack(opened.epoch, 2))
        connector.until_retained(0)


def test_rule_06_size_that_cannot_fit_is_cut_at_capture_and_marked(pairing):
    """Of a body of 5 MiB the beginning was kept; what arrives says so."""
    body = Body(b'{"users":["' + b"x" * (MAX_BODY_BYTES - 11), 5 << 20, "truncated")

    with pairing.connector() as connector:
        recorder = Recorder(Redactor(), connector.buffer)
        recorder.begin("http", lambda: (request(), HttpResponse(200, 1.0, body=body))).finish()
        owner, _ = connector.opened(OWNER)
        (captured,) = owner.until(Batch).exchanges
        told = orjson.loads(captured.exchange.response_json)["body"]
        assert (told["truncated"], told["state"]) == (True, "truncated")
        assert told["size"] >= 5 << 20
