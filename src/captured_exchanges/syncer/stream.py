"""One call of StreamCapturedExchanges on grpc.aio, as an inbox and an outbox.

Two tasks for each call, one that reads and one that writes, because a pending `read()` or `write()` must
never be cancelled: that kills the call. To end early, the call itself is cancelled and both tasks run out.
The reader feeds a short inbox and waits while it is full, so what is not taken stays with the transport;
large messages are parsed on a thread.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

import grpc
import grpc.aio

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.exchange import Closing, Request
from captured_exchanges.handoff import Status
from captured_exchanges.syncer.handshakes import plain_detail
from captured_exchanges.syncer.mailbox import (
    CHANNEL_CLOSED,
    MAX_INBOX,
    Ended,
    Item,
    Message,
    Outbox,
    number_of,
    understood,
)
from captured_exchanges.wire import METHOD, encode_request

__all__ = ["ExchangeStream"]

_PARSE_INLINE_BYTES = 16 * 1024


class ExchangeStream:
    """A call. `changed` is called when there is something to take. For one event loop.

    Making one raises ConnectionRefused where the host has closed the channel. Nothing else raises for what
    the peer or the network does: the last item is an Ended.
    """

    def __init__(self, channel: grpc.aio.Channel, parser: Executor, changed: Callable[[], None]) -> None:
        # Raw bytes both ways; the stubs know no call without serialisers.
        method: Any = channel.stream_stream(METHOD)
        try:
            self._call: Any = method()
        except grpc.aio.UsageError as error:
            raise ConnectionRefused(CHANNEL_CLOSED) from error
        self._parser = parser
        self._changed = changed
        self._inbox: deque[Item] = deque()
        self._outbox = Outbox()
        self._room = asyncio.Event()
        self._work = asyncio.Event()
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
        """Write this after what is queued; see Outbox for what gives way."""
        self._outbox.put(request)
        self._work.set()

    def half_close(self, *, flush: bool) -> None:
        """Write no more, after what is queued if `flush`; go on reading."""
        self._outbox.close(flush=flush)
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
            ended = Ended(number_of(await self._call.code()), await self._call.details() or "")
        except grpc.aio.AioRpcError as error:
            ended = Ended(number_of(error.code()), plain_detail(error.details() or ""))
        except (grpc.aio.InternalError, grpc.aio.UsageError) as error:
            ended = Ended(Status.INTERNAL, f"the gRPC library failed with {type(error).__name__}")
        except asyncio.CancelledError:
            if not self._cancelled:  # the call was not cancelled by us: the loop is shutting down
                raise
        finally:
            self._outbox.close(flush=True)
            # A write that waits for the metadata of a call that failed before them waits for ever.
            self._writer.cancel()
            self._inbox.append(ended)
            self._changed()

    async def _parsed(self, raw: bytes) -> Item:
        if len(raw) <= _PARSE_INLINE_BYTES:
            item = understood(raw)
        else:
            item = await asyncio.get_running_loop().run_in_executor(self._parser, understood, raw)
        if isinstance(item, Message) and isinstance(item.response, Closing):
            self.half_close(flush=False)  # at once: before whoever decides has come to read it
        return item

    async def _put(self, item: Item) -> None:
        while len(self._inbox) >= MAX_INBOX and not self._cancelled:
            self._room.clear()
            await self._room.wait()
        self._inbox.append(item)
        self._changed()

    async def _write(self) -> None:
        try:
            while (request := await self._next_request()) is not None:
                await self._call.write(encode_request(request))
            await self._call.done_writing()
        except (grpc.RpcError, grpc.aio.InternalError, grpc.aio.UsageError, asyncio.InvalidStateError):
            self._outbox.close(flush=True)  # the stream has ended; how, the reader tells
        except asyncio.CancelledError:
            if not self._call.done():
                self.cancel()  # a call on which nothing can be said any more is of no use
                raise

    async def _next_request(self) -> Request | None:
        while not self._outbox.ready:
            self._work.clear()
            await self._work.wait()
        return self._outbox.take()
