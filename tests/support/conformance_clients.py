"""Clients of both styles, behind one interface: callers that speak by hand, our consumers and observers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, aclosing, closing, contextmanager
from typing import Any

from captured_exchanges.exchange import Response
from captured_exchanges.syncer import (
    ExchangeConsumer,
    ThreadedExchangeConsumer,
    observe,
    observe_threaded,
    open_channel,
    open_threaded_channel,
)
from support.conformance_callers import AsyncioCaller, ThreadedCaller
from support.conformance_loop import Blocking, LoopThread
from support.conformance_transports import Transport
from support.threaded_calls import PATIENCE

__all__ = ["CLIENTS", "AsyncioClients", "ThreadedClients"]


class AsyncioClients:
    """On the loop; used through Blocking."""

    def __init__(self, loop: LoopThread, transport: Transport) -> None:
        self._loop = loop
        self._shown = transport.shown

    @contextmanager
    def caller(self, target: str) -> Iterator[Any]:
        """A call over a connection of its own."""
        channel = self._loop.call(lambda: open_channel(target, self._shown))
        try:
            yield Blocking(self._loop, self._loop.call(lambda: AsyncioCaller(channel)))
        finally:
            self._loop.run(channel.close())

    def call(self, target: str, path: str, raw: bytes) -> bytes:
        """A unary call; the answer."""

        async def ask() -> bytes:
            async with open_channel(target, self._shown) as channel:
                return await channel.unary_unary(path)(raw, timeout=PATIENCE)

        return self._loop.run(ask())

    def consumer(self, target: str, store: object, **named: Any) -> AbstractContextManager[Any]:
        """Enter it to begin."""
        return Blocking(self._loop, ExchangeConsumer(target, store, access=self._shown, **named))

    def look(self, target: str, leave_after: Callable[[Response], bool], **named: Any) -> list[Response]:
        """All that an observer of ours hears, up to the end or to what it leaves after."""

        async def hear() -> list[Response]:
            heard: list[Response] = []
            async with aclosing(observe(target, access=self._shown, **named)) as responses:
                async for response in responses:
                    heard.append(response)
                    if leave_after(response):
                        break
            return heard

        return self._loop.run(hear())


class ThreadedClients:
    """Of the synchronous grpc."""

    def __init__(self, _loop: LoopThread, transport: Transport) -> None:
        self._shown = transport.shown

    @contextmanager
    def caller(self, target: str) -> Iterator[Any]:
        """A call over a connection of its own."""
        with open_threaded_channel(target, self._shown) as channel:
            caller = ThreadedCaller(channel)
            try:
                yield caller
            finally:
                caller.give_up()

    def call(self, target: str, path: str, raw: bytes) -> bytes:
        """A unary call; the answer."""
        with open_threaded_channel(target, self._shown) as channel:
            return channel.unary_unary(path)(raw, timeout=PATIENCE)

    def consumer(self, target: str, store: object, **named: Any) -> AbstractContextManager[Any]:
        """Enter it to begin."""
        return ThreadedExchangeConsumer(target, store, access=self._shown, **named)

    def look(self, target: str, leave_after: Callable[[Response], bool], **named: Any) -> list[Response]:
        """All that an observer of ours hears, up to the end or to what it leaves after."""
        heard: list[Response] = []
        with closing(observe_threaded(target, access=self._shown, **named)) as responses:
            for response in responses:
                heard.append(response)
                if leave_after(response):
                    break
        return heard


CLIENTS = {"asyncio": AsyncioClients, "threaded": ThreadedClients}
"""By style."""
