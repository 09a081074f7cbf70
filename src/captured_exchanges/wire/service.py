"""The service: its path on the wire, and its descriptor as data.

The descriptor never enters the process-wide pool, where baton's own ConnectorService lives; reflection
builds a pool of its own from these files. They hold the JSON names that clients print fields by.
"""

from __future__ import annotations

from importlib import resources

from google.protobuf import descriptor_pb2

__all__ = ["METHOD", "METHOD_NAME", "SERVICE", "service_files"]

SERVICE = "c1.connector.v2.ConnectorService"
METHOD_NAME = "StreamCapturedExchanges"
METHOD = f"/{SERVICE}/{METHOD_NAME}"


def service_files() -> tuple[bytes, ...]:
    """Serialised FileDescriptorProtos, each after those it imports; the service's own file is last."""
    packed = resources.files("captured_exchanges.wire.generated").joinpath("service.binpb").read_bytes()
    files = descriptor_pb2.FileDescriptorSet.FromString(packed).file
    return tuple(file.SerializeToString() for file in files)
