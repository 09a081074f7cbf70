"""One call of StreamCapturedExchanges on a synchronous channel, as an inbox and an outbox.

Two threads for each call: ours reads and parses, gRPC's own takes requests from a generator and writes
them. Both may wait for ever, so both are let go by closing the outbox and cancelling the call; neither
keeps the interpreter from ending. What is not taken stays with the transport: gRPC asks for a message only
when the reader does.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import grpc

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

__all__ = ["ThreadedExchangeStream"]

_LINGERING = 5.0
"""Seconds given to gRPC's thread to notice that a call is over: it looks ten times a second."""


class ThreadedExchangeStream:
    """A call. `changed` is called, by a thread of the call, when there is something to take. Thread-safe.

    Making one raises ConnectionRefused where the host has closed the channel. Nothing else raises for what
    the peer or the network does: the last item is an Ended.
    """

    def __init__(self, channel: grpc.Channel, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._moved = threading.Condition()
        self._inbox: deque[Item] = deque()
        self._outbox = Outbox()
        self._cancelled = False
        self._writing = threading.Event()
        self._writer: threading.Thread | None = None
        # Raw bytes both ways; the stubs know no call without serialisers.
        method: Any = channel.stream_stream(METHOD)
        try:
            self._call: Any = method(self._requests())
        except ValueError as error:
            raise ConnectionRefused(CHANNEL_CLOSED) from error
        self._reader = threading.Thread(target=self._read, name="exchange-stream-reader", daemon=True)
        self._reader.start()

    def take(self) -> Item | None:
        """The next thing that happened, or None."""
        with self._moved:
            if not self._inbox:
                return None
            self._moved.notify_all()
            return self._inbox.popleft()

    def send(self, request: Request) -> None:
        """Write this after what is queued; see Outbox for what gives way."""
        with self._moved:
            self._outbox.put(request)
            self._moved.notify_all()

    def half_close(self, *, flush: bool) -> None:
        """Write no more, after what is queued if `flush`; go on reading."""
        with self._moved:
            self._outbox.close(flush=flush)
            self._moved.notify_all()

    def cancel(self) -> None:
        """End the call now. Repeats are harmless."""
        self._cancelled = True
        self._call.cancel()
        self.half_close(flush=False)

    @property
    def closed(self) -> bool:
        """Whether both threads have run out."""
        return not self._reader.is_alive() and not (self._writer and self._writer.is_alive())

    def wait_closed(self) -> None:
        """Join both threads: soon, once the call is over or cancelled."""
        self._reader.join()
        if self._writing.wait(_LINGERING) and self._writer is not None:
            self._writer.join(_LINGERING)

    def _read(self) -> None:
        ended = Ended(Status.CANCELLED, "cancelled here")
        try:
            for raw in self._call:
                self._put(understood(raw))
            ended = Ended(number_of(self._call.code()), self._call.details() or "")
        except grpc.RpcError:  # the call itself, which knows how it ended
            ended = Ended(number_of(self._call.code()), plain_detail(self._call.details() or ""))
        except ValueError as error:  # the channel was closed by its host
            ended = Ended(Status.INTERNAL, f"the gRPC library failed with {type(error).__name__}")
        finally:
            with self._moved:
                self._outbox.close(flush=False)
                self._inbox.append(ended)
                self._moved.notify_all()
            self._changed()

    def _put(self, item: Item) -> None:
        with self._moved:
            if isinstance(item, Message) and isinstance(item.response, Closing):
                self._outbox.close(flush=False)  # at once: before whoever decides has come to read it
                self._moved.notify_all()
            self._moved.wait_for(lambda: len(self._inbox) < MAX_INBOX or self._cancelled)
            self._inbox.append(item)
        self._changed()

    def _requests(self) -> Iterator[bytes]:
        """What gRPC's thread writes; it asks for the next when the last was accepted."""
        self._writer = threading.current_thread()
        self._writing.set()
        while (request := self._next_request()) is not None:
            yield encode_request(request)

    def _next_request(self) -> Request | None:
        with self._moved:
            self._moved.wait_for(lambda: self._outbox.ready)
            return self._outbox.take()
