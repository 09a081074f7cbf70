"""Drives a consumer's end on a thread: the decisions of a host that has no event loop.

All decisions are made by the one thread of `run`, under a lock for the host's questions. While it waits it
holds none, and nothing that it does under the lock waits: calls, store and host each have their own thread.
"""

from __future__ import annotations

import threading
from concurrent.futures import wait

from captured_exchanges.handoff.consuming import ConsumerEnd, Stopped
from captured_exchanges.syncer.connection import ThreadedConnection
from captured_exchanges.syncer.performer import Performer
from captured_exchanges.syncer.threaded_stream import ThreadedExchangeStream
from captured_exchanges.syncer.writer import StoreWriter

__all__ = ["ThreadedPump"]


class ThreadedPump:
    """Runs a consumer's end over a connection and a store's writer, both of which it leaves open.

    Thread-safe. `lock` is held while the consumer's end changes.
    """

    def __init__(self, end: ConsumerEnd, connection: ThreadedConnection, writer: StoreWriter) -> None:
        self._connection = connection
        self._changed = threading.Event()
        self._abandoned = False
        self.lock = threading.RLock()
        self._answered = threading.Condition(self.lock)
        self._performer = Performer(
            end, writer, dial=self._dial, distrust=connection.leave, wake=self._changed.set
        )

    @property
    def stopped(self) -> Stopped | None:
        """How it ended; None until it is over."""
        return self._performer.stopped

    def run(self) -> None:
        """Work until it is over. Raises nothing."""
        performer = self._performer
        try:
            with self.lock:
                performer.start()
            while performer.stopped is None and not self._abandoned:
                self._pass_time()
                self._feed()
        except Exception as error:  # noqa: BLE001 - a bug here ends the consumer, never the sync
            with self.lock:
                performer.fail(error)
        finally:
            with self._answered:
                performer.abandon()
                self._answered.notify_all()
            self._clean_up()

    def close(self) -> None:
        """The host is done."""
        with self.lock:
            self._performer.close()
        self._changed.set()

    def abandon(self) -> None:
        """The host cannot wait: what is in flight settles, the rest is left."""
        self._abandoned = True
        self._changed.set()

    def ask_drain(self, settle: float) -> int:
        """Ask for an attestation; the number to wait for."""
        with self.lock:
            number = self._performer.ask_drain(settle)
        self._changed.set()
        return number

    def await_drain(self, number: int, timeout: float) -> bool:
        """Wait until it is committed, or all is over; False: not within so many seconds."""
        with self._answered:
            return self._answered.wait_for(lambda: self._performer.answered(number), timeout)

    def _dial(self) -> ThreadedExchangeStream:
        return ThreadedExchangeStream(self._connection.channel, self._changed.set)

    def _pass_time(self) -> None:
        """Wait until something has happened or is due."""
        with self.lock:
            seconds = self._performer.patience()
        self._changed.wait(None if seconds is None else min(seconds, threading.TIMEOUT_MAX))
        self._changed.clear()

    def _feed(self) -> None:
        with self._answered:
            self._performer.feed()
            self._answered.notify_all()

    def _clean_up(self) -> None:
        self._performer.retire()
        for stream in self._performer.retired:
            stream.wait_closed()
        if self._performer.job is not None:
            wait([self._performer.job])
