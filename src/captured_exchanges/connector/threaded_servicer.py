"""StreamCapturedExchanges under a threaded `grpc.server`.

Thin, as `servicer` is for `grpc.aio`: which stream may do what is decided in `handoff`, one call is served
in `threaded_shell`. A threaded server gives each open stream one of its workers for good; so that streams
never starve the connector's calls, they bring a pool of their own: see `pooled`.
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import grpc

from captured_exchanges import telemetry
from captured_exchanges.connector.pooled import Pooled, before_threads_are_joined
from captured_exchanges.connector.threaded_shell import ThreadedShell
from captured_exchanges.exchange import BufferFacts, ConnectorInfo, PolicyInfo, ReadableBuffer
from captured_exchanges.handoff.serving import End, Handoff, ServerStream, Standing, Terms
from captured_exchanges.wire import METHOD_NAME, SERVICE

__all__ = ["ThreadedExchangeServicer"]

_CODES = {code.value[0]: code for code in grpc.StatusCode}
_STOP_MARGIN = 1.0
_REFUSALS = 8
"""Workers beyond the streams that are admitted, for those that are told there is no place."""
_POOL_NAME = "exchange-streams"

log = logging.getLogger(__name__)
_all: weakref.WeakSet[ThreadedExchangeServicer] = weakref.WeakSet()


class ThreadedExchangeServicer:
    """Serves one capture buffer to one owner and some observers.

    `terms` are the bounds and times of `handoff.Terms`; `heartbeat_interval` (seconds) is the one of them
    that most want to set. `clock` is monotonic, in seconds. Thread-safe; several servers may share a
    servicer. Streams are counted by a server's `maximum_concurrent_rpcs` like every call. A host's
    interceptor that wraps the handlers of streams must pass `experimental_thread_pool` on: without it the
    stream takes a worker of the host's, which is logged and counted.
    """

    def __init__(
        self,
        buffer: ReadableBuffer,
        *,
        connector: ConnectorInfo,
        policy: PolicyInfo,
        heartbeat_interval: float | None = None,
        terms: Terms | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        terms = terms or Terms()
        if heartbeat_interval is not None:
            terms = replace(terms, heartbeat_interval=heartbeat_interval)
        self._buffer = buffer
        self._clock = clock
        self._terms = terms
        self._handoff = Handoff(connector=connector, policy=policy, terms=terms)
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(terms.max_streams + _REFUSALS, _POOL_NAME)
        self._attendance = threading.Condition()
        self._shells: dict[ThreadedShell, int] = {}
        self._wakeable: tuple[ThreadedShell, ...] = ()
        self._unsubscribe: Callable[[], None] | None = None
        _all.add(self)

    def handler(self, *, observers_only: bool = False) -> grpc.GenericRpcHandler:
        """What `grpc.Server.add_generic_rpc_handlers` takes. With `observers_only` (a debug socket)
        whoever wants to own through it is refused.
        """
        behaviour = Pooled(partial(self._serve, observers_only=observers_only), self._pool)
        method: grpc.RpcMethodHandler[bytes, bytes] = grpc.stream_stream_rpc_method_handler(behaviour)
        return grpc.method_handlers_generic_handler(SERVICE, {METHOD_NAME: method})

    def standing(self) -> Standing:
        """Who is attached at this moment, for people and metrics."""
        with self._lock:
            return self._handoff.standing(self._clock())

    def stop(self, deadline: float) -> BufferFacts:
        """Refuse new owners, let the attached one drain for `deadline` seconds, then end every stream.

        Blocks, at the longest until 3 s after the deadline, and returns what the buffer holds then; what
        nobody has acked is logged. The server itself is stopped by its host, afterwards.
        """
        with self._lock:
            self._handoff.stop(self._clock() + deadline)
        self._wake_all()
        self._until_idle(deadline + self._terms.closing_wait + _STOP_MARGIN)
        left = self._buffer.facts()
        if left.retained_exchanges or left.pending:
            log.warning(
                "stopped with %d exchanges (%d bytes) that no syncer has acknowledged, and %d unfinished",
                left.retained_exchanges,
                left.retained_bytes,
                left.pending,
            )
        return left

    def let_go(self) -> None:
        """Begin to end every stream at once, and wait for none."""
        with self._lock:
            self._handoff.stop(self._clock())
        self._wake_all()

    def _until_idle(self, seconds: float) -> None:
        with self._attendance:
            if not self._attendance.wait_for(lambda: not self._shells, seconds):
                log.warning(
                    "%d streams did not end in time: the server's own stop ends them", len(self._shells)
                )

    def _serve(
        self, requests: Iterator[bytes], context: grpc.ServicerContext, *, observers_only: bool
    ) -> Iterator[bytes]:
        _check_pool()
        with self._lock:
            stream = ServerStream(self._handoff, self._clock(), observers_only=observers_only)
        shell = ThreadedShell(
            requests, stream, self._buffer, lock=self._lock, clock=self._clock, nudge=self._wake_all
        )
        self._enter(shell)
        if not context.add_callback(partial(self._call_over, shell)):
            self._call_over(shell)
        driver = threading.Thread(
            target=self._drive, args=(shell, stream, context), name="exchange-stream", daemon=True
        )
        try:
            driver.start()
        except RuntimeError:  # no more threads: grpc answers UNKNOWN, and the place is given up
            self._leave(shell, stream)
            raise
        return shell.responses()

    def _drive(self, shell: ThreadedShell, stream: ServerStream, context: grpc.ServicerContext) -> None:
        try:
            end = shell.run()
        except Exception as failure:  # noqa: BLE001 - a fault of ours ends this stream, not the connector's server
            log.error("a stream failed: %s", type(failure).__name__)  # noqa: TRY400 - no traceback: it may quote data
            telemetry.count("connector.stream_failed")
            end = End(grpc.StatusCode.INTERNAL.value[0], "the stream failed at the connector's end")
        try:
            if end:
                _conclude(end, context, cut=shell.writing)
        finally:
            self._leave(shell, stream)

    def _enter(self, shell: ThreadedShell) -> None:
        with self._attendance:
            self._shells[shell] = 2  # its driver and its call: both must be over
            self._wakeable = tuple(self._shells)
            if self._unsubscribe is None:
                self._unsubscribe = self._buffer.subscribe(self._wake_all)

    def _call_over(self, shell: ThreadedShell) -> None:
        shell.lost()
        self._count_down(shell)

    def _leave(self, shell: ThreadedShell, stream: ServerStream) -> None:
        with self._lock:
            self._buffer.keep(
                stream.gone(self._clock()).seconds
            )  # under the lock: the next owner's comes after
        shell.close()
        self._count_down(shell)
        self._wake_all()  # a stop may have waited for this one

    def _count_down(self, shell: ThreadedShell) -> None:
        with self._attendance:
            self._shells[shell] -= 1
            if self._shells[shell]:
                return
            del self._shells[shell]
            self._wakeable = tuple(self._shells)
            if not self._shells and self._unsubscribe:
                self._unsubscribe()
                self._unsubscribe = None
            self._attendance.notify_all()

    def _wake_all(self) -> None:
        """Called for each captured exchange, by any thread: takes no lock."""
        for shell in self._wakeable:
            shell.wake()


def _let_all_go() -> None:
    for servicer in list(_all):
        servicer.let_go()


before_threads_are_joined(_let_all_go)


def _conclude(end: End, context: grpc.ServicerContext, *, cut: bool) -> None:
    context.set_code(_CODES[end.code])
    context.set_details(end.details)
    if cut:  # a thread waits for a peer that takes nothing: only cancelling frees it
        context.cancel()


def _check_pool() -> None:
    if not threading.current_thread().name.startswith(_POOL_NAME):
        telemetry.count("connector.stream_on_host_pool")
        log.warning(
            "a stream runs in the server's own thread pool and holds one of its workers: an interceptor "
            "wraps its handler without passing experimental_thread_pool on"
        )
