"""What a consumer says, between records and bytes."""

from __future__ import annotations

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError
from google.protobuf.unknown_fields import UnknownFieldSet

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import (
    Ack,
    Drain,
    Filter,
    Heartbeat,
    Limits,
    Open,
    Request,
    ResumePosition,
)
from captured_exchanges.wire.durations import from_duration, to_duration
from captured_exchanges.wire.generated import captured_exchanges_pb2 as pb

__all__ = ["decode_request", "encode_request"]


def encode_request(request: Request) -> bytes:
    """The bytes of `StreamCapturedExchangesRequest`. Thread-safe."""
    match request:
        case Open():
            message = pb.StreamCapturedExchangesRequest(open=_open_message(request))
        case Ack(epoch, through):
            message = pb.StreamCapturedExchangesRequest(ack=pb.Ack(epoch=epoch, through_sequence=through))
        case Drain(timeout):
            message = pb.StreamCapturedExchangesRequest(drain=pb.Drain(timeout=to_duration(timeout)))
        case Heartbeat():
            message = pb.StreamCapturedExchangesRequest(heartbeat=pb.Heartbeat())
    return message.SerializeToString()


def decode_request(raw: bytes) -> Request | None:
    """The record of a request, or None for a message with neither variant nor unknown fields.

    Raises ProtocolViolation (INVALID_ARGUMENT) where the bytes are no such message or hold a variant that
    this version does not know. Bounds of fields are not checked here. Thread-safe.
    """
    message = pb.StreamCapturedExchangesRequest()
    try:
        message.ParseFromString(raw)
    except DecodeError as error:
        raise ProtocolViolation(
            f"the request's {len(raw)} bytes are no StreamCapturedExchangesRequest; send one of open, ack, "
            "drain, heartbeat"
        ) from error
    match message.WhichOneof("request"):
        case "open":
            return _read_open(message.open)
        case "ack":
            return Ack(message.ack.epoch, message.ack.through_sequence)
        case "drain":
            return Drain(from_duration(message.drain.timeout))
        case "heartbeat":
            return Heartbeat()
    if len(UnknownFieldSet(message)):
        raise ProtocolViolation(
            "the request holds a variant that this server does not know; send one of open, ack, drain, "
            "heartbeat"
        )
    return None


def _open_message(request: Open) -> pb.Open:
    limits = request.limits
    return pb.Open(
        protocol_version=request.protocol_version,
        consumer_id=request.consumer_id,
        sync_id=request.sync_id,
        resume=[pb.ResumePosition(epoch=p.epoch, after_sequence=p.after_sequence) for p in request.resume],
        max_outstanding_exchanges=limits.max_outstanding_exchanges,
        max_outstanding_bytes=limits.max_outstanding_bytes,
        max_batch_exchanges=limits.max_batch_exchanges,
        max_batch_bytes=limits.max_batch_bytes,
        max_batch_delay=_optional(limits.max_batch_delay),
        take_over=request.take_over,
        follow=request.follow,
        from_sequence=request.from_sequence,
        filter=_filter_message(request.filter),
    )


def _read_open(message: pb.Open) -> Open:
    return Open(
        protocol_version=message.protocol_version,
        consumer_id=message.consumer_id,
        sync_id=message.sync_id,
        resume=tuple(ResumePosition(p.epoch, p.after_sequence) for p in message.resume),
        limits=Limits(
            message.max_outstanding_exchanges,
            message.max_outstanding_bytes,
            message.max_batch_exchanges,
            message.max_batch_bytes,
            from_duration(message.max_batch_delay),
        ),
        take_over=message.take_over,
        follow=message.follow,
        from_sequence=message.from_sequence,
        filter=Filter(
            tuple(message.filter.transport_kinds),
            tuple(message.filter.surfaces),
            tuple(message.filter.sync_ids),
        ),
    )


def _filter_message(wanted: Filter) -> pb.Filter | None:
    if wanted == Filter():
        return None
    return pb.Filter(
        transport_kinds=wanted.transport_kinds, surfaces=wanted.surfaces, sync_ids=wanted.sync_ids
    )


def _optional(seconds: float) -> Duration | None:
    return to_duration(seconds) if seconds else None
