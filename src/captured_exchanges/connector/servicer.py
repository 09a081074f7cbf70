"""StreamCapturedExchanges under a `grpc.aio` server.

Thin: which stream may do what is decided in `handoff`, one call is served in `stream_shell`; here they are
brought together, woken when the buffer changes, and stopped. Messages are raw bytes: exchanges were encoded
when they were captured and are only concatenated.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import grpc
import grpc.aio

from captured_exchanges import telemetry
from captured_exchanges.connector.stream_shell import StreamShell
from captured_exchanges.exchange import BufferFacts, ConnectorInfo, PolicyInfo, ReadableBuffer
from captured_exchanges.handoff.serving import End, Handoff, ServerStream, Standing, Terms
from captured_exchanges.wire import METHOD_NAME, SERVICE

__all__ = ["ExchangeServicer"]

_CODES = {code.value[0]: code for code in grpc.StatusCode}
_STOP_MARGIN = 1.0

log = logging.getLogger(__name__)


class ExchangeServicer:
    """Serves one capture buffer to one owner and some observers.

    `terms` are the bounds and times of `handoff.Terms`; `heartbeat_interval` (seconds) is the one of them
    that most want to set. `clock` is monotonic, in seconds. All calls but `standing` belong to the one
    event loop that serves; several servers on that loop may share a servicer.
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
        self._shells: set[StreamShell] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._waking = False

    def handler(self, *, observers_only: bool = False) -> grpc.GenericRpcHandler:
        """What `grpc.aio.Server.add_generic_rpc_handlers` takes. With `observers_only` (a debug socket)
        whoever wants to own through it is refused.
        """

        async def stream(_requests: object, context: grpc.aio.ServicerContext[bytes, bytes]) -> None:
            await self._serve(context, observers_only=observers_only)

        method: grpc.RpcMethodHandler[bytes, bytes] = grpc.stream_stream_rpc_method_handler(stream)
        return grpc.method_handlers_generic_handler(SERVICE, {METHOD_NAME: method})

    def standing(self) -> Standing:
        """Who is attached at this moment, for people and metrics."""
        return self._handoff.standing(self._clock())

    async def stop(self, deadline: float) -> BufferFacts:
        """Refuse new owners, let the attached one drain for `deadline` seconds, then end every stream.

        Returns, at the latest 3 s after the deadline, what the buffer holds then; what nobody has acked is
        logged. The server itself is stopped by its host, afterwards.
        """
        self._handoff.stop(self._clock() + deadline)
        self._wake_all()
        await self._until_idle(deadline + self._terms.closing_wait + _STOP_MARGIN)
        left = self._buffer.facts()
        if left.retained_exchanges or left.pending:
            log.warning(
                "stopped with %d exchanges (%d bytes) that no syncer has acknowledged, and %d unfinished",
                left.retained_exchanges,
                left.retained_bytes,
                left.pending,
            )
        return left

    async def _until_idle(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            log.warning("%d streams did not end in time: the server's own stop ends them", len(self._shells))

    async def _serve(self, context: grpc.aio.ServicerContext[bytes, bytes], *, observers_only: bool) -> None:
        stream = ServerStream(self._handoff, self._clock(), observers_only=observers_only)
        shell = StreamShell(
            context, stream, self._buffer, clock=self._clock, nudge=self._wake_all, keep=self._keep
        )
        self._enter(shell)
        try:
            end = await shell.run()
        except Exception as failure:  # noqa: BLE001 - a fault of ours ends this stream, not the connector's server
            log.error("a stream failed: %s", type(failure).__name__)  # noqa: TRY400 - no traceback: it may quote data
            telemetry.count("connector.stream_failed")
            end = End(grpc.StatusCode.INTERNAL.value[0], "the stream failed at the connector's end")
        finally:
            self._buffer.keep(stream.gone(self._clock()).seconds)
            self._leave(shell)
        if end:
            context.set_code(_CODES[end.code])
            context.set_details(end.details)

    def _enter(self, shell: StreamShell) -> None:
        self._shells.add(shell)
        self._idle.clear()
        if self._unsubscribe is None:
            self._loop = asyncio.get_running_loop()
            self._unsubscribe = self._buffer.subscribe(self._wake_from_any_thread)

    def _leave(self, shell: StreamShell) -> None:
        self._shells.discard(shell)
        self._wake_all()  # a stop may have waited for this one
        if not self._shells:
            self._idle.set()
            if self._unsubscribe:
                self._unsubscribe()
                self._unsubscribe = None

    def _wake_from_any_thread(self) -> None:
        """Called for each captured exchange: once for many of them is enough."""
        if self._waking or self._loop is None:
            return
        self._waking = True
        try:
            self._loop.call_soon_threadsafe(self._wake_all)
        except RuntimeError:  # the loop is closed: its streams are gone, and capture must not suffer for it
            telemetry.count("connector.wake_after_loop")

    def _wake_all(self) -> None:
        self._waking = False
        for shell in self._shells:
            shell.wake()

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure:
            log.error("a stream's task failed: %s", type(failure).__name__)
            telemetry.count("connector.stream_task_failed")
