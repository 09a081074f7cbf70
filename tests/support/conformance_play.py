"""How servers of each style play a script: between a call and the Peer that its script talks to."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from queue import SimpleQueue
from typing import Any

import grpc
import grpc.aio

from support.conformance_script import End, Peer

__all__ = ["asyncio_script", "threaded_script"]

Play = Callable[[Peer], None]
"""Plays the script of a call from its beginning to its end. Blocks, raises nothing."""


def asyncio_script(play: Play) -> Any:
    """The behaviour of a grpc.aio handler whose calls are played."""

    async def behave(_requests: object, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        async with _stage(context, play) as outbox:
            while isinstance(item := await outbox.get(), bytes):
                await context.write(item)
            if item is not None and item.code is not grpc.StatusCode.OK:
                await context.abort(item.code, item.detail)

    return behave


@contextlib.asynccontextmanager
async def _stage(
    context: grpc.aio.ServicerContext[Any, Any], play: Play
) -> AsyncIterator[asyncio.Queue[bytes | End | None]]:
    loop = asyncio.get_running_loop()
    outbox: asyncio.Queue[bytes | End | None] = asyncio.Queue()
    peer = Peer(lambda item: _quietly(loop, lambda: outbox.put_nowait(item)))
    context.add_done_callback(lambda _: peer.lost())
    reader = asyncio.create_task(_read(context, peer))
    threading.Thread(target=play, args=(peer,), name="script", daemon=True).start()
    try:
        yield outbox
    finally:
        peer.lost()
        reader.cancel()
        with contextlib.suppress(asyncio.CancelledError, grpc.aio.UsageError):
            await reader


async def _read(context: grpc.aio.ServicerContext[Any, Any], peer: Peer) -> None:
    while (raw := await context.read()) is not grpc.aio.EOF:
        peer.hear(raw)
    peer.hear(None)  # a connection that is cut looks like a half-close to grpc.aio


def _quietly(loop: asyncio.AbstractEventLoop, work: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # a script that outlives its loop: its call is over
        loop.call_soon_threadsafe(work)


def threaded_script(play: Play) -> Any:
    """The behaviour of a threaded server's handler whose calls are played."""

    def behave(requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        outbox: SimpleQueue[bytes | End | None] = SimpleQueue()
        peer = Peer(outbox.put)
        if not context.add_callback(peer.lost):
            peer.lost()
        threading.Thread(target=_listen, args=(requests, peer), name="script-reader", daemon=True).start()
        threading.Thread(target=play, args=(peer,), name="script", daemon=True).start()
        while isinstance(item := outbox.get(), bytes):
            yield item
        if item is not None:
            context.set_code(item.code)
            context.set_details(item.detail)

    return behave


def _listen(requests: Iterator[bytes], peer: Peer) -> None:
    with contextlib.suppress(grpc.RpcError):  # the call is over, not half-closed
        for raw in requests:
            peer.hear(raw)
        peer.hear(None)
