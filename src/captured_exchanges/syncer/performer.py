"""Performs what the consumer's end decides, and tells it what has happened, without ever waiting.

The shells (`pump` for asyncio, `threaded_pump`) say how to wait and how to make a call. Whatever happens (a
message, an outcome of the store, a wish of the host) lies somewhere until the shell's one worker, a task or
a thread, comes to `feed`.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

from captured_exchanges.errors import CapturedExchangesError
from captured_exchanges.handoff.consuming import (
    Action,
    Cancel,
    Commit,
    ConsumerEnd,
    Dial,
    HalfClose,
    ReadWatermarks,
    Send,
    Stop,
    Stopped,
)
from captured_exchanges.syncer.handshakes import HANDSHAKE_FAILED
from captured_exchanges.syncer.mailbox import Ended, Garbage, Item, Message, Stream
from captured_exchanges.syncer.writer import Failed, Landed, Moved, Outcome, Standing, StoreWriter
from captured_exchanges.telemetry import count

__all__ = ["Performer"]

_OVERSLEPT = 1.0
_Call = TypeVar("_Call", bound=Stream)

_log = logging.getLogger(__name__)


class Performer(Generic[_Call]):
    """The hands of one consumer's end. Not thread-safe: a shell of many threads holds a lock.

    `dial` makes a call, `distrust` leaves what carried the last one; `wake` is called, by any thread, when
    the store has answered. `stopped` is None until it is over, `job` is what the store is busy with,
    `retired` are calls that may not have run out.
    """

    def __init__(
        self,
        end: ConsumerEnd,
        writer: StoreWriter,
        *,
        dial: Callable[[], _Call],
        distrust: Callable[[], None],
        wake: Callable[[], None],
    ) -> None:
        self._end = end
        self._writer = writer
        self._dial = dial
        self._distrust = distrust
        self._wake = wake
        self._stream: _Call | None = None
        self._wishes: deque[Callable[[float], Sequence[Action]]] = deque()
        self._drains = 0
        self._due: float | None = None
        self._trouble = ""
        self.retired: list[_Call] = []
        self.job: Future[Outcome] | None = None
        self.stopped: Stopped | None = None

    # wishes of the host

    def close(self) -> None:
        """The host is done."""
        self._wishes.append(self._end.close)

    def ask_drain(self, settle: float) -> int:
        """The host wants an attestation; the number to ask `answered` for."""
        self._drains += 1
        self._wishes.append(lambda now: self._end.drain(settle, now))
        return self._drains

    def answered(self, drain: int) -> bool:
        """Whether the answer to this drain is committed, or all is over."""
        return self._end.drains.done >= drain or self.stopped is not None

    # the course of work

    def start(self) -> None:
        """Begin: once."""
        self._perform(self._end.start(_now()))

    def patience(self) -> float | None:
        """How many seconds to wait at most before the next `feed`; None: until something happens."""
        self._due = self._end.deadline()
        return None if self._due is None else max(0.0, self._due - _now())

    def feed(self) -> None:
        """Tell the decisions all that has happened, and do what they ask for."""
        if self._due is not None and _now() > self._due + _OVERSLEPT:
            self._end.overslept(_now())
        self._feed_outcome()
        while self._wishes:
            self._perform(self._wishes.popleft()(_now()))
        while self._stream is not None and self._end.wants_input and (item := self._stream.take()):
            self._feed_item(item)
        self._perform(self._end.tick(_now()))
        self._note_trouble()

    def fail(self, error: Exception) -> None:
        """What was raised here, most likely by a bug, ends the consumer and never the sync; an interpreter
        that ends takes us along in silence.
        """
        if not self._writer.open:
            self.abandon()
            return
        count("syncer.consumer_failed")
        if isinstance(error, CapturedExchangesError):
            self.stopped = Stopped("refused", str(error))
            return
        _log.debug("the consumer failed", exc_info=error)
        self.stopped = Stopped("failed", f"a bug in captured-exchanges ({type(error).__name__})")

    def abandon(self) -> None:
        """The host cannot wait: end, if that has not happened yet."""
        self.stopped = self.stopped or Stopped("finished")

    def retire(self) -> None:
        """Cancel the call, if there is one; it runs out by itself."""
        self.retired = [stream for stream in self.retired if not stream.closed]
        if self._stream is not None:
            self._stream.cancel()
            self.retired.append(self._stream)
            self._stream = None

    # what happens

    def _feed_item(self, item: Item) -> None:
        match item:
            case Message(response) if response is not None:
                self._perform(self._end.received(response, _now()))
            case Message():
                self._perform(self._end.received_unknown(_now()))
            case Garbage(message):
                self._perform(self._end.received_garbage(message, _now()))
            case Ended(code, detail):
                self.retire()
                self._perform(self._end.ended(code, detail, _now()))

    def _feed_outcome(self) -> None:
        if self.job is None or not self.job.done():
            return
        outcome, self.job = self.job.result(), None
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

    # what is wanted

    def _perform(self, actions: Sequence[Action]) -> None:
        for action in actions:
            self._perform_one(action)

    def _perform_one(self, action: Action) -> None:
        match action:
            case Dial(opening):
                self._stream = self._dial()
                self._stream.send(opening)
            case Send(request):
                self._live_stream().send(request)
            case HalfClose(flush):
                self._live_stream().half_close(flush=flush)
            case Commit():
                self._await_store(self._writer.commit(action))
            case ReadWatermarks():
                self._await_store(self._writer.read_standing())
            case Cancel(silent):
                self.retire()
                if silent:
                    self._distrust()
            case Stop(stopped):
                self.retire()
                self.stopped = stopped

    def _live_stream(self) -> _Call:
        if self._stream is None:
            raise AssertionError("asked to write on no call")
        return self._stream

    def _await_store(self, job: Future[Outcome]) -> None:
        self.job = job
        job.add_done_callback(lambda _: self._wake())


def _now() -> float:
    return time.monotonic()
