"""Places at which a syncer process ends, named by its environment. Nothing of this is in the package.

`FAILPOINT` names the place, `FAILPOINT_HIT` (from 1) the how-manieth time it is reached. At these it kills
itself:

before-commit   the rows of a delivery are written, its transaction is open
after-commit    the transaction is durable, nobody has been told
after-ack       the connector has said that it heard the ack

And here its host leaves the consumer without a drain, as after a sync that failed:

leave           a transaction is durable, and is not told to the consumer before the host has left

The seams are those that a host has too: the store that it gives, and the channel.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import grpc.aio

from captured_exchanges.exchange import Batch, Drained, Opened, ServerHeartbeat
from captured_exchanges.wire import decode_response
from support.threaded_calls import until

FAILPOINT, FAILPOINT_HIT = "FAILPOINT", "FAILPOINT_HIT"
PLACES = ("before-commit", "after-commit", "after-ack")
LEAVE = "leave"


class Failpoint:
    """What the environment asks for; nothing, if it says nothing.

    `leaves`: whether the host is to leave its consumer, once `leaving` is set.
    """

    def __init__(self) -> None:
        self._place = os.environ.get(FAILPOINT, "")
        self._left = int(os.environ.get(FAILPOINT_HIT, "0"))
        assert self._place in ("", LEAVE, *PLACES), self._place
        self.leaves = self._place == LEAVE
        self.leaving = threading.Event()
        self.consumer = None

    def reached(self, place: str) -> None:
        """Die here, if this is the place and the time."""
        if place == self._place:
            self._left -= 1
            if not self._left:
                self._end()

    def _end(self) -> None:
        if self.leaves:
            self.leaving.set()
            until(lambda: self.consumer._link._end._closing)
            return
        os.kill(os.getpid(), signal.SIGKILL)
        threading.Event().wait()  # until the signal is there


class DyingStore:
    """A real store that may not live to see the end of a commit. Deliveries without rows do not count."""

    def __init__(self, store, failpoint: Failpoint) -> None:
        self.path = store.path
        self._inner = store.exchanges()
        self._failpoint = failpoint
        self._delivering = False
        self._writing = store._database.writing
        store._database.writing = self._dying_transaction

    def commit(self, delivery):
        self._delivering = bool(delivery.exchanges)
        committed = self._inner.commit(delivery)
        if delivery.exchanges:
            self._failpoint.reached("after-commit")
            self._failpoint.reached(LEAVE)
        return committed

    def watermarks(self, connector=None, limit=64):
        return self._inner.watermarks(connector, limit)

    def ledger(self, *arguments, **named):
        return self._inner.ledger(*arguments, **named)

    @contextmanager
    def _dying_transaction(self):
        with self._writing() as connection:
            yield connection
            if self._delivering:
                self._failpoint.reached("before-commit")
        self._delivering = False


class Hearing:
    """Follows what a connector says of our acks."""

    def __init__(self, failpoint: Failpoint) -> None:
        self._failpoint = failpoint
        self._heard = 0

    def hear(self, raw: bytes) -> None:
        """A message has arrived."""
        response = decode_response(raw)
        if isinstance(response, Opened):
            self._heard = response.acked_through
        acked = response.acked_through if isinstance(response, Batch | Drained | ServerHeartbeat) else 0
        if acked > self._heard:
            self._heard = acked
            self._failpoint.reached("after-ack")


class AioChannel:
    """A grpc.aio channel with somebody who listens."""

    def __init__(self, channel: grpc.aio.Channel, failpoint: Failpoint) -> None:
        self._channel = channel
        self._failpoint = failpoint

    def stream_stream(self, method):
        dial = self._channel.stream_stream(method)
        return lambda: _AioCall(dial(), Hearing(self._failpoint))


class _AioCall:
    def __init__(self, call, hearing: Hearing) -> None:
        self._call = call
        self._hearing = hearing

    async def read(self):
        raw = await self._call.read()
        if raw is not grpc.aio.EOF:
            self._hearing.hear(raw)
        return raw

    def __getattr__(self, name):
        return getattr(self._call, name)


class ThreadedChannel(AioChannel):
    """The same with a synchronous channel."""

    def stream_stream(self, method):
        dial = self._channel.stream_stream(method)
        return lambda requests: _ThreadedCall(dial(requests), Hearing(self._failpoint))


class _ThreadedCall(_AioCall):
    def __iter__(self) -> Iterator[bytes]:
        for raw in self._call:
            self._hearing.hear(raw)
            yield raw
