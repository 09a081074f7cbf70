"""Options of gRPC servers that serve the exchange stream.

A stream may be silent for long, and both ends find out by transport keepalive that the other is gone: an
observer owes no heartbeat (PROTOCOL.md, rule 12). A server with gRPC's defaults answers such pings with
GOAWAY `too_many_pings`.
"""

from __future__ import annotations

__all__ = ["HANDSHAKE_SECONDS", "KEEPALIVE_SECONDS", "KEEPALIVE_TIMEOUT_SECONDS", "SERVER_OPTIONS"]

KEEPALIVE_SECONDS = 10
"""After how much silence of the transport the server pings."""
KEEPALIVE_TIMEOUT_SECONDS = 10
"""How long it waits for the answer."""
HANDSHAKE_SECONDS = 10
"""What a connection has for TLS and HTTP/2's first frame. gRPC's own 120 would let whoever connects and says
nothing, or a byte at a time, hold descriptors for long."""
_MAX_RECEIVED = 4 * 1024 * 1024

SERVER_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.keepalive_time_ms", KEEPALIVE_SECONDS * 1000),
    ("grpc.keepalive_timeout_ms", KEEPALIVE_TIMEOUT_SECONDS * 1000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.http2.min_ping_interval_without_data_ms", 1000),
    ("grpc.http2.max_ping_strikes", 0),
    ("grpc.server_handshake_timeout_ms", HANDSHAKE_SECONDS * 1000),
    ("grpc.max_receive_message_length", _MAX_RECEIVED),
    # Else a second process of the same user may listen on the same port, and gets some of the calls.
    ("grpc.so_reuseport", 0),
)
"""For `grpc.aio.server(options=SERVER_OPTIONS)` and `grpc.server`. Nothing here limits what is sent."""
