"""An exchange as bytes."""

from hypothesis import given

from captured_exchanges.exchange import ENTRY_OVERHEAD, Batch, Entry, OutgoingBatch, RedactedExchange
from captured_exchanges.wire import decode_response, encode_exchange, encode_response
from captured_exchanges.wire.exchanges import encode_entry
from support.strategies import redacted_exchanges, sequences


@given(redacted_exchanges, sequences)
def test_an_exchange_survives_the_wire(exchange, sequence):
    """What was encoded at capture arrives equal, at its place."""
    batch = OutgoingBatch("epoch", [Entry(sequence, encode_exchange(exchange))], acked_through=0)
    arrived = decode_response(encode_response(batch))
    assert isinstance(arrived, Batch)
    assert arrived.exchanges[0].exchange == exchange
    assert arrived.exchanges[0].sequence == sequence


@given(redacted_exchanges, sequences)
def test_the_size_that_bounds_count_is_never_too_small(exchange, sequence):
    """An entry takes at most the size that buffer and stream account for it, and hardly less."""
    entry = Entry(sequence, encode_exchange(exchange))
    assert entry.size - ENTRY_OVERHEAD < sum(map(len, encode_entry(entry))) <= entry.size


def test_an_empty_document_is_an_absent_one():
    """Proto3 strings cannot tell empty from absent; absent is what is meant."""
    exchange = RedactedExchange("id", "", "http", b"{}", None, None, 0)
    batch = OutgoingBatch("epoch", [Entry(1, encode_exchange(exchange))], acked_through=0)
    arrived = decode_response(encode_response(batch))
    assert arrived.exchanges[0].exchange.response_json is None
    assert arrived.exchanges[0].exchange.intent_json is None


def test_the_surface_is_known_without_parsing_the_bytes_again():
    """Observers filter by surface, so the encoder keeps it beside the bytes; an odd intent has none."""

    def surface(intent: bytes | None) -> str:
        return encode_exchange(RedactedExchange("id", "", "http", b"{}", None, intent, 0)).surface

    assert surface(b'{"surface":"sync","entrypoint":"list"}') == "sync"
    assert [surface(odd) for odd in (None, b"[]", b'{"surface":7}', b"{}")] == ["", "", "", ""]
