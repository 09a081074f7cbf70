"""An exchange as protobuf bytes: encoded once at capture, its sequence put before it on the way out.

The bytes that the buffer counts and the stream carries are the same: `CapturedExchange` without its
`sequence` field, which protobuf allows to stand anywhere in the message.
"""

from __future__ import annotations

import orjson

from captured_exchanges.exchange import CapturedExchange, EncodedExchange, Entry, RedactedExchange
from captured_exchanges.wire.generated import captured_exchanges_pb2 as pb
from captured_exchanges.wire.varint import length_tag, varint, varint_tag

__all__ = ["encode_entry", "encode_exchange", "read_exchange"]

_NANOS = 1_000_000_000
_EXCHANGE = length_tag(pb.Batch.EXCHANGES_FIELD_NUMBER)
_SEQUENCE = varint_tag(pb.CapturedExchange.SEQUENCE_FIELD_NUMBER)


def encode_exchange(exchange: RedactedExchange) -> EncodedExchange:
    """The bytes of a redacted exchange.

    Raises ValueError where a document is not UTF-8 (`redaction` makes none such). Thread-safe.
    """
    seconds, nanos = divmod(exchange.captured_at, _NANOS)
    message = pb.CapturedExchange(
        request_id=exchange.request_id,
        sync_id=exchange.sync_id,
        transport_kind=exchange.transport_kind,
        request_json=exchange.request_json.decode(),
        response_json=(exchange.response_json or b"").decode(),
        intent_json=(exchange.intent_json or b"").decode(),
        captured_at={"seconds": seconds, "nanos": nanos},
    )
    return EncodedExchange(
        request_id=exchange.request_id,
        sync_id=exchange.sync_id,
        transport_kind=exchange.transport_kind,
        surface=_surface(exchange.intent_json),
        data=message.SerializeToString(),
    )


def encode_entry(entry: Entry) -> bytes:
    """One element of `Batch.exchanges`, tag and length included."""
    data = entry.exchange.data
    sequence = _SEQUENCE + varint(entry.sequence)
    return b"".join((_EXCHANGE, varint(len(sequence) + len(data)), sequence, data))


def read_exchange(message: pb.CapturedExchange) -> CapturedExchange:
    """The record of a message that has arrived. Empty documents are absent ones."""
    moment = message.captured_at
    exchange = RedactedExchange(
        request_id=message.request_id,
        sync_id=message.sync_id,
        transport_kind=message.transport_kind,
        request_json=message.request_json.encode(),
        response_json=message.response_json.encode() or None,
        intent_json=message.intent_json.encode() or None,
        captured_at=moment.seconds * _NANOS + moment.nanos,
    )
    return CapturedExchange(sequence=message.sequence, exchange=exchange, size=message.ByteSize())


def _surface(intent_json: bytes | None) -> str:
    intent = orjson.loads(intent_json) if intent_json else {}
    surface = intent.get("surface", "") if isinstance(intent, dict) else ""
    return surface if isinstance(surface, str) else ""
