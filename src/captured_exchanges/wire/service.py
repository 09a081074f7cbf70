"""The service: its path on the wire, and its descriptor as data.

The descriptor never enters the process-wide pool, where baton's own ConnectorService lives; reflection
builds a pool of its own from these files.
"""

from __future__ import annotations

from importlib import resources

from google.protobuf import descriptor_pb2, duration_pb2, timestamp_pb2

from captured_exchanges.wire.generated import captured_exchanges_pb2 as pb

__all__ = ["METHOD", "METHOD_NAME", "SERVICE", "service_files"]

SERVICE = "c1.connector.v2.ConnectorService"
METHOD_NAME = "StreamCapturedExchanges"
METHOD = f"/{SERVICE}/{METHOD_NAME}"


def service_files() -> tuple[bytes, ...]:
    """Serialised FileDescriptorProtos, each after those it imports; the service's own file is last."""
    packed = resources.files("captured_exchanges.wire.generated").joinpath("service.binpb").read_bytes()
    service = descriptor_pb2.FileDescriptorSet.FromString(packed).file[0]
    messages = (duration_pb2.DESCRIPTOR, timestamp_pb2.DESCRIPTOR, pb.DESCRIPTOR)
    return (*(file.serialized_pb for file in messages), service.SerializeToString())
