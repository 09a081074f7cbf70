"""Cancels coroutines at awaits that a test has chosen, as a host, a loop that ends, or gRPC would.

    schedule = Schedule(("Pump.run",), at={7})
    with schedule.watching(loop): ...       tasks of such coroutines: the seventh await of them all together
    await schedule.steps(coroutine)         likewise those of one coroutine

With nothing in `at` nothing is cancelled, and `count` says how many awaits there were.
"""

import asyncio
from contextlib import contextmanager


class Schedule:
    """Where to cancel. `names` are the qualified names of the coroutines whose tasks are watched."""

    def __init__(self, names=(), at=()):
        self._names = names
        self._at = frozenset(at)
        self.count = 0

    @contextmanager
    def watching(self, loop):
        """Tasks that the loop is given."""

        def make(loop, coroutine, **named):
            if getattr(coroutine, "__qualname__", "") in self._names:
                coroutine = self.steps(coroutine)
            return asyncio.Task(coroutine, loop=loop, **named)

        loop.set_task_factory(make)
        try:
            yield
        finally:
            loop.set_task_factory(None)

    async def steps(self, coroutine):
        """What it answers with, unless it is cancelled on the way."""
        return await _Steps(coroutine, self)

    def reached(self):
        """The running task is about to wait."""
        self.count += 1
        if self.count in self._at:
            asyncio.current_task().cancel()


class _Steps:
    def __init__(self, coroutine, schedule):
        self._coroutine = coroutine
        self._schedule = schedule

    def __await__(self):
        steps = self._coroutine.__await__()
        step, value = steps.send, None
        while True:
            try:
                awaited = step(value)
            except StopIteration as over:
                return over.value
            self._schedule.reached()
            try:
                step, value = steps.send, (yield awaited)
            except BaseException as error:  # noqa: BLE001 - it is handed on
                step, value = steps.throw, error
