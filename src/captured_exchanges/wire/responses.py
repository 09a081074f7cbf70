"""What a connector says, between records and bytes.

A batch is concatenated from exchanges that were encoded at capture; everything else is small and goes
through protobuf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from google.protobuf.message import DecodeError

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import (
    Batch,
    Closing,
    ConnectorInfo,
    Drained,
    Dropped,
    Gap,
    Limits,
    Opened,
    OutgoingBatch,
    PolicyInfo,
    Response,
    ServerHeartbeat,
    ServerMessage,
    SyncCount,
    SyncCounters,
)
from captured_exchanges.wire.documents import ResponseOfBytes, ResponseOfPoison
from captured_exchanges.wire.durations import from_duration, to_duration
from captured_exchanges.wire.exchanges import encode_entry, read_exchange, read_poison
from captured_exchanges.wire.generated import captured_exchanges_pb2 as pb
from captured_exchanges.wire.proportions import check_proportions
from captured_exchanges.wire.varint import length_delimited, varint, varint_tag

__all__ = ["decode_response", "encode_response"]

_BATCH = pb.StreamCapturedExchangesResponse.BATCH_FIELD_NUMBER
_EPOCH = pb.Batch.EPOCH_FIELD_NUMBER
_ACKED_THROUGH = varint_tag(pb.Batch.ACKED_THROUGH_FIELD_NUMBER)


def encode_response(response: ServerMessage) -> bytes:
    """The bytes of `StreamCapturedExchangesResponse`. Thread-safe."""
    match response:
        case OutgoingBatch():
            return _concatenate(response)
        case Opened():
            message = pb.StreamCapturedExchangesResponse(opened=_opened_message(response))
        case Gap():
            message = pb.StreamCapturedExchangesResponse(gap=_gap_message(response))
        case Drained():
            message = pb.StreamCapturedExchangesResponse(drained=_drained_message(response))
        case ServerHeartbeat():
            message = pb.StreamCapturedExchangesResponse(heartbeat=_heartbeat_message(response))
        case Closing(epoch, code, reason):
            closing = pb.Closing(epoch=epoch, code=code, reason=reason)
            message = pb.StreamCapturedExchangesResponse(closing=closing)
    return message.SerializeToString()


def decode_response(raw: bytes) -> Response | None:
    """The record of a response, or None for a variant that this version does not know.

    An exchange with a string that is no UTF-8 comes with that as its poison, its neighbours unharmed. Raises
    ProtocolViolation where the bytes are no such message, or would make too many records. Thread-safe.
    """
    check_proportions(raw)
    try:
        return _read(ResponseOfBytes.FromString(raw))
    except (DecodeError, UnicodeDecodeError) as error:
        batch = _salvaged(raw)
        if batch is not None:
            return batch
        raise ProtocolViolation(
            f"the response's {len(raw)} bytes are no StreamCapturedExchangesResponse: is the target a "
            "connector that speaks captured_exchanges.v1?"
        ) from error


def _salvaged(raw: bytes) -> Batch | None:
    """A batch some of whose exchanges hold strings that are no UTF-8; None: nothing of the kind."""
    try:
        message = ResponseOfPoison.FromString(raw)
    except DecodeError:
        return None
    if message.WhichOneof("response") != "batch":
        return None
    batch = message.batch
    return Batch(batch.epoch, tuple(map(read_poison, batch.exchanges)), batch.acked_through)


def _read(message: Any) -> Response | None:  # noqa: ANN401 - a class made at run time
    variant = message.WhichOneof("response")
    return _READERS[variant](getattr(message, variant)) if variant else None


def _concatenate(batch: OutgoingBatch) -> bytes:
    return length_delimited(
        _BATCH,
        length_delimited(_EPOCH, batch.epoch.encode()),
        *chain.from_iterable(map(encode_entry, batch.entries)),
        _ACKED_THROUGH + varint(batch.acked_through),
    )


def _read_batch(message: pb.Batch) -> Batch:
    return Batch(message.epoch, tuple(map(read_exchange, message.exchanges)), message.acked_through)


def _opened_message(opened: Opened) -> pb.Opened:
    limits, connector, policy = opened.limits, opened.connector, opened.redaction_policy
    return pb.Opened(
        protocol_version=opened.protocol_version,
        role=pb.ROLE_OWNER if opened.role == "owner" else pb.ROLE_OBSERVER,
        epoch=opened.epoch,
        oldest_sequence=opened.oldest_sequence,
        next_sequence=opened.next_sequence,
        acked_through=opened.acked_through,
        heartbeat_interval=to_duration(opened.heartbeat_interval),
        limits=pb.Limits(
            max_outstanding_exchanges=limits.max_outstanding_exchanges,
            max_outstanding_bytes=limits.max_outstanding_bytes,
            max_batch_exchanges=limits.max_batch_exchanges,
            max_batch_bytes=limits.max_batch_bytes,
            max_batch_delay=to_duration(limits.max_batch_delay),
        ),
        connector=pb.Connector(name=connector.name, version=connector.version),
        redaction_policy=pb.RedactionPolicy(name=policy.name, version=policy.version, hash=policy.hash),
    )


def _read_opened(message: pb.Opened) -> Opened:
    limits, connector, policy = message.limits, message.connector, message.redaction_policy
    return Opened(
        role="owner" if message.role == pb.ROLE_OWNER else "observer",
        epoch=message.epoch,
        oldest_sequence=message.oldest_sequence,
        next_sequence=message.next_sequence,
        acked_through=message.acked_through,
        heartbeat_interval=from_duration(message.heartbeat_interval),
        limits=Limits(
            limits.max_outstanding_exchanges,
            limits.max_outstanding_bytes,
            limits.max_batch_exchanges,
            limits.max_batch_bytes,
            from_duration(limits.max_batch_delay),
        ),
        connector=ConnectorInfo(connector.name, connector.version),
        redaction_policy=PolicyInfo(policy.name, policy.version, policy.hash),
        protocol_version=message.protocol_version,
    )


def _gap_message(gap: Gap) -> pb.Gap:
    return pb.Gap(
        epoch=gap.epoch,
        first_sequence=gap.first_sequence,
        last_sequence=gap.last_sequence,
        count=gap.count,
        bytes=gap.bytes,
        reason=gap.reason,
        syncs=[pb.SyncCount(sync_id=sync.sync_id, count=sync.count) for sync in gap.syncs],
    )


def _read_gap(message: pb.Gap) -> Gap:
    return Gap(
        epoch=message.epoch,
        first_sequence=message.first_sequence,
        last_sequence=message.last_sequence,
        count=message.count,
        bytes=message.bytes,
        reason=message.reason,
        syncs=tuple(SyncCount(sync.sync_id, sync.count) for sync in message.syncs),
    )


def _drained_message(drained: Drained) -> pb.Drained:
    return pb.Drained(
        epoch=drained.epoch,
        through_sequence=drained.through_sequence,
        acked_through=drained.acked_through,
        counters=map(_counters_message, drained.counters),
    )


def _read_drained(message: pb.Drained) -> Drained:
    return Drained(
        message.epoch, message.through_sequence, message.acked_through, _read_counters(message.counters)
    )


def _heartbeat_message(heartbeat: ServerHeartbeat) -> pb.ServerHeartbeat:
    return pb.ServerHeartbeat(
        epoch=heartbeat.epoch,
        acked_through=heartbeat.acked_through,
        retained_exchanges=heartbeat.retained_exchanges,
        retained_bytes=heartbeat.retained_bytes,
        pending=heartbeat.pending,
        counters=map(_counters_message, heartbeat.counters),
    )


def _read_heartbeat(message: pb.ServerHeartbeat) -> ServerHeartbeat:
    return ServerHeartbeat(
        epoch=message.epoch,
        acked_through=message.acked_through,
        retained_exchanges=message.retained_exchanges,
        retained_bytes=message.retained_bytes,
        pending=message.pending,
        counters=_read_counters(message.counters),
    )


def _read_closing(message: pb.Closing) -> Closing:
    return Closing(message.epoch, message.code, message.reason)


def _counters_message(counters: SyncCounters) -> pb.SyncCounters:
    return pb.SyncCounters(
        sync_id=counters.sync_id,
        captured=counters.captured,
        acked=counters.acked,
        dropped=[pb.Dropped(reason=d.reason, count=d.count, bytes=d.bytes) for d in counters.dropped],
        abandoned=counters.abandoned,
    )


def _read_counters(messages: Iterable[pb.SyncCounters]) -> tuple[SyncCounters, ...]:
    return tuple(
        SyncCounters(
            sync_id=message.sync_id,
            captured=message.captured,
            acked=message.acked,
            dropped=tuple(Dropped(d.reason, d.count, d.bytes) for d in message.dropped),
            abandoned=message.abandoned,
        )
        for message in messages
    )


_READERS: dict[str, Callable[[Any], Response]] = {
    "opened": _read_opened,
    "batch": _read_batch,
    "gap": _read_gap,
    "drained": _read_drained,
    "heartbeat": _read_heartbeat,
    "closing": _read_closing,
}
