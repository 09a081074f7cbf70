"""An exchange as protobuf bytes: encoded once at capture, its sequence put before it on the way out.

The bytes that the buffer counts and the stream carries are the same: `CapturedExchange` without its
`sequence` field, which protobuf allows to stand anywhere in the message.
"""

from __future__ import annotations

from typing import Any

import orjson

from captured_exchanges.exchange import CapturedExchange, EncodedExchange, Entry, RedactedExchange
from captured_exchanges.wire.documents import CapturedExchangeOfBytes, checked
from captured_exchanges.wire.generated import captured_exchanges_pb2 as pb
from captured_exchanges.wire.varint import length_tag, varint, varint_tag

__all__ = ["encode_entry", "encode_exchange", "read_exchange", "read_poison"]

_NANOS = 1_000_000_000
_STRINGS = ("request_id", "sync_id", "transport_kind", "request_json", "response_json", "intent_json")
_FRAME = 16
"""What every exchange takes beside its documents, at the least: tags, lengths, an id, a moment."""
_EXCHANGE = length_tag(pb.Batch.EXCHANGES_FIELD_NUMBER)
_SEQUENCE = varint_tag(pb.CapturedExchange.SEQUENCE_FIELD_NUMBER)


def encode_exchange(exchange: RedactedExchange) -> EncodedExchange:
    """The bytes of a redacted exchange.

    Raises ValueError where a document is not UTF-8 (`redaction` makes none such). Thread-safe.
    """
    seconds, nanos = divmod(exchange.captured_at, _NANOS)
    message = CapturedExchangeOfBytes(
        request_id=exchange.request_id,
        sync_id=exchange.sync_id,
        transport_kind=exchange.transport_kind,
        request_json=checked(exchange.request_json),
        response_json=checked(exchange.response_json or b""),
        intent_json=checked(exchange.intent_json or b""),
        captured_at={"seconds": seconds, "nanos": nanos},
    )
    return EncodedExchange(
        request_id=exchange.request_id,
        sync_id=exchange.sync_id,
        transport_kind=exchange.transport_kind,
        surface=_surface(exchange.intent_json),
        data=message.SerializeToString(),
    )


def encode_entry(entry: Entry) -> tuple[bytes, bytes]:
    """One element of `Batch.exchanges`: tag, length and sequence, then the exchange's bytes as they are."""
    data = entry.exchange.data
    sequence = _SEQUENCE + varint(entry.sequence)
    return _EXCHANGE + varint(len(sequence) + len(data)) + sequence, data


def read_exchange(message: Any) -> CapturedExchange:  # noqa: ANN401 - a class made at run time
    """The record of a `CapturedExchangeOfBytes` that has arrived. Empty documents are absent ones.

    Raises UnicodeDecodeError where a document is not UTF-8.
    """
    request, response, intent = message.request_json, message.response_json, message.intent_json
    moment = message.captured_at
    exchange = RedactedExchange(
        message.request_id,
        message.sync_id,
        message.transport_kind,
        checked(request),
        checked(response) or None,
        checked(intent) or None,
        moment.seconds * _NANOS + moment.nanos,
    )
    size = len(request) + len(response) + len(intent) + _FRAME
    return CapturedExchange(message.sequence, exchange, size)


def read_poison(message: Any) -> CapturedExchange:  # noqa: ANN401 - a class made at run time
    """The record of an exchange of a `ResponseOfPoison`; its poison names the strings that are no UTF-8, and
    in names such bytes show as escapes.
    """
    broken = [name for name in _STRINGS if not _is_text(getattr(message, name))]
    request, response, intent = message.request_json, message.response_json, message.intent_json
    exchange = RedactedExchange(
        request_id=_escaped(message.request_id),
        sync_id=_escaped(message.sync_id),
        transport_kind=_escaped(message.transport_kind),
        request_json=request,
        response_json=response or None,
        intent_json=intent or None,
        captured_at=message.captured_at.seconds * _NANOS + message.captured_at.nanos,
    )
    size = len(request) + len(response) + len(intent) + _FRAME
    return CapturedExchange(
        message.sequence, exchange, size, f"not UTF-8: {', '.join(broken)}" if broken else ""
    )


def _escaped(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")


def _is_text(value: bytes) -> bool:
    try:
        checked(value)
    except UnicodeDecodeError:
        return False
    return True


def _surface(intent_json: bytes | None) -> str:
    intent = orjson.loads(intent_json) if intent_json else {}
    surface = intent.get("surface", "") if isinstance(intent, dict) else ""
    return surface if isinstance(surface, str) else ""
