"""Descriptor pools of a host connector: baton's ConnectorService with methods that we do not know."""

from __future__ import annotations

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool

from support.connector_baton import PACKAGE, file_proto


def host_file() -> descriptor_pb2.FileDescriptorProto:
    """A file with a ConnectorService of its own, and another service beside it."""
    file = file_proto()
    for service, method, request, response in (
        ("ConnectorService", "Validate", "ResourceType", "Grant"),
        ("GrantsService", "ListGrants", "ListGrantsRequest", "ListGrantsResponse"),
    ):
        file.service.add(name=service).method.add(
            name=method, input_type=f".{PACKAGE}.{request}", output_type=f".{PACKAGE}.{response}"
        )
    return file


def dependent_file() -> descriptor_pb2.FileDescriptorProto:
    """A file that imports the one with the ConnectorService."""
    file = descriptor_pb2.FileDescriptorProto(name="host/extra.proto", package="host", syntax="proto3")
    file.dependency.append(host_file().name)
    message = file.message_type.add(name="Extra")
    message.field.add(
        name="grant", number=1, label="LABEL_OPTIONAL", type="TYPE_MESSAGE", type_name=f".{PACKAGE}.Grant"
    )
    return file


def register(pool: descriptor_pool.DescriptorPool) -> None:
    """What importing the host's generated code does."""
    for file in (any_pb2.DESCRIPTOR.serialized_pb, host_file().SerializeToString()):
        pool.AddSerializedFile(file)
    pool.AddSerializedFile(dependent_file().SerializeToString())
