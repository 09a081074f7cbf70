"""The contract's messages with documents as bytes."""

import pytest
from hypothesis import given

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import RedactedExchange
from captured_exchanges.wire import decode_response, encode_exchange
from captured_exchanges.wire.documents import (
    CapturedExchangeOfBytes,
    ResponseOfBytes,
    ResponseOfPoison,
    checked,
)
from captured_exchanges.wire.generated import captured_exchanges_pb2 as pb
from support.strategies import redacted_exchanges


@given(redacted_exchanges)
def test_the_bytes_are_the_contracts(exchange):
    """What is written with documents as bytes, the contract's own class reads with the same text."""
    message = pb.CapturedExchange.FromString(encode_exchange(exchange).data)
    assert message.request_json.encode() == exchange.request_json
    assert (message.response_json.encode() or None) == (exchange.response_json or None)
    assert (message.request_id, message.sync_id) == (exchange.request_id, exchange.sync_id)


@pytest.mark.parametrize(
    ("ours", "contracts"),
    [
        (CapturedExchangeOfBytes, pb.CapturedExchange),
        (ResponseOfBytes, pb.StreamCapturedExchangesResponse),
    ],
)
def test_nothing_but_the_documents_differs(ours, contracts):
    """Every field has the contract's name, number and type, but for the documents."""

    def fields(message):
        return {
            (field.name, field.number, field.name.endswith("_json") or field.type)
            for field in message.DESCRIPTOR.fields
        }

    assert ours.DESCRIPTOR.full_name == contracts.DESCRIPTOR.full_name
    assert fields(ours) == fields(contracts)
    assert ours.DESCRIPTOR.file.pool is not contracts.DESCRIPTOR.file.pool


def test_a_document_that_is_no_text_is_refused():
    """Both ends check what protobuf would have checked of a string: it is UTF-8."""
    assert checked("grüße".encode()) == "grüße".encode()
    with pytest.raises(UnicodeDecodeError):
        checked(b"\xff")
    with pytest.raises(ValueError, match="utf-8"):
        encode_exchange(RedactedExchange("id", "", "http", b"\xff", None, None, 0))


def test_an_exchange_with_such_a_string_is_poison_and_its_neighbours_are_not():
    """Bytes of documents stay, those of names show as escapes; what is wrong is said."""
    message = ResponseOfPoison()
    message.batch.exchanges.add(sequence=1, request_id=b"r1", request_json="{}ü".encode())
    message.batch.exchanges.add(sequence=2, request_id=b"r\xff", sync_id=b"s", response_json=b"\xfe")
    sound, poisoned = decode_response(message.SerializeToString()).exchanges
    assert (sound.exchange.request_json, sound.poison) == ("{}ü".encode(), "")
    assert (poisoned.sequence, poisoned.poison) == (2, "not UTF-8: request_id, response_json")
    assert (poisoned.exchange.request_id, poisoned.exchange.sync_id) == ("r\\xff", "s")
    assert poisoned.exchange.response_json == b"\xfe"


def test_a_response_with_such_a_string_elsewhere_is_a_violation():
    """A peer that sends one has broken the protocol; it is told, with what to look at."""
    message = ResponseOfPoison()
    message.batch.exchanges.add(sequence=1, request_id=b"\xff")
    message.batch.epoch = "epoch"
    with pytest.raises(ProtocolViolation, match="no StreamCapturedExchangesResponse"):
        decode_response(message.SerializeToString().replace(b"epoch", b"\xffpoch"))
