"""One stream over one call of a threaded `grpc.server`: performs what `handoff.ServerStream` decides.

Three threads, for each of the things that block: the server's own runs `responses` and waits for its
writes, one reads requests, and one asks the stream and performs its actions, so that requests, time and
other streams are heard while a write is pending. Only the last performs, and before it asks again, as the
stream wants it; the lock is held for a question or an input, never while reading, writing or waiting.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from queue import SimpleQueue

import grpc

from captured_exchanges import telemetry
from captured_exchanges.connector.peer_input import Heard, Sign, completed, tell, understood
from captured_exchanges.exchange import ReadableBuffer
from captured_exchanges.handoff.serving import (
    Abandon,
    Action,
    End,
    Keep,
    Nudge,
    Read,
    Release,
    Send,
    ServerStream,
)
from captured_exchanges.wire import encode_response

__all__ = ["ThreadedShell"]

_INBOX = 64
"""Requests that may wait for the stream: then the peer is read no further."""

log = logging.getLogger(__name__)


class ThreadedShell:
    """Serves one call. `lock` is the one of the stream's Handoff; `nudge` wakes every shell of it.

    `wake` and `lost` may be called from any thread, `responses` and `run` once each, by two of them.
    """

    def __init__(
        self,
        requests: Iterator[bytes],
        stream: ServerStream,
        buffer: ReadableBuffer,
        *,
        lock: threading.Lock,
        clock: Callable[[], float],
        nudge: Callable[[], None],
    ) -> None:
        self._requests = requests
        self._stream = stream
        self._buffer = buffer
        self._lock = lock
        self._clock = clock
        self._nudge = nudge
        self._inbox: deque[Heard] = deque()
        self._room = threading.Semaphore(_INBOX)
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._wake = threading.Event()
        self._listening = False
        self._writing = False
        self._lost = False

    @property
    def writing(self) -> bool:
        """Whether grpc has been given a message that it has not accepted yet."""
        return self._writing

    def wake(self) -> None:
        """Something has changed: ask the stream again."""
        if not self._wake.is_set():  # cleared before each question, so a set one is not too old
            self._wake.set()

    def lost(self) -> None:
        """The call is over; whoever ended it has been heard elsewhere."""
        self._lost = True
        self.wake()

    def responses(self) -> Iterator[bytes]:
        """What grpc writes, message by message; it asks for the next when the last was accepted.

        Where the call dies grpc asks no more, and drops this iterator.
        """
        try:
            while (raw := self._outbox.get()) is not None:
                yield raw
                self._writing = False
                with self._lock:
                    self._stream.written(self._clock())
                self.wake()
        finally:
            self.lost()

    def run(self) -> End | None:
        """Serve until the stream's end, or until the call is lost (None)."""
        while not self._lost:
            self._hear()
            with self._lock:
                action = self._stream.next_action(self._buffer.facts(), self._clock())
            if isinstance(action, End):
                return action
            if action is None:
                self._listen()
                self._rest()
            else:
                self._perform(action)
        return None

    def close(self) -> None:
        """Let go of the other two threads: nothing more is written, nothing more heard."""
        self._lost = True
        self._outbox.put(None)
        self._room.release()

    def _rest(self) -> None:
        """Until something happens, or until the stream asked to be asked."""
        at = self._stream.wake_at
        seconds = None if at is None else min(max(0.0, at - self._clock()), threading.TIMEOUT_MAX)
        self._wake.wait(seconds)
        self._wake.clear()

    def _perform(self, action: Action) -> None:
        match action:
            case Send():
                self._writing = True
                self._outbox.put(encode_response(completed(action, self._buffer)))
            case Read(after, exchanges, size, hold):
                items = self._buffer.read(after, max_exchanges=exchanges, max_bytes=size, hold=hold)
                with self._lock:
                    self._stream.items(items, self._buffer.facts())
            case Keep(seconds):
                self._buffer.keep(seconds)
            case Release(through):
                self._buffer.release(through)
            case Abandon(ticket):  # redacts and encodes: may take a while
                _start("exchange-abandon", lambda: self._abandon(ticket))
            case Nudge():
                self._nudge()

    def _abandon(self, ticket: int) -> None:
        try:
            self._buffer.abandon(ticket)
        except Exception as failure:  # noqa: BLE001 - the drain goes on without; there is nobody to raise it to
            log.error("abandoning failed: %s", type(failure).__name__)  # noqa: TRY400 - no traceback: it may quote data
            telemetry.count("connector.stream_task_failed")

    def _hear(self) -> None:
        while self._inbox:
            heard = self._inbox.popleft()
            self._room.release()
            with self._lock:
                tell(self._stream, heard, self._buffer.facts(), self._clock())

    def _listen(self) -> None:
        """Begin to read; a stream that is refused at once needs no reader."""
        if not self._listening:
            self._listening = True
            _start("exchange-requests", self._read)

    def _read(self) -> None:
        """Feeds the inbox until the half-close, or until the call is over."""
        try:
            for raw in self._requests:
                self._put(understood(raw))
                if self._lost:
                    return
            self._put(Sign.HALF_CLOSE)
        except grpc.RpcError:  # how grpc tells that the call was cancelled, or its connection cut
            self.lost()

    def _put(self, heard: Heard) -> None:
        self._room.acquire()
        self._inbox.append(heard)
        self.wake()


def _start(name: str, work: Callable[[], None]) -> None:
    threading.Thread(target=work, name=name, daemon=True).start()
