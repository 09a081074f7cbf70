"""The gRPC channel of a consumer, an observer, or of a host that calls the same connector.

A target named by its address is checked against the rules of who may connect and gets a channel of our
own, with keepalive against peers that vanish without a word; a channel that the host made is its affair.
"""

from __future__ import annotations

import grpc
import grpc.aio

from captured_exchanges.security import Access, MutualTLS, check_certificate, check_target, is_loopback
from captured_exchanges.syncer.bearer import BearerChannel, bearer_channel

__all__ = ["OPTIONS", "open_channel", "open_threaded_channel", "require_address"]

OPTIONS: tuple[tuple[str, int], ...] = (
    # A message is below 4 MiB always; nothing larger is taken into memory.
    ("grpc.max_receive_message_length", 4 * 1024 * 1024),
    # The server must allow these pings, or it answers GOAWAY too_many_pings.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # Waiting between attempts is ours to decide; gRPC's own grows to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    # No wait, whatever its name: how long one attempt may take until TLS and HTTP/2 are agreed on.
    ("grpc.min_reconnect_backoff_ms", 10_000),
    # A stream resumes by its own rules; gRPC replaying it would repeat requests.
    ("grpc.enable_retries", 0),
    # Not to share a connection, and its fate, with other channels of the host.
    ("grpc.use_local_subchannel_pool", 1),
)


def open_channel(target: str, access: Access | None = None) -> grpc.aio.Channel:
    """A `grpc.aio` channel to `unix:PATH` or `HOST:PORT`, also for a host's own calls to its connector.

    With a BearerToken it shows the token in every call; with MutualTLS it is encrypted, and the other end is
    the one that was meant. Raises ConnectionRefused where the rules of who may connect forbid the target, or
    this end's certificate cannot be used.
    """
    place, options = _place(target, access)
    if isinstance(access, MutualTLS):
        return grpc.aio.secure_channel(place, _credentials(access), options=options)
    channel = grpc.aio.insecure_channel(place, options=options)
    return BearerChannel(channel, access) if access else channel


def open_threaded_channel(target: str, access: Access | None = None) -> grpc.Channel:
    """As `open_channel`, for synchronous calls from any thread."""
    place, options = _place(target, access)
    if isinstance(access, MutualTLS):
        return grpc.secure_channel(place, _credentials(access), options=options)
    channel = grpc.insecure_channel(place, options=options)
    return bearer_channel(channel, access) if access else channel


def require_address(target: object, access: Access | None) -> None:
    """Raise ValueError where credentials come with a channel, which has its own."""
    if access is not None and not isinstance(target, str):
        raise ValueError("`access` is for an address: a channel has credentials of its own")


def _place(target: str, access: Access | None) -> tuple[str, list[tuple[str, str | int]]]:
    place = check_target(target, access)
    options: list[tuple[str, str | int]] = list(OPTIONS)
    local = place.startswith("unix:") or is_loopback(place)
    if local:  # a proxy named in the environment has no business on this machine, and gets no token
        options.append(("grpc.enable_http_proxy", 0))
    if isinstance(access, MutualTLS):
        check_certificate(access, serving=False)
        name = access.peer_name or ("localhost" if place.startswith("unix:") else "")
        options += [("grpc.ssl_target_name_override", name)] if name else []
    return place, options


def _credentials(access: MutualTLS) -> grpc.ChannelCredentials:
    return grpc.ssl_channel_credentials(access.ca, access.private_key, access.certificate)
