"""Contenders that forgo all safety: a plain loop over generated messages, and bytes in, bytes out.

The plain loop is what one writes first: message objects through generated serialisers, batches of 64,
512 rows a commit, SQLite's default page. The bare limit keeps of it only what any handoff must do: whole
batches lie ready as bytes, what arrives is parsed once and with its documents as bytes, and pages are ours.
Neither acks, resumes, counts, bounds or remembers anything.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from benchmarks.handoff_side import EPOCH, Contender, stream_handler
from benchmarks.handoff_table import Row, Table
from captured_exchanges.exchange import RedactedExchange
from captured_exchanges.store import moments
from captured_exchanges.wire import METHOD, service_files
from captured_exchanges.wire.generated import captured_exchanges_pb2 as pb

__all__ = ["BARE", "PLAIN"]

_BATCH = 64
_BATCH_BYTES = 512 * 1024
_ANY_SIZE = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))


class _Plain:
    def __init__(self) -> None:
        self._messages: list[pb.CapturedExchange] = []

    def handler(self) -> grpc.GenericRpcHandler:
        return stream_handler(
            grpc.stream_stream_rpc_method_handler(
                self._stream,
                request_deserializer=pb.StreamCapturedExchangesRequest.FromString,
                response_serializer=pb.StreamCapturedExchangesResponse.SerializeToString,
            )
        )

    def fill(self, captured: Iterable[RedactedExchange]) -> None:
        self._messages = [_message(exchange, number) for number, exchange in enumerate(captured, 1)]

    async def _stream(
        self, _requests: object, _context: object
    ) -> AsyncIterator[pb.StreamCapturedExchangesResponse]:
        for start in range(0, len(self._messages), _BATCH):
            yield _response(self._messages[start : start + _BATCH])


class _Bare:
    def __init__(self) -> None:
        self._batches: list[bytes] = []

    def handler(self) -> grpc.GenericRpcHandler:
        return stream_handler(grpc.stream_stream_rpc_method_handler(self._stream))

    def fill(self, captured: Iterable[RedactedExchange]) -> None:
        messages = (_message(exchange, number) for number, exchange in enumerate(captured, 1))
        while batch := list(islice(messages, _BATCH)):
            a_message = max(1, _BATCH_BYTES // batch[0].ByteSize())
            for start in range(0, len(batch), a_message):
                self._batches.append(_response(batch[start : start + a_message]).SerializeToString())

    async def _stream(self, _requests: object, _context: object) -> AsyncIterator[bytes]:
        for batch in self._batches:
            yield batch


async def _consume(
    target: str, path: Path, count: int, *, read: Callable[[bytes], Any], rows: Callable[[Any], Iterable[Row]]
) -> float:
    with Table(path, tuned=rows is _bare_rows) as table:
        began = time.perf_counter()
        arrived = 0
        async with grpc.aio.insecure_channel(target, options=_ANY_SIZE) as channel:
            call = channel.stream_stream(
                METHOD,
                request_serializer=pb.StreamCapturedExchangesRequest.SerializeToString,
                response_deserializer=read,
            )(iter([pb.StreamCapturedExchangesRequest(open=pb.Open())]))
            async for response in call:
                table.add(rows(response.batch.exchanges))
                arrived += len(response.batch.exchanges)
            table.flush()
            taken = time.perf_counter() - began
        assert arrived == count, f"{arrived} of {count} came"
    return taken


def _message(exchange: RedactedExchange, sequence: int) -> pb.CapturedExchange:
    seconds, nanos = divmod(exchange.captured_at, 1_000_000_000)
    return pb.CapturedExchange(
        sequence=sequence,
        request_id=exchange.request_id,
        sync_id=exchange.sync_id,
        transport_kind=exchange.transport_kind,
        request_json=exchange.request_json.decode(),
        response_json=(exchange.response_json or b"").decode(),
        intent_json=(exchange.intent_json or b"").decode(),
        captured_at={"seconds": seconds, "nanos": nanos},
    )


def _response(messages: list[pb.CapturedExchange]) -> pb.StreamCapturedExchangesResponse:
    return pb.StreamCapturedExchangesResponse(batch=pb.Batch(epoch=EPOCH, exchanges=messages))


def _plain_rows(messages: Iterable[Any]) -> list[Row]:
    moment = moments.now()
    return [
        (
            message.request_id,
            message.sync_id,
            message.transport_kind,
            message.request_json.encode(),
            message.response_json.encode(),
            message.intent_json.encode(),
            moment,
        )
        for message in messages
    ]


def _bare_rows(messages: Iterable[Any]) -> list[Row]:
    moment = moments.now()
    return [
        (
            message.request_id,
            message.sync_id,
            message.transport_kind,
            message.request_json,
            message.response_json,
            message.intent_json,
            moment,
        )
        for message in messages
    ]


def _response_of_bytes() -> Any:  # noqa: ANN401 - a class made at run time
    """The response's class with documents of type `bytes`: the same on the wire, and nothing to decode."""
    pool = descriptor_pool.DescriptorPool()
    for serialised in service_files():
        file = descriptor_pb2.FileDescriptorProto.FromString(serialised)
        for field in (field for message in file.message_type for field in message.field):
            if field.name.endswith("_json"):
                field.type = descriptor_pb2.FieldDescriptorProto.TYPE_BYTES
        pool.Add(file)
    name = pb.StreamCapturedExchangesResponse.DESCRIPTOR.full_name
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


PLAIN = Contender(
    _Plain, partial(_consume, read=pb.StreamCapturedExchangesResponse.FromString, rows=_plain_rows)
)
BARE = Contender(_Bare, partial(_consume, read=_response_of_bytes().FromString, rows=_bare_rows))
