"""Server reflection, so that grpcurl and `buf curl` need no .proto file.

The messages are grpcio-reflection's, which serves the v1alpha service alone; v1 differs in nothing but its
name, so the same handler answers there too. gRPC lets the last registration win: enable this after the
host has added its own services, reflection included, whose work it then does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2, reflection_pb2_grpc

from captured_exchanges.connector.descriptors import Descriptors
from captured_exchanges.wire import SERVICE

__all__ = ["REFLECTION_V1", "enable_reflection"]

REFLECTION_V1 = "grpc.reflection.v1.ServerReflection"
_METHOD = "ServerReflectionInfo"


def enable_reflection(server: grpc.aio.Server, services: Iterable[str] = ()) -> None:
    """Serve descriptors of the exchange stream, of whatever the process has registered, and a list of
    these services, ours and reflection.

    `services` are full names of services that the host serves, such as `c1.connector.v2.GrantsService`:
    gRPC does not tell which were added.
    """
    names = {*services, SERVICE, reflection.SERVICE_NAME}
    servicer = reflection.aio.ReflectionServicer(names, pool=cast("Any", Descriptors()))
    add_to_server: Any = reflection_pb2_grpc.add_ServerReflectionServicer_to_server
    add_to_server(servicer, server)
    handler = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo,
        reflection_pb2.ServerReflectionRequest.FromString,
        reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    generic = grpc.method_handlers_generic_handler(REFLECTION_V1, {_METHOD: handler})
    server.add_generic_rpc_handlers((generic,))
