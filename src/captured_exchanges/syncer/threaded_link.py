"""One connector of a consumer in a host without an event loop: its connection, and the thread that works."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import replace

import grpc

from captured_exchanges.handoff.consuming import ClientSettings, Stopped
from captured_exchanges.security import Access
from captured_exchanges.syncer.connection import ThreadedConnection
from captured_exchanges.syncer.link import Link
from captured_exchanges.syncer.report import ConsumerReport
from captured_exchanges.syncer.threaded_pump import ThreadedPump
from captured_exchanges.syncer.writer import StoreWriter

__all__ = ["ThreadedLink"]


class ThreadedLink(Link):
    """Thread-safe. `target` is an address, where `access` is shown, or a channel, which stays
    the caller's.
    """

    def __init__(
        self,
        target: str | grpc.Channel,
        settings: ClientSettings,
        rng: random.Random | None,
        access: Access | None,
    ) -> None:
        super().__init__(settings, rng)
        self._connection = ThreadedConnection(target, access)
        self._pump: ThreadedPump | None = None
        self._thread: threading.Thread | None = None
        self._over = threading.Event()

    @property
    def report(self) -> ConsumerReport:
        """How it stands at this moment."""
        if self._pump is None:
            return super().report
        with self._pump.lock:
            return super().report

    def ask_drain(self, settle: float) -> int:
        """Ask for a drain; the number to wait for."""
        return 0 if self._pump is None else self._pump.ask_drain(settle)

    def await_drain(self, number: int, until: float) -> ConsumerReport:
        """The report once that drain is answered, or at this moment of the monotonic clock."""
        seconds = max(0.0, min(until - time.monotonic(), threading.TIMEOUT_MAX))
        if self._pump is not None and not self._pump.await_drain(number, seconds):
            return replace(self.report, timed_out=True)
        return self.report

    def close(self) -> None:
        """The host is done: the thread ends once what has arrived is committed."""
        if self._pump is not None:
            self._pump.close()

    def abandon(self) -> None:
        """The host cannot wait: the thread ends once what the store is busy with has settled."""
        if self._pump is not None:
            self._pump.abandon()

    def join(self) -> None:
        """Wait for the thread. May be interrupted and called again."""
        if self._thread is not None:
            self._over.wait()  # an interrupted Thread.join takes the thread for dead (CPython issue 90882)
            self._thread.join()

    def hang_up(self) -> None:
        """Close the connection, if it is ours. The thread must be over."""
        self._connection.close()

    def _start(self, writer: StoreWriter) -> None:
        self._connection.channel  # noqa: B018 - an address that may not be dialled is refused at once
        self._pump = pump = ThreadedPump(self._end, self._connection, writer)
        thread = threading.Thread(target=self._run, args=(pump,), name="exchange-consumer", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no more threads: nobody would ever answer for this pump
            self._pump = None
            raise
        self._thread = thread

    def _run(self, pump: ThreadedPump) -> None:
        try:
            pump.run()
            self._say_why()
        finally:
            self._over.set()

    def _ended(self) -> Stopped | None:
        return self._pump.stopped if self._pump is not None else None
