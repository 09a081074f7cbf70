"""Channels that show a bearer token with every call, whatever the call is.

gRPC's own call credentials refuse a connection without TLS, and interceptors of `grpc.aio` put a queue
between a stream and who reads and writes it, whose end and failures are not those of the call. So a
`grpc.aio` channel is wrapped; what its calls return is what the channel returned. Interceptors of a threaded
channel do no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, NamedTuple, Self

import grpc
import grpc.aio

from captured_exchanges.security import BearerToken

__all__ = ["BearerChannel", "bearer_channel"]


class BearerChannel(grpc.aio.Channel):
    """A `grpc.aio` channel, which it owns, with the token in the metadata of each call."""

    def __init__(self, channel: grpc.aio.Channel, token: BearerToken) -> None:
        self._channel = channel
        self._shown = _shown(token)

    def unary_unary(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - as the channel's
        """A call maker, as the channel makes it."""
        return self._showing(self._channel.unary_unary(*arguments, **named))

    def unary_stream(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - as the channel's
        """A call maker, as the channel makes it."""
        return self._showing(self._channel.unary_stream(*arguments, **named))

    def stream_unary(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - as the channel's
        """A call maker, as the channel makes it."""
        return self._showing(self._channel.stream_unary(*arguments, **named))

    def stream_stream(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - as the channel's
        """A call maker, as the channel makes it."""
        return self._showing(self._channel.stream_stream(*arguments, **named))

    def _showing(self, make: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, metadata: Any = None, **named: Any) -> Any:  # noqa: ANN401 - as the channel's
            return make(*arguments, metadata=(*(metadata or ()), self._shown), **named)

        return call

    async def close(self, grace: float | None = None) -> None:
        """Close the channel."""
        await self._channel.close(grace)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        """The channel's state."""
        return self._channel.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """Wait until the channel's state is another one."""
        await self._channel.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """Wait until the channel is connected."""
        await self._channel.channel_ready()

    async def __aenter__(self) -> Self:
        await self._channel.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._channel.__aexit__(kind, error, trace)


def bearer_channel(channel: grpc.Channel, token: BearerToken) -> grpc.Channel:
    """A threaded channel with the token in the metadata of each call."""
    return grpc.intercept_channel(channel, _Showing(token))


class _Details(NamedTuple):
    method: str
    timeout: float | None
    metadata: tuple[tuple[str, str | bytes], ...]
    credentials: grpc.CallCredentials | None
    wait_for_ready: bool | None
    compression: grpc.Compression | None


class _Showing(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    def __init__(self, token: BearerToken) -> None:
        self._shown = _shown(token)

    def _intercept(self, continuation: Callable[..., Any], details: Any, request: Any) -> Any:  # noqa: ANN401 - of all kinds
        return continuation(
            _Details(
                details.method,
                details.timeout,
                (*(details.metadata or ()), self._shown),
                details.credentials,
                details.wait_for_ready,
                details.compression,
            ),
            request,
        )

    _of_any_kind: Any = _intercept
    intercept_unary_unary = intercept_unary_stream = _of_any_kind
    intercept_stream_unary = intercept_stream_stream = _of_any_kind


def _shown(token: BearerToken) -> tuple[str, str]:
    return "authorization", f"Bearer {token.value}"
