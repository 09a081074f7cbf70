"""A connector's end of ours, as the tests of the conformance suite hold it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from typing import Any

import grpc

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.exchange import BufferFacts, Open, Opened, ResumePosition, SyncCounters
from captured_exchanges.handoff.serving import Standing
from support.conformance_exchanges import exchange
from support.threaded_calls import until

__all__ = ["Clock", "Connector"]


class Clock:
    """Monotonic seconds, of which a test may skip some."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def __call__(self) -> float:
        """Now."""
        return time.monotonic() + self._skipped

    def skip(self, seconds: float) -> None:
        """Let so many pass at once."""
        self._skipped += seconds


class Connector:
    """A served capture buffer. `clock` is what its servicer goes by."""

    def __init__(
        self, target: str, buffer: CaptureBuffer, servicer: Any, *, clock: Clock, servers: Any, clients: Any
    ) -> None:
        self.target = target
        self.buffer = buffer
        self._servicer = servicer
        self._clock = clock
        self._servers = servers
        self._clients = clients
        self._names = map("x{}".format, itertools.count(1))
        self._callers = ExitStack()

    @property
    def epoch(self) -> str:
        """The buffer's, at this moment."""
        return self.buffer.facts().epoch

    @property
    def retained(self) -> int:
        """Exchanges that the buffer holds at this moment."""
        return self.buffer.facts().retained_exchanges

    @property
    def standing(self) -> Standing:
        """Who is attached at this moment."""
        return self._servicer.standing()

    def account(self, sync_id: str = "s") -> SyncCounters:
        """The buffer's counters of a sync, at this moment."""
        return next(
            (each for each in self.buffer.counters() if each.sync_id == sync_id), SyncCounters(sync_id)
        )

    def capture(self, count: int = 1, *, body: int = 100, sync_id: str = "s") -> None:
        """Capture so many exchanges."""
        for _ in range(count):
            self.buffer.accept(exchange(next(self._names), body=body, sync_id=sync_id))

    def begin(self) -> Callable[[], None]:
        """An exchange starts; the call that finishes it, unless a drain has closed it as abandoned."""
        over = False

        def end(*, abandoned: bool) -> None:
            nonlocal over
            if not over:
                over = True
                self.buffer.accept(exchange("late"), abandoned=abandoned)
                self.buffer.end(ticket)

        ticket = self.buffer.start(lambda: end(abandoned=True))
        return lambda: end(abandoned=False)

    def caller(self, *said: Any) -> Any:
        """A call over a connection of its own, and what it says at once."""
        caller = self._callers.enter_context(self._clients.caller(self.target))
        caller.say(*said)
        return caller

    def call(self, path: str, raw: bytes) -> bytes:
        """A unary call to another service of the same server; the answer."""
        return self._clients.call(self.target, path, raw)

    def opened(self, open_: Open) -> tuple[Any, Opened]:
        """A call that has opened."""
        caller = self.caller(open_)
        return caller, caller.until(Opened)

    def refused(self, *said: Any) -> tuple[grpc.StatusCode, str]:
        """How a call ends that is not admitted: with a bare status."""
        caller = self.caller(*said)
        assert caller.rest() == []
        return caller.status()

    def resume(self, after: int) -> tuple[ResumePosition, ...]:
        """What a store says that holds the epoch up to there."""
        return (ResumePosition(self.epoch, after),)

    def skip(self, seconds: float) -> None:
        """Let time pass for the servicer, and its streams look at the clock."""
        self._clock.skip(seconds)
        self.buffer.release(0)  # releases nothing, and wakes whoever waits for a change

    def stop(self, deadline: float) -> Future[BufferFacts]:
        """Begin to stop; what is left in the end."""
        return self._servers.stop(self._servicer, deadline)

    def until_acked(self, through: int) -> None:
        """Wait until everything up to a sequence is acked."""
        until(lambda: self.buffer.facts().acked_through >= through)

    def until_retained(self, count: int) -> None:
        """Wait until the buffer holds so many."""
        until(lambda: self.retained == count)

    def alone(self) -> None:
        """Wait until no stream is left."""
        until(lambda: self.standing.streams == 0)

    def hang_up(self) -> None:
        """End the callers that are left."""
        self._callers.close()
