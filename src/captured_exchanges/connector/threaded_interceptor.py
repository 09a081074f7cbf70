"""The interceptor for a threaded `grpc.server`: what `interceptor` does for `grpc.aio`, and as it does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc

from captured_exchanges.connector.interceptor import CapturedCall

__all__ = ["ThreadedCaptureInterceptor"]


class ThreadedCaptureInterceptor(grpc.ServerInterceptor):
    """For `grpc.server(interceptors=[…])`. Unary calls only; every other kind passes untouched.

    Handlers keep what grpc gives them: their thread, its context, and the thread pool they ask for in
    `experimental_thread_pool`.
    """

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """As grpc asks for; called once for each call."""
        handler = continuation(handler_call_details)
        if handler is None or handler.request_streaming or handler.response_streaming:
            return handler
        return CapturedCall(handler_call_details.method, handler).threaded_handler()
