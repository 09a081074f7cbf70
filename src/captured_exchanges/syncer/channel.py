"""The gRPC channel of a consumer or observer.

A target named by its address is checked against the rules of who may connect and gets a channel of our
own, with keepalive against peers that vanish without a word; a channel that the host made is its affair.
"""

from __future__ import annotations

import grpc.aio

from captured_exchanges.security import check_target

__all__ = ["OPTIONS", "open_channel"]

OPTIONS: tuple[tuple[str, int], ...] = (
    # A message is below 4 MiB always; nothing larger is taken into memory.
    ("grpc.max_receive_message_length", 4 * 1024 * 1024),
    # The server must allow these pings, or it answers GOAWAY too_many_pings.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # Waiting between attempts is ours to decide; gRPC's own grows to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    # A stream resumes by its own rules; gRPC replaying it would repeat requests.
    ("grpc.enable_retries", 0),
    # Not to share a connection, and its fate, with other channels of the host.
    ("grpc.use_local_subchannel_pool", 1),
)


def open_channel(target: str) -> grpc.aio.Channel:
    """A channel to an address; raises ConnectionRefused where the rules forbid it."""
    return grpc.aio.insecure_channel(check_target(target), options=OPTIONS)
