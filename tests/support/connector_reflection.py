"""A small reflection client."""

from __future__ import annotations

import grpc
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha import reflection_pb2 as pb

V1ALPHA = "grpc.reflection.v1alpha.ServerReflection"


async def reflect(address: str, service: str = V1ALPHA, **question: str) -> pb.ServerReflectionResponse:
    """Ask one question."""
    async with grpc.aio.insecure_channel(address) as channel:
        call = channel.stream_stream(
            f"/{service}/ServerReflectionInfo",
            pb.ServerReflectionRequest.SerializeToString,
            pb.ServerReflectionResponse.FromString,
        )(iter([pb.ServerReflectionRequest(**question)]), timeout=20)
        return await call.read()


async def listed(address: str, service: str = V1ALPHA) -> list[str]:
    """Names of the services."""
    answer = await reflect(address, service, list_services="*")
    return [each.name for each in answer.list_services_response.service]


async def files(address: str, symbol: str) -> list[FileDescriptorProto]:
    """The files that a symbol needs; empty where it is not found."""
    answer = await reflect(address, file_containing_symbol=symbol)
    return [
        FileDescriptorProto.FromString(raw) for raw in answer.file_descriptor_response.file_descriptor_proto
    ]
