"""When a connector process with a threaded server stops: as in `lifecycle`, without an event loop."""

from __future__ import annotations

import selectors
import signal
import socket
from contextlib import ExitStack
from typing import Protocol, Self

import grpc

from captured_exchanges.connector.lifecycle import DEFAULT_GRACE
from captured_exchanges.connector.stop_signs import SIGNALS, has_ended, is_channel
from captured_exchanges.exchange import BufferFacts

__all__ = ["StopWatch", "ThreadedStoppable", "threaded_serve_until_stopped"]


class ThreadedStoppable(Protocol):
    """What ends before the server does: a `ThreadedExchangeProducer`."""

    def stop(self, grace: float) -> BufferFacts:
        """Let owners drain for `grace` seconds, end every stream, and tell what is left."""
        ...


def threaded_serve_until_stopped(
    server: grpc.Server, producer: ThreadedStoppable, *, grace: float = DEFAULT_GRACE, stdin: int = 0
) -> BufferFacts:
    """What `serve_until_stopped` is for `grpc.aio`. Blocks; call it in the main thread."""
    with StopWatch(stdin) as stop:
        server.start()
        stop.wait()
        left = producer.stop(grace)
        server.stop(grace).wait()
    return left


class StopWatch:
    """Hears SIGTERM, SIGINT and the parent's end of `stdin` for the length of a `with` block, in the main
    thread; afterwards, and from the second one on, signals do what they did before.
    """

    def __init__(self, stdin: int = 0) -> None:
        self._stdin = stdin
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._heard, said = socket.socketpair()
        self._stack.enter_context(self._heard)
        self._stack.enter_context(said)
        said.setblocking(False)
        before = {number: signal.getsignal(number) or signal.SIG_DFL for number in SIGNALS}

        def restore() -> None:
            for number, handler in before.items():
                signal.signal(number, handler)

        def hear(*_: object) -> None:  # it may not take locks, so it leaves a byte
            restore()
            said.send(b"\0")

        self._stack.callback(restore)
        for number in SIGNALS:
            signal.signal(number, hear)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def wait(self) -> None:
        """Block until it is time to stop."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._heard, selectors.EVENT_READ)
            if is_channel(self._stdin):
                selector.register(self._stdin, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select()}
                if self._heard.fileno() in ready or has_ended(self._stdin):
                    return
