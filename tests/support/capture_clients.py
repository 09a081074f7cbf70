"""The four kinds of client that capture is tested with: httpx and httpx2, synchronous and asynchronous.

A Rig hides the difference, so that a test is written once: everything is awaited, and a synchronous client
simply works in the test's own thread.
"""

from __future__ import annotations

import importlib
import inspect
from contextlib import asynccontextmanager, contextmanager
from typing import Any

LIBRARIES = ("httpx", "httpx2")


class Rig:
    """One library in one style."""

    def __init__(self, name: str, *, asynchronous: bool) -> None:
        self.name = name
        self.asynchronous = asynchronous
        self.library = importlib.import_module(name)
        self.adapter = importlib.import_module(f"captured_exchanges.capture.{name}")
        self.client_class = self.library.AsyncClient if asynchronous else self.library.Client

    def __repr__(self) -> str:
        return f"{self.name}-{'async' if self.asynchronous else 'sync'}"

    @asynccontextmanager
    async def client(self, sink: Any = None, **options: Any):
        """A client, instrumented where a sink is given. The environment's proxies stay out of it, and no
        certificates are loaded.
        """
        client = self.client_class(**{"trust_env": False, "verify": False, **options})
        if sink is not None:
            self.adapter.instrument_client(client, sink)
        try:
            yield client
        finally:
            await self.close(client)

    @contextmanager
    def everywhere(self, sink: Any):
        """Global instrumentation."""
        self.adapter.instrument(sink)
        try:
            yield
        finally:
            self.adapter.uninstrument()

    def transport(self, handle: Any) -> Any:
        """A transport of the user's own: `handle` takes a request and returns a response, or raises."""
        if self.asynchronous:

            class Own(self.library.AsyncBaseTransport):
                async def handle_async_request(self, request: Any) -> Any:
                    return handle(request)
        else:

            class Own(self.library.BaseTransport):
                def handle_request(self, request: Any) -> Any:
                    return handle(request)

        return Own()

    def stream_of(self, chunks: Any) -> Any:
        """A byte stream of the library's kind over `chunks()`; counts how often it was closed."""
        if self.asynchronous:

            class Chunks(self.library.AsyncByteStream):
                closed = 0

                async def __aiter__(self):
                    for chunk in chunks():
                        yield chunk

                async def aclose(self) -> None:
                    self.closed += 1
        else:

            class Chunks(self.library.SyncByteStream):
                closed = 0

                def __iter__(self):
                    yield from chunks()

                def close(self) -> None:
                    self.closed += 1

        return Chunks()

    def content_of(self, chunks: Any) -> Any:
        """A generator to send as a request's body."""

        async def later():
            for chunk in chunks:
                yield chunk

        return later() if self.asynchronous else iter(chunks)

    async def send(self, client: Any, method: str, url: str, *, stream: bool = False, **options: Any) -> Any:
        """Send; the answer is read to its end unless it is to be streamed."""
        sending = ("auth", "follow_redirects")
        apart = {name: options.pop(name) for name in sending if name in options}
        request = client.build_request(method, url, **options)
        return await done(client.send(request, stream=stream, **apart))

    async def get(self, client: Any, url: str, **options: Any) -> Any:
        """`send` a GET."""
        return await self.send(client, "GET", url, **options)

    async def close(self, closable: Any) -> None:
        """Close a client or a response."""
        await done(closable.aclose() if self.asynchronous else closable.close())

    def raw(self, response: Any) -> Chunks:
        """The chunks of a streamed response, one at a time."""
        return Chunks(response.aiter_raw() if self.asynchronous else response.iter_raw())


class Chunks:
    """An iteration over chunks, synchronous or not."""

    def __init__(self, chunks: Any) -> None:
        self.chunks = chunks

    async def next(self) -> bytes | None:
        """The next chunk, or None at the end."""
        if hasattr(self.chunks, "__anext__"):
            return await anext(self.chunks, None)
        return next(self.chunks, None)

    async def all(self) -> list[bytes]:
        """The chunks that are left."""
        found = []
        while (chunk := await self.next()) is not None:
            found.append(chunk)
        return found

    async def drop(self) -> None:
        """Give up the iteration, as leaving a loop early does."""
        if hasattr(self.chunks, "aclose"):
            await self.chunks.aclose()
        else:
            self.chunks.close()


async def done(result: Any) -> Any:
    """Await what is to be awaited."""
    return await result if inspect.isawaitable(result) else result


RIGS = [Rig(name, asynchronous=asynchronous) for name in LIBRARIES for asynchronous in (False, True)]
SYNC_RIGS = [rig for rig in RIGS if not rig.asynchronous]
ASYNC_RIGS = [rig for rig in RIGS if rig.asynchronous]
