"""The contract's messages once more, with strings of type `bytes`: the same on the wire.

In the contract documents are strings, so that any client prints them. Read as strings, one that is not all
ASCII is decoded into a wider copy of itself and encoded back for the store, which costs more than all else
that is done to it on its way. These classes are derived from the contract's own descriptor, in a pool of
their own, so they cannot drift from it; that a document is UTF-8 is for their users to check.

A string that is no UTF-8 would cost a whole batch: where one is in an exchange, a second set of classes reads
all strings of exchanges as bytes, so that its neighbours land.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FileDescriptor

from captured_exchanges.wire.generated import captured_exchanges_pb2 as pb

__all__ = ["CapturedExchangeOfBytes", "ResponseOfBytes", "ResponseOfPoison", "checked"]

_DOCUMENT = "_json"
_Message: TypeAlias = descriptor_pb2.DescriptorProto
_Field: TypeAlias = descriptor_pb2.FieldDescriptorProto


def checked(document: bytes) -> bytes:
    """The document; raises UnicodeDecodeError where it is not UTF-8."""
    if not document.isascii():
        document.decode()
    return document


def _pool(is_loose: Callable[[_Message, _Field], bool]) -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    contract: FileDescriptor = pb.DESCRIPTOR
    for needed in contract.dependencies:
        pool.AddSerializedFile(needed.serialized_pb)
    file = descriptor_pb2.FileDescriptorProto.FromString(contract.serialized_pb)
    for message in file.message_type:
        for field in message.field:
            if field.type == _Field.TYPE_STRING and is_loose(message, field):
                field.type = _Field.TYPE_BYTES
    pool.AddSerializedFile(file.SerializeToString())
    return pool


def _twin(pool: descriptor_pool.DescriptorPool, message: type[Any]) -> type[Any]:
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(message.DESCRIPTOR.full_name))


_DOCUMENTS = _pool(lambda _message, field: field.name.endswith(_DOCUMENT))
_EXCHANGES = _pool(lambda message, _field: message.name == pb.CapturedExchange.DESCRIPTOR.name)

CapturedExchangeOfBytes = _twin(_DOCUMENTS, pb.CapturedExchange)
"""`CapturedExchange`, with documents of type `bytes`."""
ResponseOfBytes = _twin(_DOCUMENTS, pb.StreamCapturedExchangesResponse)
"""`StreamCapturedExchangesResponse`, with documents of type `bytes`."""
ResponseOfPoison = _twin(_EXCHANGES, pb.StreamCapturedExchangesResponse)
"""`StreamCapturedExchangesResponse`, with all strings of exchanges of type `bytes`."""
