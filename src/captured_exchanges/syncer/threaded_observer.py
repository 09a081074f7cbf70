"""`observer` for hosts without an event loop: the same look, as a plain iterator."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import grpc

from captured_exchanges.exchange import Filter, Response
from captured_exchanges.security import Access
from captured_exchanges.syncer.channel import open_threaded_channel, require_address
from captured_exchanges.syncer.mailbox import Ended, Item
from captured_exchanges.syncer.threaded_stream import ThreadedExchangeStream
from captured_exchanges.syncer.watching import Watching

__all__ = ["observe_threaded"]


def observe_threaded(
    target: str | grpc.Channel,
    *,
    follow: bool = False,
    from_sequence: int = 0,
    filter: Filter = Filter(),  # noqa: A002, B008 - the protocol's name for it; frozen
    access: Access | None = None,
) -> Iterator[Response]:
    """As `observe`: the same arguments, responses and errors. Leaving the loop, or `close` on what this
    returns, ends the call and its threads.
    """
    require_address(target, access)
    channel = open_threaded_channel(target, access) if isinstance(target, str) else target
    place = target if isinstance(target, str) else "the channel's target"
    watch = _Watch(channel, Watching(place, follow=follow, from_sequence=from_sequence, wanted=filter))
    try:
        yield from watch.responses()
    finally:
        watch.close()
        if channel is not target:
            channel.close()


class _Watch:
    """The calls of one look, on threads."""

    def __init__(self, channel: grpc.Channel, watching: Watching) -> None:
        self._channel = channel
        self._watching = watching
        self._changed = threading.Event()
        self._stream: ThreadedExchangeStream | None = None

    def responses(self) -> Iterator[Response]:
        again = True
        while again:
            stream = self._call()
            while not isinstance(item := self._next(stream), Ended):
                response = self._watching.response_in(item)
                if response is not None:
                    yield response
            again = self._watching.once_more(item)

    def close(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            self._stream.wait_closed()

    def _call(self) -> ThreadedExchangeStream:
        self.close()
        self._stream = ThreadedExchangeStream(self._channel, self._changed.set)
        self._stream.send(self._watching.opening)
        self._stream.half_close(flush=True)
        return self._stream

    def _next(self, stream: ThreadedExchangeStream) -> Item:
        until = time.monotonic() + self._watching.patience
        while (item := stream.take()) is None:
            if not self._changed.wait(max(0.0, until - time.monotonic())):
                raise self._watching.silent()
            self._changed.clear()
        return item
