"""Performs what the consumer's end decides: one task, one stream at a time, one thread for the store.

All decisions are made in the one task of `run`, so nothing here needs a lock: whatever happens (a message,
an outcome of the store, a wish of the host) is left in a queue and wakes the task.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import grpc.aio

from captured_exchanges.handoff.consuming import Action as ClientAction
from captured_exchanges.handoff.consuming import (
    Cancel,
    Commit,
    ConsumerEnd,
    Dial,
    HalfClose,
    ReadWatermarks,
    Stop,
    Stopped,
)
from captured_exchanges.handoff.consuming import Send as ClientSend
from captured_exchanges.syncer.handshakes import HANDSHAKE_FAILED
from captured_exchanges.syncer.stream import Ended, ExchangeStream, Garbage, Item, Message
from captured_exchanges.syncer.writer import Failed, Landed, Moved, Outcome, Standing, StoreWriter
from captured_exchanges.telemetry import count

__all__ = ["Pump"]

_OVERSLEPT = 1.0

_log = logging.getLogger(__name__)


class Pump:
    """Runs a consumer's end over a channel and a store's writer, which it closes. For one event loop.

    `stopped` is None until it is over.
    """

    def __init__(self, end: ConsumerEnd, channel: grpc.aio.Channel, writer: StoreWriter) -> None:
        self._end = end
        self._channel = channel
        self._writer = writer
        self._parser = ThreadPoolExecutor(1, thread_name_prefix="exchange-parser")
        self._stream: ExchangeStream | None = None
        self._retired: list[ExchangeStream] = []
        self._job: Future[Outcome] | None = None
        self._wishes: deque[Callable[[float], Sequence[ClientAction]]] = deque()
        self._changed = asyncio.Event()
        self._answered = asyncio.Condition()
        self._drains = 0
        self._trouble = ""
        self.stopped: Stopped | None = None

    async def run(self) -> None:
        """Work until it is over. Raises nothing; cancelled, it still lets the store settle."""
        try:
            self._perform(self._end.start(_now()))
            while self.stopped is None:
                await self._pass_time()
                self._feed()
                await self._tell_waiters()
        except Exception as error:  # noqa: BLE001 - a bug here ends the consumer, never the sync
            count("syncer.consumer_failed")
            _log.debug("the consumer failed", exc_info=error)
            self.stopped = Stopped("failed", f"a bug in captured-exchanges ({type(error).__name__})")
        finally:
            if self.stopped is None:  # cancelled: the host cannot wait
                self.stopped = Stopped("finished")
            await self._clean_up()
            await self._tell_waiters()

    def close(self) -> None:
        """The host is done."""
        self._wish(self._end.close)

    async def drain(self, settle: float) -> None:
        """Ask for an attestation and wait until it is committed, or all is over."""
        self._drains += 1
        number = self._drains
        self._wish(lambda now: self._end.drain(settle, now))
        async with self._answered:
            await self._answered.wait_for(lambda: self._end.drains.done >= number or self.stopped is not None)

    def _wish(self, wish: Callable[[float], Sequence[ClientAction]]) -> None:
        self._wishes.append(wish)
        self._changed.set()

    # what happens

    async def _pass_time(self) -> None:
        """Wait until something has happened or is due."""
        deadline = self._end.deadline()
        with suppress(TimeoutError):
            async with asyncio.timeout(None if deadline is None else max(0.0, deadline - _now())):
                await self._changed.wait()
        if deadline is not None and _now() > deadline + _OVERSLEPT:
            self._end.overslept(_now())

    def _feed(self) -> None:
        """Tell the decisions all that has happened."""
        self._changed.clear()
        self._feed_outcome()
        while self._wishes:
            self._perform(self._wishes.popleft()(_now()))
        while self._stream is not None and self._end.wants_input and (item := self._stream.take()):
            self._feed_item(item)
        self._perform(self._end.tick(_now()))
        self._note_trouble()

    def _feed_item(self, item: Item) -> None:
        match item:
            case Message(response) if response is not None:
                self._perform(self._end.received(response, _now()))
            case Message():
                self._perform(self._end.received_unknown(_now()))
            case Garbage(message):
                self._perform(self._end.received_garbage(message, _now()))
            case Ended(code, detail):
                self._retire()
                self._perform(self._end.ended(code, detail, _now()))

    def _feed_outcome(self) -> None:
        if self._job is None or not self._job.done():
            return
        outcome, self._job = self._job.result(), None
        match outcome:
            case Standing(watermarks, losses):
                self._perform(self._end.watermarks_read(watermarks, _now(), losses=losses))
            case Landed(quarantined):
                self._perform(self._end.committed(_now(), quarantined=quarantined))
            case Moved():
                self._perform(self._end.watermark_moved(_now()))
            case Failed(message):
                self._perform(self._end.store_failed(message, _now()))

    def _note_trouble(self) -> None:
        if self._end.trouble != self._trouble:
            self._trouble = self._end.trouble
            level = logging.WARNING if HANDSHAKE_FAILED in self._trouble else logging.INFO
            _log.log(level, "the exchange stream ended and is tried again: %s", self._trouble)

    async def _tell_waiters(self) -> None:
        async with self._answered:
            self._answered.notify_all()

    # what is wanted

    def _perform(self, actions: Sequence[ClientAction]) -> None:
        for action in actions:
            self._perform_one(action)

    def _perform_one(self, action: ClientAction) -> None:
        match action:
            case Dial(opening):
                self._stream = ExchangeStream(self._channel, self._parser, self._changed.set)
                self._stream.send(opening)
            case ClientSend(request):
                self._live_stream().send(request)
            case HalfClose(flush):
                self._live_stream().half_close(flush=flush)
            case Commit():
                self._await_store(self._writer.commit(action))
            case ReadWatermarks():
                self._await_store(self._writer.read_standing())
            case Cancel():
                self._retire()
            case Stop(stopped):
                self._retire()
                self.stopped = stopped

    def _live_stream(self) -> ExchangeStream:
        if self._stream is None:
            raise AssertionError("asked to write on no call")
        return self._stream

    def _await_store(self, job: Future[Outcome]) -> None:
        loop = asyncio.get_running_loop()
        self._job = job
        job.add_done_callback(lambda _: loop.call_soon_threadsafe(self._changed.set))

    def _retire(self) -> None:
        self._retired = [stream for stream in self._retired if not stream.closed]
        if self._stream is not None:
            self._stream.cancel()
            self._retired.append(self._stream)
            self._stream = None

    async def _clean_up(self) -> None:
        self._retire()
        for stream in self._retired:
            await stream.wait_closed()
        if self._job is not None:
            await asyncio.wait({asyncio.wrap_future(self._job)})
        self._writer.close()
        self._parser.shutdown()


def _now() -> float:
    return time.monotonic()
