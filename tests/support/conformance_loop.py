"""Where the asyncio ends of a pairing live: one event loop in a thread of its own, used from outside.

Tests of the conformance suite block, whichever style an end is of: they are written once. What is
asyncio's runs here, and is waited for.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self

__all__ = ["Blocking", "LoopThread"]

_PATIENCE = 60
"""Seconds: longer than whatever runs here waits by itself."""


class LoopThread:
    """A running loop. One for all: beyond the first, grpc's poller logs errors and worse."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="conformance-loop", daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Begin; the outcome, when it is there."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do it, and answer with what came of it."""
        return self.submit(work).result(_PATIENCE)

    def call(self, function: Callable[[], Any]) -> Any:
        """Call a function that must be called on the loop."""

        async def work() -> Any:
            return function()

        return self.run(work())

    def close(self) -> None:
        """End the loop and its thread."""
        self.run(self.loop.shutdown_default_executor())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(_PATIENCE)
        self.loop.close()


class Blocking:
    """An asyncio object, used as its threaded twin is: coroutines run on the loop and are waited for.

    Where one answers with another such object, that is used so too.
    """

    def __init__(self, loop: LoopThread, inner: Any) -> None:
        self._loop = loop
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._blocking(found) if inspect.iscoroutinefunction(found) else found

    def _blocking(self, method: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            answer = self._loop.run(method(*arguments, **named))
            return Blocking(self._loop, answer) if isinstance(answer, type(self._inner)) else answer

        return call

    def __enter__(self) -> Self:
        self._loop.run(self._inner.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.run(self._inner.__aexit__(kind, error, trace))
