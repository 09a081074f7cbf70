"""Streams that hand on what they read unchanged, and let a BodyCopy see it.

For libraries whose bodies are iterables with `close` or `aclose`, as httpx has them. A tee adds no
asynchronous generator of its own: one more would be one more to be closed by the event loop, later than the
library expects. What is raised passes as it is; cancellation is none of our business.
"""

from __future__ import annotations

import _thread
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from types import TracebackType
from typing import Any, TypeAlias

from captured_exchanges.capture.attempt import Attempt
from captured_exchanges.capture.body import BodyCopy
from captured_exchanges.capture.guard import harmless

__all__ = ["Tees"]

Stream: TypeAlias = Any
"""An iterable with `close`, an asynchronous one with `aclose`, or both."""


class Tees:
    """Makes tees that are instances of a library's own stream classes."""

    def __init__(self, sync_base: type, async_base: type) -> None:
        self._bases = (sync_base, async_base)
        self._kinds: Mapping[tuple[bool, bool], type[_Tee]] = {
            (True, False): type("SyncTee", (_SyncTee, sync_base), {}),
            (False, True): type("AsyncTee", (_AsyncTee, async_base), {}),
            (True, True): type("BothTee", (_SyncTee, _AsyncTee, sync_base, async_base), {}),
        }

    def over(self, stream: Stream, copy: BodyCopy, attempt: Attempt | None = None) -> Stream | None:
        """A tee of the stream's own kind, or None where the stream is of neither. An attempt given here
        is finished when the stream is read, closed, broken or dropped.
        """
        kind = self._kinds.get((isinstance(stream, self._bases[0]), isinstance(stream, self._bases[1])))
        return kind and kind(stream, _Reading(copy, attempt))


class _Reading:
    """What happens to a stream, told to the copy, and to the attempt that ends with it.

    It knows the copy weakly, because a response that the caller keeps keeps its streams, in the end the
    request's too: a copy lives as long as the attempt it belongs to.

    An exchange whose response is dropped unread has no end that anybody announces: the destructor ends
    it. The collector may run that anywhere, also in a thread that holds the sink's locks, so it finishes
    the exchange in a thread of its own.
    """

    def __init__(self, copy: BodyCopy, attempt: Attempt | None) -> None:
        self._copy = weakref.ref(copy)
        self._attempt = attempt

    def __del__(self) -> None:
        if self._attempt is not None:
            with harmless:
                _thread.start_new_thread(self._attempt.finish, ())

    def begun(self) -> None:
        if copy := self._copy():
            copy.restart()

    def passed(self, chunk: bytes) -> None:
        if copy := self._copy():
            copy.add(chunk)

    def ended(self) -> None:
        if copy := self._copy():
            copy.end()
        self.over()

    def broken(self, error: Exception) -> None:
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            attempt.fail(error)

    def over(self) -> None:
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            attempt.finish()


class _Tee:
    _stream: Stream = None

    def __init__(self, stream: Stream, reading: _Reading) -> None:
        self._stream = stream
        self._reading = reading

    def __getattr__(self, name: str) -> Stream:
        return getattr(self._stream, name)


class _SyncTee(_Tee):
    def __iter__(self) -> Iterator[bytes]:
        passed = self._reading.passed
        self._reading.begun()
        try:
            for chunk in self._stream:
                passed(chunk)
                yield chunk
        except Exception as error:
            self._reading.broken(error)
            raise
        self._reading.ended()

    def close(self) -> None:
        try:
            self._stream.close()
        finally:
            self._reading.over()


class _AsyncTee(_Tee):
    def __aiter__(self) -> AsyncIterator[bytes]:
        self._reading.begun()
        return _AsyncChunks(aiter(self._stream), self._reading)

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            self._reading.over()


class _AsyncChunks(AsyncGenerator[bytes, None]):
    """The chunks of one reading. Has `aclose` because httpx2 closes what has it, all the way down."""

    def __init__(self, chunks: Stream, reading: _Reading) -> None:
        self._chunks = chunks
        self._reading = reading

    async def __anext__(self) -> bytes:
        try:
            chunk: bytes = await anext(self._chunks)
        except StopAsyncIteration:
            self._reading.ended()
            raise
        except Exception as error:
            self._reading.broken(error)
            raise
        self._reading.passed(chunk)
        return chunk

    async def asend(self, _value: None) -> bytes:
        return await self.__anext__()

    async def athrow(
        self, kind: Stream, value: BaseException | object = None, trace: TracebackType | None = None
    ) -> bytes:
        chunk: bytes = await self._chunks.athrow(kind, value, trace)
        return chunk

    async def aclose(self) -> None:
        if isinstance(self._chunks, AsyncGenerator):
            await self._chunks.aclose()
