"""A handler that brings its own threads.

A threaded `grpc.server` gives each open stream one of its workers for good. It looks for the attribute
`experimental_thread_pool` on what handles a call, an experiment of grpc's that a test watches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

__all__ = ["Pooled"]


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
