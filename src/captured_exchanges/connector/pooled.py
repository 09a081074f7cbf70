"""A handler that brings its own threads, and what is done when the interpreter waits for them.

A threaded `grpc.server` gives each open stream one of its workers for good. It looks for the attribute
`experimental_thread_pool` on what handles a call, an experiment of grpc's that a test watches.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

__all__ = ["Pooled", "before_threads_are_joined"]


class Pooled:
    """The handler of a stream as grpc wants it: a callable that names the pool it runs in."""

    def __init__(
        self,
        serve: Callable[[Any, grpc.ServicerContext], Iterator[Any]],
        pool: ThreadPoolExecutor,
    ) -> None:
        self._serve = serve
        self.experimental_thread_pool = pool

    def __call__(self, requests: Any, context: grpc.ServicerContext) -> Iterator[Any]:  # noqa: ANN401 - one or many
        """As grpc calls it, in a thread of the pool."""
        return self._serve(requests, context)


def before_threads_are_joined(call: Callable[[], object]) -> None:
    """Call this when the interpreter begins to end.

    It waits for the workers of every pool before it comes to what `atexit` knows, and a worker that serves a
    stream has no end of its own. There is no public way to be asked earlier; pools themselves use this one.
    """
    threading._register_atexit(call)  # type: ignore[attr-defined] # noqa: SLF001
