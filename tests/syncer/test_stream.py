"""One call as an inbox and an outbox, over a real socket."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import grpc
import pytest

from captured_exchanges.exchange import Ack, Closing, Drain, Heartbeat, Open, Opened
from captured_exchanges.handoff import Status
from captured_exchanges.syncer.channel import open_channel, open_threaded_channel
from captured_exchanges.syncer.mailbox import Ended, Message
from captured_exchanges.syncer.stream import ExchangeStream
from captured_exchanges.syncer.threaded_stream import ThreadedExchangeStream
from support.syncer_messages import EPOCH, opened
from support.syncer_server import HALF_CLOSE, ScriptedConnector, outgoing, until

StatusCode = grpc.StatusCode


class OnALoop:
    """The stream of an asyncio consumer."""

    def __init__(self, target):
        self._channel = open_channel(target)
        self._parser = ThreadPoolExecutor(1)

    def call(self):
        return ExchangeStream(self._channel, self._parser, lambda: None)

    async def wait_closed(self, stream):
        await stream.wait_closed()

    async def close(self):
        await self._channel.close()
        self._parser.shutdown()


class OnThreads:
    """The stream of a threaded consumer."""

    def __init__(self, target):
        self._channel = open_threaded_channel(target)

    def call(self):
        return ThreadedExchangeStream(self._channel, lambda: None)

    async def wait_closed(self, stream):
        await asyncio.to_thread(stream.wait_closed)

    async def close(self):
        self._channel.close()


@pytest.fixture(params=[OnALoop, OnThreads])
def style(request):
    """What holds for the one style of stream holds for the other."""
    return request.param


@pytest.fixture
def streaming(style):
    @asynccontextmanager
    async def streaming(script):
        """A call to a connector that follows the script."""
        async with ScriptedConnector(script) as connector:
            ours = style(connector.target)
            stream = ours.call()
            try:
                yield stream
            finally:
                stream.cancel()
                async with asyncio.timeout(10):
                    await ours.wait_closed(stream)
                assert stream.closed
                await ours.close()

    return streaming


async def taken(stream):
    """The next item."""
    items = []
    await until(lambda: (item := stream.take()) is not None and items.append(item) is None)
    return items[0]


async def test_messages_come_in_order_then_the_end(streaming):
    """What was said, and last how it ended."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await peer.end(StatusCode.RESOURCE_EXHAUSTED, "too many")

    async with streaming(script) as stream:
        stream.send(Open())
        first = await taken(stream)
        assert isinstance(first, Message)
        assert isinstance(first.response, Opened)
        assert await taken(stream) == Ended(Status.RESOURCE_EXHAUSTED, "too many")
        assert stream.take() is None


async def test_a_full_inbox_leaves_the_rest_with_the_transport(streaming):
    """Nothing is read ahead of who takes it, beyond a few messages; all of it comes once taken."""

    async def script(peer):
        await peer.expect(Open)
        for sequence in range(1, 41):
            await peer.send(outgoing(sequence))
        await peer.hang()

    async with streaming(script) as stream:
        stream.send(Open())
        await until(lambda: len(stream._inbox) == 4)
        for _ in range(20):
            await asyncio.sleep(0.005)
            assert len(stream._inbox) <= 4
        sequences = [(await taken(stream)).response.exchanges[0].sequence for _ in range(40)]
    assert sequences == list(range(1, 41))


async def test_acks_that_wait_are_merged_and_heartbeats_give_way(streaming):
    """The outbox cannot grow: the newest ack stands for the ones before it."""

    async def script(peer):
        assert await peer.rest() == [Open(), Ack("e", 3), Drain(), Ack("e", 4)]

    async with streaming(script) as stream:
        for request in (
            Open(), Ack("e", 1), Ack("e", 2), Heartbeat(), Ack("e", 3), Drain(), Ack("e", 4), Heartbeat()
        ):  # fmt: skip
            stream.send(request)
        stream.half_close(flush=True)
        assert await taken(stream) == Ended(Status.OK, "")


async def test_closing_silences_the_outbox_before_anybody_took_it(streaming):
    """From the moment `closing` has arrived nothing is written but the half-close."""
    said = []

    async def script(peer):
        await peer.expect(Open)
        await peer.send(Closing(EPOCH, 10, "REPLACED"))
        await peer.expect(HALF_CLOSE)
        said.extend(peer.said)

    async with streaming(script) as stream:
        stream.send(Open())
        await until(lambda: stream._inbox)
        stream.send(Ack("e", 1))
        stream.send(Drain())
        await until(lambda: said)
    assert said == [Open(), HALF_CLOSE]


async def test_a_cancelled_call_ends_both_tasks(streaming):
    """Neither a pending read nor a full inbox holds anything up."""

    async def script(peer):
        await peer.expect(Open)
        for sequence in range(1, 20):
            await peer.send(outgoing(sequence))
        await peer.hang()

    async with streaming(script) as stream:
        stream.send(Open())
        await until(lambda: len(stream._inbox) == 4)
    assert stream.closed


async def test_a_channel_that_its_host_closes_ends_the_stream(style):
    """The last item is an end all the same."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await peer.hang()

    async with ScriptedConnector(script) as connector:
        ours = style(connector.target)
        stream = ours.call()
        stream.send(Open())
        assert isinstance(await taken(stream), Message)
        await ours.close()
        assert isinstance(await taken(stream), Ended)
        await ours.wait_closed(stream)


async def test_a_call_to_nobody_ends_both_tasks(style, tmp_path):
    """Where nothing listens, a write that was queued before the failure does not wait for ever."""
    ours = style(f"unix:{tmp_path}/nobody")
    async with asyncio.timeout(30):
        for _ in range(10):
            stream = ours.call()
            await asyncio.sleep(0.002)  # under way, and most often not yet known to have failed
            stream.send(Open())
            ended = await taken(stream)
            await ours.wait_closed(stream)
            assert isinstance(ended, Ended)
            assert ended.code == Status.UNAVAILABLE
    await ours.close()
