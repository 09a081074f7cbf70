"""When a connector process stops, and in which order (PROTOCOL.md, rule 11).

    SIGTERM, SIGINT, or the parent's end of stdin
      -> health says NOT_SERVING, new owners are refused, an attached one drains until the deadline
      -> the streams end, then the server

Baton kills its child without warning, so its syncer drains first. For a threaded server see
`threaded_lifecycle`.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import Protocol

import grpc

from captured_exchanges.connector.stop_signs import SIGNALS, has_ended, is_channel
from captured_exchanges.exchange import BufferFacts
from captured_exchanges.telemetry.watchdog import LoopWatchdog

__all__ = ["DEFAULT_GRACE", "Stoppable", "serve_until_stopped", "stop_requested"]

DEFAULT_GRACE = 10.0
"""Seconds that an attached owner has for its drain."""
DEFAULT_WATCHDOG = 1.0
"""Seconds that the event loop may stand still without a word."""


class Stoppable(Protocol):
    """What ends before the server does: an `ExchangeProducer`."""

    async def stop(self, grace: float) -> BufferFacts:
        """Let owners drain for `grace` seconds, end every stream, and tell what is left."""
        ...


async def serve_until_stopped(
    server: grpc.aio.Server,
    producer: Stoppable,
    *,
    grace: float = DEFAULT_GRACE,
    stdin: int = 0,
    watchdog: float | None = DEFAULT_WATCHDOG,
) -> BufferFacts:
    """Start a server and run it until it is told to stop; what the buffer holds then.

    What no syncer has committed by then is logged. Whether it is worth an exit code is for the caller to
    say: baton's parent fails the whole sync when its connector exits with one. Call it in the main thread.

    An event loop that stands still for `watchdog` seconds is told to the log, with where; None: it is not.
    """
    stop = stop_requested(stdin)
    with LoopWatchdog(watchdog) if watchdog else nullcontext():
        await server.start()
        await stop.wait()
        left = await producer.stop(grace)
        await server.stop(grace)
    return left


def stop_requested(stdin: int = 0) -> asyncio.Event:
    """An event that is set once this process is to stop. Call it in the running loop of the main thread.

    Watched are SIGTERM and SIGINT (a second one then acts as if nobody had asked), and the descriptor
    `stdin` where it is a pipe or a socket: what comes there is read and forgotten, its end is the parent's.
    A terminal, a file or /dev/null there means nothing. Who stops a group of processes does both: a signal
    that follows the parent's end is still the first.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def request() -> None:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
        loop.remove_reader(stdin)
        stop.set()

    for number in SIGNALS:
        loop.add_signal_handler(number, request)

    def listen() -> None:
        if has_ended(stdin):
            loop.remove_reader(stdin)
            stop.set()

    if is_channel(stdin):
        loop.add_reader(stdin, listen)
    return stop
