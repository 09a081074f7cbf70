"""Server reflection, so that grpcurl and `buf curl` need no .proto file.

The messages are grpcio-reflection's, which serves the v1alpha service alone; v1 differs in nothing but its
name, so the same handler answers there too. gRPC lets the last registration win: enable this after the
host has added its own services, reflection included, whose work it then does.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import grpc
import grpc.aio
from grpc_reflection.v1alpha import reflection, reflection_pb2, reflection_pb2_grpc

from captured_exchanges.connector.descriptors import Descriptors
from captured_exchanges.connector.pooled import Pooled
from captured_exchanges.wire import SERVICE

__all__ = ["REFLECTION_V1", "enable_reflection"]

REFLECTION_V1 = "grpc.reflection.v1.ServerReflection"
_METHOD = "ServerReflectionInfo"
_WORKERS = 8
"""Who looks by reflection keeps a thread for as long as the stream is open."""


def enable_reflection(server: grpc.aio.Server | grpc.Server, services: Iterable[str] = ()) -> None:
    """Serve descriptors of the exchange stream, of whatever the process has registered, and a list of
    these services, ours and reflection.

    `services` are full names of services that the host serves, such as `c1.connector.v2.GrantsService`:
    gRPC does not tell which were added. Under a threaded server it takes none of the server's workers.
    """
    servicer = _servicer(server, {*services, SERVICE, reflection.SERVICE_NAME})
    add_to_server: Any = reflection_pb2_grpc.add_ServerReflectionServicer_to_server
    add_to_server(servicer, server)
    handler = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo,
        reflection_pb2.ServerReflectionRequest.FromString,
        reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    generic = grpc.method_handlers_generic_handler(REFLECTION_V1, {_METHOD: handler})
    server.add_generic_rpc_handlers((generic,))


def _servicer(server: object, names: set[str]) -> Any:  # noqa: ANN401 - of two kinds, which grpc tells apart by itself
    pool = cast("Any", Descriptors())
    if isinstance(server, grpc.aio.Server):
        return reflection.aio.ReflectionServicer(names, pool=pool)
    servicer: Any = reflection.ReflectionServicer(names, pool=pool)
    servicer.ServerReflectionInfo = Pooled(
        servicer.ServerReflectionInfo, ThreadPoolExecutor(_WORKERS, "exchange-reflection")
    )
    return servicer
