"""One call of StreamCapturedExchanges on grpc.aio, as an inbox and an outbox.

Two tasks for each call, one that reads and one that writes, because a pending `read()` or `write()` must
never be cancelled: that kills the call. To end early, the call itself is cancelled and both tasks run out.
The reader feeds a short inbox and waits while it is full, so what is not taken stays with the transport;
large messages are parsed on a thread. After `closing` nothing more is written, not even what was queued:
a write to a stream whose server has ended would cost us the messages not read yet, and the status.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, TypeAlias

import grpc
import grpc.aio

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import Ack, Closing, Heartbeat, Request, Response
from captured_exchanges.handoff import Status
from captured_exchanges.syncer.handshakes import plain_detail
from captured_exchanges.wire import METHOD, decode_response, encode_request

__all__ = ["Ended", "ExchangeStream", "Garbage", "Item", "Message"]

_MAX_INBOX = 4
_PARSE_INLINE_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """A response arrived; None: of a variant that this version does not know."""

    response: Response | None


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes arrived that are no response."""

    message: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over."""

    code: int
    detail: str


Item: TypeAlias = Message | Garbage | Ended


class ExchangeStream:
    """A call. `changed` is called when there is something to take. For one event loop.

    Nothing here raises for what the peer or the network does: the last item is an Ended.
    """

    def __init__(self, channel: grpc.aio.Channel, parser: Executor, changed: Callable[[], None]) -> None:
        # Raw bytes both ways; the stubs know no call without serialisers.
        method: Any = channel.stream_stream(METHOD)
        self._call: Any = method()
        self._parser = parser
        self._changed = changed
        self._inbox: deque[Item] = deque()
        self._outbox: deque[Request] = deque()
        self._room = asyncio.Event()
        self._work = asyncio.Event()
        self._closing = False
        self._cancelled = False
        self._reader = asyncio.create_task(self._read(), name="exchange-stream-reader")
        self._writer = asyncio.create_task(self._write(), name="exchange-stream-writer")

    def take(self) -> Item | None:
        """The next thing that happened, or None."""
        if not self._inbox:
            return None
        self._room.set()
        return self._inbox.popleft()

    def send(self, request: Request) -> None:
        """Write this after what is queued. A newer ack replaces one that still waits; bounded by that."""
        if self._closing or (self._outbox and isinstance(request, Heartbeat)):
            return
        if self._outbox and isinstance(request, Ack) and isinstance(self._outbox[-1], Ack):
            self._outbox.pop()
        self._outbox.append(request)
        self._work.set()

    def half_close(self, *, flush: bool) -> None:
        """Write no more, after what is queued if `flush`; go on reading."""
        self._closing = True
        if not flush:
            self._outbox.clear()
        self._work.set()

    def cancel(self) -> None:
        """End the call now. Repeats are harmless."""
        self._cancelled = True
        self._call.cancel()
        self._room.set()
        self._work.set()

    @property
    def closed(self) -> bool:
        """Whether both tasks have run out."""
        return self._reader.done() and self._writer.done()

    async def wait_closed(self) -> None:
        """Wait until both tasks have run out: soon, once the call is over or cancelled."""
        await asyncio.wait((self._reader, self._writer))

    async def _read(self) -> None:
        ended = Ended(Status.CANCELLED, "cancelled here")
        try:
            while (raw := await self._call.read()) is not grpc.aio.EOF:
                await self._put(await self._parsed(raw))
            ended = Ended(_number(await self._call.code()), await self._call.details() or "")
        except grpc.aio.AioRpcError as error:
            ended = Ended(_number(error.code()), plain_detail(error.details() or ""))
        except (grpc.aio.InternalError, grpc.aio.UsageError) as error:
            ended = Ended(Status.INTERNAL, f"the gRPC library failed with {type(error).__name__}")
        except asyncio.CancelledError:
            if not self._cancelled:  # the call was not cancelled by us: the loop is shutting down
                raise
        finally:
            self._closing = True
            # A write that waits for the metadata of a call that failed before them waits for ever.
            self._writer.cancel()
            self._inbox.append(ended)
            self._changed()

    async def _parsed(self, raw: bytes) -> Item:
        try:
            if len(raw) <= _PARSE_INLINE_BYTES:
                response = decode_response(raw)
            else:
                response = await asyncio.get_running_loop().run_in_executor(
                    self._parser, decode_response, raw
                )
        except ProtocolViolation as violation:
            return Garbage(str(violation))
        if isinstance(response, Closing):
            self.half_close(flush=False)  # at once: before whoever decides has come to read it
        return Message(response)

    async def _put(self, item: Item) -> None:
        while len(self._inbox) >= _MAX_INBOX and not self._cancelled:
            self._room.clear()
            await self._room.wait()
        self._inbox.append(item)
        self._changed()

    async def _write(self) -> None:
        try:
            while await self._has_work():
                await self._call.write(encode_request(self._outbox.popleft()))
            await self._call.done_writing()
        except (grpc.RpcError, grpc.aio.InternalError, grpc.aio.UsageError, asyncio.InvalidStateError):
            self._closing = True  # the stream has ended; how, the reader tells
        except asyncio.CancelledError:
            if not self._call.done():
                raise

    async def _has_work(self) -> bool:
        while not self._outbox and not self._closing:
            self._work.clear()
            await self._work.wait()
        return bool(self._outbox)


def _number(code: grpc.StatusCode) -> int:
    number: int = code.value[0]
    return number
