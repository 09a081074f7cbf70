"""A real grpc.aio server on a Unix socket, for the length of a block."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from typing import Any

import grpc

from captured_exchanges.security import temporary_private_folder, unix_address


@asynccontextmanager
async def serving(
    handlers: Iterable[grpc.GenericRpcHandler] = (),
    *,
    interceptors: Iterable[grpc.aio.ServerInterceptor] = (),
    prepare: Callable[[grpc.aio.Server], None] = lambda _server: None,
    executor: Executor | None = None,
    options: Iterable[tuple[str, Any]] = (),
) -> AsyncIterator[str]:
    """Serve; the address. `prepare` may add to the server before it starts."""
    server = grpc.aio.server(executor, interceptors=tuple(interceptors), options=tuple(options))
    server.add_generic_rpc_handlers(tuple(handlers))
    with temporary_private_folder() as folder:
        address = unix_address(folder, "s")
        prepare(server)
        server.add_insecure_port(address)
        await server.start()
        try:
            yield address
        finally:
            await server.stop(0)


def unary(path: str, behaviour: Callable[..., Any], request: Any = None) -> grpc.GenericRpcHandler:
    """One unary call; with a request class, of messages, else of bytes."""
    service, name = path.lstrip("/").split("/")
    deserializer = request.FromString if request else None
    serializer = (lambda answer: answer.SerializeToString()) if request else None
    handler = grpc.unary_unary_rpc_method_handler(behaviour, deserializer, serializer)
    return grpc.method_handlers_generic_handler(service, {name: handler})
