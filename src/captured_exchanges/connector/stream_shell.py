"""One stream over one `grpc.aio` call: performs what `handoff.ServerStream` decides.

Requests come from a reader task that is never cancelled, because cancelling a pending read kills the call;
it ends by itself when the call is over. One write is in the air at a time, in a task of its own, so that
requests, time and other streams are heard meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

import grpc.aio

from captured_exchanges import telemetry
from captured_exchanges.connector.peer_input import Heard, Sign, completed, tell, understood
from captured_exchanges.exchange import ReadableBuffer
from captured_exchanges.handoff.serving import Abandon, End, Keep, Nudge, Read, Release, ServerStream
from captured_exchanges.handoff.serving import Action as ServerAction
from captured_exchanges.handoff.serving import Send as ServerSend
from captured_exchanges.wire import encode_response

__all__ = ["StreamShell"]

log = logging.getLogger(__name__)


class StreamShell:
    """Serves one call. Everything here runs on the event loop of that call.

    `nudge` wakes every shell of the connector; `keep` holds a task until it is done.
    """

    def __init__(
        self,
        context: grpc.aio.ServicerContext[bytes, bytes],
        stream: ServerStream,
        buffer: ReadableBuffer,
        *,
        clock: Callable[[], float],
        nudge: Callable[[], None],
        keep: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._context = context
        self._stream = stream
        self._buffer = buffer
        self._clock = clock
        self._nudge = nudge
        self._keep = keep
        self._inbox: deque[Heard] = deque()
        self._wake = asyncio.Event()
        self._lost = False

    def wake(self) -> None:
        """Something has changed: ask the stream again."""
        self._wake.set()

    async def run(self) -> End | None:
        """Serve until the stream's end, or until the call is lost (None)."""
        self._keep(self._read())
        while not self._lost:
            self._hear()
            action = self._stream.next_action(self._buffer.facts(), self._clock())
            if isinstance(action, End):
                return action
            if action is None:
                await self._rest()
            else:
                await self._perform(action)
        return None

    async def _rest(self) -> None:
        """Until something happens, or until the stream asked to be asked."""
        at = self._stream.wake_at
        loop = asyncio.get_running_loop()
        timer = None if at is None else loop.call_later(max(0.0, at - self._clock()), self._wake.set)
        try:
            await self._wake.wait()
        finally:  # a call that is cancelled here must not be held by its timer
            if timer:
                timer.cancel()
        self._wake.clear()

    async def _perform(self, action: ServerAction) -> None:
        match action:
            case ServerSend():
                self._keep(self._write(encode_response(completed(action, self._buffer))))
            case Read(after, exchanges, size, hold):
                items = self._buffer.read(after, max_exchanges=exchanges, max_bytes=size, hold=hold)
                self._stream.items(items, self._buffer.facts())
                await asyncio.sleep(0)  # an observer's filter may let many reads follow each other
            case Keep(seconds):
                self._buffer.keep(seconds)
            case Release(through):
                self._buffer.release(through)
            case Abandon(ticket):  # redacts and encodes: not on the loop
                self._keep(asyncio.to_thread(self._buffer.abandon, ticket))
            case Nudge():
                self._nudge()

    def _hear(self) -> None:
        while self._inbox:
            tell(self._stream, self._inbox.popleft(), self._buffer.facts(), self._clock())

    async def _read(self) -> None:
        """Feeds the inbox until the half-close, or until the call is over.

        A read takes a turn of the loop at least, and `run` empties the inbox at each of its turns: it
        needs no bound.
        """
        try:
            while True:
                raw: Any = await self._context.read()
                if raw is grpc.aio.EOF:
                    break
                self._inbox.append(understood(raw))
                self._wake.set()
            self._inbox.append(Sign.HALF_CLOSE)
        except grpc.aio.BaseError:  # the call is over; whoever ended it has been heard elsewhere
            self._lost = True
        except asyncio.CancelledError:  # nobody would be heard any more: as if the call were over
            self._lost = True
            raise
        finally:
            self._wake.set()

    async def _write(self, raw: bytes) -> None:
        try:
            await self._context.write(raw)
        except grpc.aio.BaseError as error:
            log.debug("a stream was lost while writing: %s", type(error).__name__)
            telemetry.count("connector.stream_lost")
            self._lost = True
        except asyncio.CancelledError:  # nothing would be sent any more
            self._lost = True
            raise
        else:
            self._stream.written(self._clock())
        finally:
            self._wake.set()
