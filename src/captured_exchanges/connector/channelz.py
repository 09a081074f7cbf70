"""channelz: gRPC's own account of the process's servers, sockets and calls; addresses and counts, no content.

Importing this module is the opt-in; it needs grpcio-channelz, the extra `channelz`.
"""

from __future__ import annotations

import grpc

from captured_exchanges.errors import MissingExtra

try:
    from grpc_channelz.v1 import channelz, channelz_pb2
except ModuleNotFoundError as error:
    raise MissingExtra(
        "channelz needs grpcio-channelz, which is not installed: pip install 'captured-exchanges[channelz]'"
    ) from error

__all__ = ["add_channelz"]


def add_channelz(server: grpc.aio.Server | grpc.Server) -> str:
    """Serve it; the service's full name."""
    channelz.add_channelz_servicer(server)
    name: str = channelz_pb2.DESCRIPTOR.services_by_name["Channelz"].full_name
    return name
