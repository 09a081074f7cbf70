"""A connector that serves from a threaded grpc.server, and synchronous callers that speak by hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue

import grpc

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.connector import ThreadedExchangeServicer
from captured_exchanges.exchange import Ack, Batch, Closing, Open, Opened, Request, Response
from captured_exchanges.handoff.serving import Terms
from captured_exchanges.wire import METHOD, decode_response, encode_request
from support.handoff_connector import CONNECTOR, POLICY

PATIENCE = 20
"""Seconds after which a test gives up waiting."""


class Caller:
    """One call of StreamCapturedExchanges. With a channel of its own, closed with the test."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._said: SimpleQueue[bytes | None] = SimpleQueue()
        self.heard: list[Response] = []
        self.sizes: list[int] = []  # of the messages heard, in bytes
        self.call = channel.stream_stream(METHOD)(iter(self._said.get, None), timeout=PATIENCE)

    def say(self, *requests: Request | bytes) -> None:
        """Write requests; bytes go as they are."""
        for request in requests:
            self._said.put(request if isinstance(request, bytes) else encode_request(request))

    def say_next(self, request: Request) -> None:
        """Write a request, once grpc has taken those before it, or the call is over."""
        until(lambda: self._said.empty() or not self.call.is_active())
        self.say(request)

    def half_close(self) -> None:
        """Write no more."""
        self._said.put(None)

    def hear(self) -> Response | None:
        """The next message; None: there are no more."""
        try:
            raw = next(self.call)
        except (StopIteration, grpc.RpcError):  # `status` tells
            return None
        self.sizes.append(len(raw))
        message = decode_response(raw)
        self.heard.append(message)
        return message

    def until(self, kind: type) -> Response:
        """The next message of a kind."""
        while (message := self.hear()) is not None:
            if isinstance(message, kind):
                return message
        raise AssertionError(f"the stream ended before {kind.__name__}: {self.status()}")

    def rest(self) -> list[Response]:
        """Everything up to the end; half-closes when `closing` comes, as a consumer must."""
        rest = []
        while (message := self.hear()) is not None:
            rest.append(message)
            if isinstance(message, Closing):
                self.half_close()
        return rest

    def exchanges(self, count: int, *, ack: bool = False) -> list[int]:
        """Hear until so many exchanges have come; their sequences. With `ack` each batch is acked."""
        sequences: list[int] = []
        while len(sequences) < count:
            batch = self.until(Batch)
            sequences += [exchange.sequence for exchange in batch.exchanges]
            if ack:
                self.say(Ack(batch.epoch, sequences[-1]))
        return sequences

    def status(self) -> tuple[grpc.StatusCode, str]:
        """How the call ended."""
        return self.call.code(), self.call.details() or ""

    def give_up(self) -> None:
        """Cancel, and let the thread go that grpc reads our requests with."""
        self.call.cancel()
        self.half_close()


class Serving:
    """A served capture buffer."""

    def __init__(
        self, servicer: ThreadedExchangeServicer, buffer: CaptureBuffer, address: str, stack: ExitStack
    ) -> None:
        self.servicer = servicer
        self.buffer = buffer
        self.address = address
        self.server: grpc.Server | None = None
        self._stack = stack

    def channel(self) -> grpc.Channel:
        """A connection of its own."""
        return self._stack.enter_context(
            grpc.insecure_channel(self.address, options=[("grpc.use_local_subchannel_pool", 1)])
        )

    def caller(self, channel: grpc.Channel | None = None) -> Caller:
        """A call, over a connection of its own unless one is given."""
        caller = Caller(channel or self.channel())
        self._stack.callback(caller.give_up)
        return caller

    def opened(self, open_: Open) -> tuple[Caller, Opened]:
        """A call that has opened."""
        caller = self.caller()
        caller.say(open_)
        return caller, caller.until(Opened)


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        pause.wait(0.001)


@contextmanager
def serving(
    folder,
    *,
    buffer: CaptureBuffer | None = None,
    workers: int = 4,
    observers_only: bool = False,
    interceptors: Iterable[grpc.ServerInterceptor] = (),
    handlers: Iterable[grpc.GenericRpcHandler] = (),
    **terms,
) -> Iterator[Serving]:
    """Serve on a socket below a folder, with so many workers, until the block ends."""
    buffer = buffer or CaptureBuffer()
    servicer = ThreadedExchangeServicer(buffer, connector=CONNECTOR, policy=POLICY, terms=Terms(**terms))
    address = f"unix:{folder}/exchanges.sock"
    with ThreadPoolExecutor(workers) as pool, ExitStack() as stack:
        server = grpc.server(pool, interceptors=tuple(interceptors))
        server.add_generic_rpc_handlers((servicer.handler(observers_only=observers_only), *handlers))
        server.add_insecure_port(address)
        server.start()
        stack.callback(lambda: server.stop(0).wait(PATIENCE))
        yield Serving(servicer, buffer, address, stack)
