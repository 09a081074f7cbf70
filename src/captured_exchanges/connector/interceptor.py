"""The interceptor for `grpc.aio`: opens a scope for each call and stamps the answers of baton's list calls.

Which intent a call gets:

    a list call   surface `sync`, entrypoint the method (`ListResources`), the resource type that was asked
                  for, and the sync id that baton sent along
    any other     surface the service in short (`c1.connector.v2.TicketsService`: `tickets`), entrypoint
                  the method

The host's handlers, and interceptors of its own on either side, see the messages they always saw: only
deserialiser and serialiser are taken over, where a call is bytes. Nothing that fails here reaches the call.
"""

from __future__ import annotations

import contextvars
import inspect
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any, TypeAlias

import grpc

from captured_exchanges import telemetry
from captured_exchanges.capture import Scope, intent
from captured_exchanges.connector.list_calls import LIST_CALLS, Asked, ListCall
from captured_exchanges.connector.stamping import stamp

__all__ = ["SYNC_SURFACE", "CaptureInterceptor", "CapturedCall"]

SYNC_SURFACE = "sync"
"""The surface of everything that a list call causes, as in files that baton's SDK writes."""

log = logging.getLogger(__name__)

_Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


class CaptureInterceptor(grpc.aio.ServerInterceptor):
    """For `grpc.aio.server(interceptors=[…])`. Unary calls only; every other kind passes untouched.

    Synchronous handlers run in a copy of the call's context: grpc.aio alone would lose context variables
    on the way to its thread pool.
    """

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[_Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> _Handler | None:
        """As grpc asks for; called once for each call."""
        handler = await continuation(handler_call_details)
        if handler is None or handler.request_streaming or handler.response_streaming:
            return handler
        return CapturedCall(handler_call_details.method, handler).handler()


class CapturedCall:
    """One call in progress: what was asked, and the scope in which it is answered."""

    def __init__(self, path: str, handler: _Handler) -> None:
        self._path = path
        self._host = handler
        self._list_call = LIST_CALLS.get(path)
        self._context = contextvars.copy_context()
        self._raw = b""
        self._scope: Scope | None = None

    def handler(self) -> _Handler:
        """The host's handler for `grpc.aio`, wrapped, of the same kind."""
        asynchronous = inspect.iscoroutinefunction(self._host.unary_unary)  # grpc.aio's own test
        behave = self._behave if asynchronous else self._behave_synchronously
        return grpc.unary_unary_rpc_method_handler(behave, self._deserialize, self._serialize)

    def threaded_handler(self) -> _Handler:
        """The host's handler for a threaded server, wrapped: it stays in grpc's thread, context and pool."""

        def behave(request: Any, context: Any) -> Any:  # noqa: ANN401 - the host's messages
            return self._behave_here(request, context)

        pool = getattr(self._host.unary_unary, "experimental_thread_pool", None)
        if pool is not None:
            behave.experimental_thread_pool = pool  # type: ignore[attr-defined]
        return grpc.unary_unary_rpc_method_handler(behave, self._deserialize, self._serialize)

    def _deserialize(self, raw: bytes) -> Any:  # noqa: ANN401 - the host's message
        self._raw = raw
        return self._host.request_deserializer(raw) if self._host.request_deserializer else raw

    async def _behave(self, request: Any, context: Any) -> Any:  # noqa: ANN401 - the host's messages
        with self._intent() as self._scope:
            return await self._host.unary_unary(request, context)  # type: ignore[misc]

    def _behave_synchronously(self, request: Any, context: Any) -> Any:  # noqa: ANN401 - the host's messages
        return self._context.run(self._behave_here, request, context)

    def _behave_here(self, request: Any, context: Any) -> Any:  # noqa: ANN401 - the host's messages
        with self._intent() as self._scope:
            return self._host.unary_unary(request, context)  # type: ignore[misc]

    def _serialize(self, response: Any) -> bytes:  # noqa: ANN401 - the host's message
        raw = self._host.response_serializer(response) if self._host.response_serializer else response
        if self._list_call is None or self._scope is None or not raw:
            return raw
        try:
            return stamp(raw, self._list_call, self._scope)
        except Exception as failure:  # noqa: BLE001 - the answer goes out as it is
            _note(
                "connector.stamping_failed", "the answer of %s could not be stamped: %s", self._path, failure
            )
            return bytes(raw)

    def _intent(self) -> AbstractContextManager[Scope]:
        service, _, method = self._path.rpartition("/")
        if self._list_call is None:
            return intent(_short(service), method)
        asked = self._asked(self._list_call)
        return intent(SYNC_SURFACE, method, asked.resource_type, asked.sync_id)

    def _asked(self, list_call: ListCall) -> Asked:
        try:
            return list_call.asked(self._raw)
        except Exception as failure:  # noqa: BLE001 - the host may understand what we do not
            _note(
                "connector.request_unreadable", "the request of %s could not be read: %s", self._path, failure
            )
            return Asked("", "")


def _short(service: str) -> str:
    """`/c1.connector.v2.TicketsService` is `tickets`."""
    return service.rpartition(".")[2].removesuffix("Service").lower()


def _note(counter: str, sentence: str, path: str, failure: Exception) -> None:
    telemetry.count(counter)
    log.warning(sentence, path, type(failure).__name__)
