"""The guard of a server whose access is a bearer token: no call passes without it, whatever the method.

An interceptor, because it sees every call before any handler does: the host's list calls, reflection and
health as much as the exchange stream. Give it to the server before the host's own interceptors.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeAlias

import grpc

from captured_exchanges.security import BearerToken

__all__ = ["Guard", "GuardedInterceptor", "ThreadedGuardedInterceptor"]

_KEY, _SCHEME = "authorization", b"bearer"
_MISSING = "this connector wants a bearer token in the metadata `authorization`, and none came"
_WRONG = "what the metadata `authorization` shows is not the bearer token of this connector's run"

_Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


class Guard:
    """Knows one token. Thread-safe."""

    def __init__(self, token: BearerToken) -> None:
        self._token = token.value.encode()

    def fault(self, metadata: Iterable[tuple[str, str | bytes]] | None) -> str:
        """What is wrong with a call that came with this metadata; empty: nothing. Quotes none of it."""
        shown = [value for key, value in metadata or () if key == _KEY]
        if not shown:
            return _MISSING
        return "" if any(map(self._is_ours, shown)) else _WRONG

    def _is_ours(self, shown: str | bytes) -> bool:
        raw = shown if isinstance(shown, bytes) else shown.encode("utf-8", "surrogateescape")
        scheme, _, token = raw.partition(b" ")
        return hmac.compare_digest(token.strip(), self._token) and scheme.lower() == _SCHEME


class GuardedInterceptor(grpc.aio.ServerInterceptor):
    """For `grpc.aio`: what the guard lets pass goes on to another interceptor."""

    def __init__(self, guard: Guard, inner: grpc.aio.ServerInterceptor) -> None:
        self._guard = guard
        self._inner = inner

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[_Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> _Handler | None:
        """As grpc asks for; called once for each call."""
        fault = self._guard.fault(handler_call_details.invocation_metadata)
        if not fault:
            return await self._inner.intercept_service(continuation, handler_call_details)

        async def refuse(_requests: object, context: grpc.aio.ServicerContext[Any, Any]) -> None:
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, fault)

        return _refusal(refuse)


class ThreadedGuardedInterceptor(grpc.ServerInterceptor):
    """For a threaded `grpc.server`: what the guard lets pass goes on to another interceptor."""

    def __init__(self, guard: Guard, inner: grpc.ServerInterceptor) -> None:
        self._guard = guard
        self._inner = inner

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], _Handler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> _Handler | None:
        """As grpc asks for; called once for each call."""
        fault = self._guard.fault(handler_call_details.invocation_metadata)
        if not fault:
            return self._inner.intercept_service(continuation, handler_call_details)

        def refuse(_requests: object, context: grpc.ServicerContext) -> None:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, fault)

        return _refusal(refuse)


def _refusal(refuse: Callable[..., Any]) -> _Handler:
    """As a stream in both directions, whatever the call is: it waits for no request before it answers."""
    return grpc.stream_stream_rpc_method_handler(refuse)
