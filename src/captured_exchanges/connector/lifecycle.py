"""When a connector process stops, and in which order (PROTOCOL.md, rule 11).

    SIGTERM, SIGINT, or the parent's end of stdin
      -> health says NOT_SERVING, new owners are refused, an attached one drains until the deadline
      -> the streams end, then the server

A parent that dies closes the pipe on our stdin, and that is the only way to hear of it: baton kills its
child without warning, so its syncer drains first.
"""

from __future__ import annotations

import asyncio
import os
import signal
import stat
from collections.abc import Callable
from typing import Protocol

import grpc

from captured_exchanges.exchange import BufferFacts

__all__ = ["DEFAULT_GRACE", "Stoppable", "serve_until_stopped", "stop_requested"]

DEFAULT_GRACE = 10.0
"""Seconds that an attached owner has for its drain."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_CHUNK = 4096


class Stoppable(Protocol):
    """What ends before the server does: an `ExchangeProducer`."""

    async def stop(self, grace: float) -> BufferFacts:
        """Let owners drain for `grace` seconds, end every stream, and tell what is left."""
        ...


async def serve_until_stopped(
    server: grpc.aio.Server, producer: Stoppable, *, grace: float = DEFAULT_GRACE, stdin: int = 0
) -> BufferFacts:
    """Start a server and run it until it is told to stop; what the buffer holds then.

    What no syncer has committed by then is logged. Whether it is worth an exit code is for the caller to
    say: baton's parent fails the whole sync when its connector exits with one. Call it in the main thread.
    """
    stop = stop_requested(stdin)
    await server.start()
    await stop.wait()
    left = await producer.stop(grace)
    await server.stop(grace)
    return left


def stop_requested(stdin: int = 0) -> asyncio.Event:
    """An event that is set once this process is to stop. Call it in the running loop of the main thread.

    Watched are SIGTERM and SIGINT (a second one then acts as if nobody had asked), and the descriptor
    `stdin` where it is a pipe or a socket: what comes there is read and forgotten, its end is the parent's.
    A terminal, a file or /dev/null there means nothing.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def request() -> None:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
        loop.remove_reader(stdin)
        stop.set()

    for number in _SIGNALS:
        loop.add_signal_handler(number, request)
    if _is_channel(stdin):
        loop.add_reader(stdin, _listener(stdin, request))
    return stop


def _listener(stdin: int, ended: Callable[[], None]) -> Callable[[], None]:
    def listen() -> None:
        try:
            heard = os.read(stdin, _CHUNK)
        except BlockingIOError:
            return
        except OSError:  # a socket that was reset is an end as well
            heard = b""
        if not heard:
            ended()

    return listen


def _is_channel(descriptor: int) -> bool:
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:  # closed before we were started
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
