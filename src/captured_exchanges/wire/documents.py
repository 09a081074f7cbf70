"""The contract's messages once more, with JSON documents of type `bytes`: the same on the wire.

In the contract documents are strings, so that any client prints them. Read as strings, one that is not all
ASCII is decoded into a wider copy of itself and encoded back for the store, which costs more than all else
that is done to it on its way. These classes are derived from the contract's own descriptor, in a pool of
their own, so they cannot drift from it; that a document is UTF-8 is for their users to check.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FileDescriptor

from captured_exchanges.wire.generated import captured_exchanges_pb2 as pb

__all__ = ["CapturedExchangeOfBytes", "ResponseOfBytes", "checked"]

_DOCUMENT = "_json"


def checked(document: bytes) -> bytes:
    """The document; raises UnicodeDecodeError where it is not UTF-8."""
    if not document.isascii():
        document.decode()
    return document


def _pool() -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    contract: FileDescriptor = pb.DESCRIPTOR
    for needed in contract.dependencies:
        pool.AddSerializedFile(needed.serialized_pb)
    file = descriptor_pb2.FileDescriptorProto.FromString(contract.serialized_pb)
    for field in (field for message in file.message_type for field in message.field):
        if field.name.endswith(_DOCUMENT):
            field.type = descriptor_pb2.FieldDescriptorProto.TYPE_BYTES
    pool.AddSerializedFile(file.SerializeToString())
    return pool


_POOL = _pool()


def _twin(message: type[Any]) -> type[Any]:
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(message.DESCRIPTOR.full_name))


CapturedExchangeOfBytes = _twin(pb.CapturedExchange)
"""`CapturedExchange`, with documents of type `bytes`."""
ResponseOfBytes = _twin(pb.StreamCapturedExchangesResponse)
"""`StreamCapturedExchangesResponse`, with documents of type `bytes`."""
