"""Tees: on their own, and in both adapters where a body is not read to its end or the caller is cancelled."""

import asyncio
import gc
import threading

import anyio
import pytest

from captured_exchanges.capture.attempt import Attempt, LogicalCall
from captured_exchanges.capture.body import BodyCopy
from captured_exchanges.capture.tee import Tees
from support.capture_clients import ASYNC_RIGS
from support.capture_server import DEADLINE, PIECES
from support.capture_sink import RecordingSink


class Sync:
    """A library's synchronous stream."""

    note = "inside"
    closed = 0

    def __iter__(self):
        yield b"a"
        yield b"b"

    def close(self):
        """Count."""
        self.closed += 1


class Async:
    """A library's asynchronous stream."""

    closed = 0
    iterations_closed = 0

    async def __aiter__(self):
        try:
            yield b"a"
            yield b"b"
        finally:
            self.iterations_closed += 1

    async def aclose(self):
        """Count."""
        self.closed += 1


class Both(Sync, Async):
    """Either way, as bytes in memory are."""


TEES = Tees(Sync, Async)


@pytest.fixture
def watched():
    sink = RecordingSink()
    attempt = Attempt(LogicalCall(), "GET", "u", [], BodyCopy())
    attempt.begin(sink)
    return attempt, sink


@pytest.mark.parametrize("kind", [Sync, Async, Both])
def test_kinds(kind):
    """A tee is of the kinds that its stream is of, and no other."""
    tee = TEES.over(kind(), BodyCopy())
    assert (isinstance(tee, Sync), isinstance(tee, Async)) == (
        issubclass(kind, Sync),
        issubclass(kind, Async),
    )


def test_of_no_kind():
    """There is no tee over what is no stream of the library."""
    assert TEES.over([b"a"], BodyCopy()) is None


def test_both_ways():
    """A stream that can be read both ways still can, and the copy is of the last reading."""
    copy = BodyCopy()
    tee = TEES.over(Both(), copy)
    assert list(tee) == [b"a", b"b"]
    assert list(tee) == [b"a", b"b"]
    assert copy.body().data == b"ab"


async def test_asynchronous():
    """An asynchronous reading is copied, sent to or asked for."""
    copy = BodyCopy()
    tee = TEES.over(Async(), copy)
    assert [chunk async for chunk in tee] == [b"a", b"b"]
    assert copy.body().state == "complete"
    reading = aiter(tee)
    assert await reading.asend(None) == b"a"
    await reading.aclose()


async def test_closing_an_iteration():
    """Closing an iteration closes the one inside, at once, and ends nothing else."""
    stream = Async()
    reading = aiter(TEES.over(stream, BodyCopy()))
    await anext(reading)
    await reading.aclose()
    assert (stream.iterations_closed, stream.closed) == (1, 0)


async def test_throwing():
    """What is thrown into an iteration is thrown into the one inside."""
    stream = Async()
    reading = aiter(TEES.over(stream, BodyCopy()))
    await anext(reading)
    with pytest.raises(KeyError):
        await reading.athrow(KeyError)
    assert stream.iterations_closed == 1


def test_attributes():
    """A tee has the attributes of its stream."""
    assert TEES.over(Both(), BodyCopy()).note == "inside"
    with pytest.raises(AttributeError):
        _ = TEES.over(Async(), BodyCopy()).missing


def test_failing_close(watched):
    """A close that raises ends the attempt too."""
    attempt, sink = watched

    class Stuck(Sync):
        def close(self):
            raise OSError("stuck")

    with pytest.raises(OSError, match="stuck"):
        TEES.over(Stuck(), BodyCopy(), attempt).close()
    assert sink.only.response is None


def test_read_and_closed(watched):
    """A stream that was read to its end and then closed ends the attempt once, and is closed."""
    attempt, sink = watched
    stream = Sync()
    tee = TEES.over(stream, BodyCopy(), attempt)
    assert list(tee) == [b"a", b"b"]
    assert sink.only.finishes == 1
    tee.close()
    assert stream.closed == 1
    assert sink.only.finishes == 1


# Bodies that are not read to their end


async def test_cut(rig, sink, server):
    """A body that breaks off keeps status and bytes, is abandoned, and says with which error."""
    async with rig.client(sink) as client:
        with pytest.raises(rig.library.RemoteProtocolError):
            await rig.get(client, f"{server.url}/cut")
    answer = sink.only.response
    assert (answer.status, answer.body.data, answer.body.state) == (200, b"only this", "abandoned")
    assert answer.error.type == "RemoteProtocolError"


async def test_early_close(rig, sink, server):
    """A response closed after its first piece is abandoned with what was read, and ends at the close."""
    async with rig.client(sink) as client:
        response = await rig.get(client, f"{server.url}/trickle", stream=True)
        chunks = rig.raw(response)
        assert await chunks.next() == PIECES[0]
        assert sink.exchanges[0].finishes == 0
        await rig.close(response)
        assert (sink.only.response.body.data, sink.only.response.body.state) == (PIECES[0], "abandoned")
        assert sink.only.response.error is None
        await rig.close(response)
    assert sink.only.response.status == 200


async def test_dropped_iteration(rig, sink, server):
    """An iteration that is given up closes the response where it would without us; then the exchange ends."""
    closed = []
    for watcher in (None, sink):
        async with rig.client(watcher) as client:
            response = await rig.get(client, f"{server.url}/trickle", stream=True)
            chunks = rig.raw(response)
            await chunks.next()
            await chunks.drop()
            closed.append(response.is_closed)
            await rig.close(response)
    assert closed[0] == closed[1]
    assert sink.only.response.body.state == "abandoned"


async def test_unread_and_dropped(rig, sink, server):
    """A response that is dropped unread is recorded once it is collected, in no thread of the caller's."""
    async with rig.client(sink) as client:
        response = await rig.get(client, f"{server.url}/hold/../trickle", stream=True)
        del response
        gc.collect()
        assert await asyncio.to_thread(sink.exchanges[0].over.wait, DEADLINE)
    assert sink.only.response.body.state == "abandoned"
    assert sink.only.thread != threading.get_ident()


async def test_read_in_pieces(rig, sink, server):
    """A streamed response that is read to its end is complete before it is closed."""
    async with rig.client(sink) as client:
        response = await rig.get(client, f"{server.url}/chunked", stream=True)
        assert b"".join(await rig.raw(response).all()) == b"".join(PIECES)
    assert sink.only.response.body.state == "complete"


async def test_raising_event_hook(rig, sink, server):
    """An event hook of the caller that raises has its way, and the exchange is abandoned."""

    def refuse(_response):
        raise KeyError("mine")

    async def refuse_later(_response):
        refuse(_response)

    hooks = {"response": [refuse_later if rig.asynchronous else refuse]}
    async with rig.client(sink, event_hooks=hooks) as client:
        with pytest.raises(KeyError, match="mine"):
            await rig.get(client, f"{server.url}/hello")
    assert sink.only.response.body.state == "abandoned"


# Cancellation


@pytest.mark.parametrize("rig", ASYNC_RIGS, ids=repr)
async def test_cancelled_waiting(rig, sink, server):
    """A task cancelled while it waits for the answer is cancelled, and its exchange says so."""
    async with rig.client(sink) as client:
        task = asyncio.create_task(client.get(f"{server.url}/hold"))
        await server.held()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert sink.only.response.error.type == "CancelledError"


@pytest.mark.parametrize("rig", ASYNC_RIGS, ids=repr)
async def test_cancelled_reading(rig, sink, server):
    """A task cancelled while it reads is cancelled, and its exchange is abandoned."""
    async with rig.client(sink) as client:
        task = asyncio.create_task(client.get(f"{server.url}/trickle"))
        await server.held()
        async with asyncio.timeout(DEADLINE):
            while sink.exchanges[0].snapshot()[1] is None:  # noqa: ASYNC110 - told by nothing else
                await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        answer = sink.only.response
        assert (answer.status, answer.body.state, answer.error) == (200, "abandoned", None)


@pytest.mark.parametrize("rig", ASYNC_RIGS, ids=repr)
async def test_cancel_scope(rig, sink, server):
    """A cancel scope of anyio ends as it would without us."""
    async with rig.client(sink) as client:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(client.get, f"{server.url}/hold")
                await server.held()
                scope.cancel()
        assert scope.cancelled_caught
        assert sink.only.response.error.type == "CancelledError"
