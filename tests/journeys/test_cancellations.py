"""Cancelled at any await of consumer and servicer, cut off at any step: no hang, no loss, nothing left."""

import asyncio
import random
import threading
from contextlib import AsyncExitStack

import pytest

from captured_exchanges.connector import ExchangeServicer
from captured_exchanges.exchange import Limits
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ClientSettings
from support.both_servers import SERVERS, AioConnector, serving
from support.cancellations import Schedule
from support.conservation import conserving
from support.consumers import STYLES
from support.examples import SOAK
from support.relay import relay
from support.steps import SteppedBuffer, SteppedStore, Steps
from support.syncer_server import until

PLACES = 400 if SOAK else 8
"""Of each kind, drawn from all that there are."""
QUICK = ClientSettings(
    limits=Limits(20, 1 << 20, 5, 1 << 18, 0.001),
    delivery_exchanges=7, delivery_delay=0.005, backoff_initial=0.005, backoff_max=0.02,
    heartbeat_interval=0.2,
)  # fmt: skip
TERMS = {"heartbeat_interval": 0.1, "closing_wait": 0.1}
IN_CONSUMER = {
    "host": (),
    "consumer": ("Pump.run",),
    "reader": ("ExchangeStream._read",),
    "writer": ("ExchangeStream._write",),
}
IN_SERVICER = {
    "stream": (),
    "stream's reader": ("StreamShell._read",),
    "stream's writer": ("StreamShell._write",),
}
SERVING_THREADS = ("exchange-stream", "exchange-requests")

pytestmark = pytest.mark.timeout(3000 if SOAK else 180)


@pytest.mark.parametrize("who", IN_CONSUMER)
@pytest.mark.parametrize("kind", SERVERS.values(), ids=SERVERS.keys())
async def test_at_any_await_of_a_consumer(tmp_path, kind, who):
    """Its host, and each of its tasks: whoever is cancelled, the host is not kept waiting, and the next
    consumer of the store finds every exchange once.
    """

    async def live(number, at):
        schedule = Schedule(IN_CONSUMER[who], at)
        async with Sync(tmp_path / f"{number}.db", kind, STYLES["asyncio"]) as sync:
            with schedule.watching(asyncio.get_running_loop()):
                await sync.run(schedule.steps if who == "host" else untouched)
            await sync.run_again()
        return schedule.count

    await at_random_places(live, f"{who} {kind}")


@pytest.mark.parametrize("who", IN_SERVICER)
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
async def test_at_any_await_of_a_servicer(tmp_path, monkeypatch, style, who):
    """The handler of a stream, as grpc does it, and each task beside it: the consumer goes on with another
    stream, in the end drained, and nobody is left at the connector's end.
    """
    serve = ExchangeServicer._serve

    async def live(number, at):
        schedule = Schedule(IN_SERVICER[who], at)
        if who == "stream":
            monkeypatch.setattr(
                ExchangeServicer, "_serve", lambda *args, **named: schedule.steps(serve(*args, **named))
            )
        async with Sync(tmp_path / f"{number}.db", AioConnector, style) as sync:
            with schedule.watching(asyncio.get_running_loop()):
                report = await sync.run(untouched)
                assert report.consistent, report
            await sync.run_again()
        return schedule.count

    await at_random_places(live, f"{who} {style}")


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
@pytest.mark.parametrize("kind", SERVERS.values(), ids=SERVERS.keys())
async def test_cut_off_at_any_step_of_a_connector(tmp_path, kind, style):
    """Threads are not cancelled, but calls are: whatever a stream is about to ask of the buffer or to do to
    it, its connection breaks just then, and the consumer goes on with another one.
    """

    async def live(number, at):
        async with Sync(tmp_path / f"{number}.db", kind, style, cut_at=at) as sync:
            report = await sync.run(untouched)
            assert report.consistent, report
            await sync.run_again()
        return sync.steps_of_buffer

    await at_random_places(live, f"cut {kind} {style}")


@pytest.mark.parametrize("kind", SERVERS.values(), ids=SERVERS.keys())
async def test_interrupted_at_any_step_of_a_store(tmp_path, kind):
    """A host without a loop that is interrupted while its store is about to be read or written, or has just
    been: it is not kept waiting, and the next consumer finds every exchange once.
    """

    async def live(number, at):
        async with Sync(tmp_path / f"{number}.db", kind, STYLES["threads"], leave_at=at) as sync:
            await sync.run(untouched)
            await sync.run_again()
        return sync.steps_of_store

    await at_random_places(live, f"interrupted {kind}")


async def at_random_places(live, seed):
    """A life without harm, which says how many places there are; then others, with harm at one or more."""
    rng = random.Random(seed)
    there_are = await live(0, ())
    assert there_are > 3
    for number in range(1, PLACES + 1):
        await live(number, rng.sample(range(1, there_are + 1), rng.choice((1, 1, 2, 3))))


async def untouched(coroutine):
    """What it answers with."""
    return await coroutine


class Sync:
    """One sync of a connector of its own into a file of its own. At these steps of the buffer its connections
    are cut, at those of the store its consumer is abandoned.
    """

    def __init__(self, path, kind, style, *, cut_at=(), leave_at=()):
        self._path = path
        self._kind = kind
        self._style = style
        self._of_buffer = Steps(cut_at, self._cut)
        self._of_store = Steps(leave_at, self._leave)
        self._loop = asyncio.get_running_loop()
        self._stack = AsyncExitStack()
        self._consumer = None

    async def __aenter__(self):
        buffer = SteppedBuffer(self._of_buffer)
        self._connector = await self._stack.enter_async_context(serving(self._kind, buffer=buffer, **TERMS))
        self._way = await self._stack.enter_async_context(relay(self._connector.address))
        return self

    async def __aexit__(self, *error):
        await self._stack.__aexit__(*error)

    @property
    def steps_of_buffer(self):
        """So many there were in the first run."""
        return self._of_buffer.in_first_run

    @property
    def steps_of_store(self):
        """Likewise."""
        return self._of_store.in_first_run

    def _cut(self):
        self._loop.call_soon_threadsafe(self._way.cut)

    def _leave(self):
        for link in self._consumer._inner._fleet._links:
            link.abandon()

    async def run(self, steps):
        """What a host does, each call of a consumer's through `steps`; its report, None where cancelled."""
        host = asyncio.create_task(self._live(steps))
        done, _ = await asyncio.wait({host}, timeout=30)
        assert done, "it hangs"
        report = None if host.cancelled() else host.result()
        self._of_buffer.end_run()
        self._of_store.end_run()
        assert_nothing_is_left()
        return report

    async def run_again(self):
        """One more consumer takes the rest, and all is there."""
        self._connector.capture(5)
        report = await self.run(untouched)
        assert report.consistent, report
        with open_store(self._path) as store:
            rows = [row.request_id for row in store.exchanges().iterate(limit=1_000_000)]
        assert rows == [f"x/{number}" for number in range(1, self._connector.captured + 1)]
        await until(lambda: not self._connector.servicer.standing().streams)

    async def _live(self, steps):
        with open_store(self._path, "rw") as store, conserving(self._connector.buffer, every=0.2):
            stepped = SteppedStore(store.exchanges(), self._of_store)
            consumer = self._style(
                self._way.address, stepped, sync_id="ours", settings=QUICK, consumer_id="c"
            )
            self._consumer = consumer
            try:
                await steps(consumer.__aenter__())
                self._connector.capture(30)
                goal = consumer.report.committed + 10
                await until(lambda: consumer.report.committed >= goal or consumer.report.state == "stopped")
                await self._connector.restart()
                self._connector.capture(10)
                return await steps(consumer.drain(20.0))
            finally:
                await steps(consumer.__aexit__(None, None, None))


def assert_nothing_is_left():
    """No task and no thread of a consumer's."""
    tasks = [task.get_name() for task in asyncio.all_tasks()]
    threads = [thread.name for thread in threading.enumerate()]
    left = [name for name in tasks + threads if name.startswith("exchange-")]
    assert not [name for name in left if not name.startswith(SERVING_THREADS)], left
