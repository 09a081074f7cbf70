"""One call as an inbox and an outbox, over a real socket."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import grpc
import grpc.aio

from captured_exchanges.exchange import Ack, Closing, Drain, Heartbeat, Open, Opened
from captured_exchanges.handoff import Status
from captured_exchanges.syncer.channel import open_channel
from captured_exchanges.syncer.stream import Ended, ExchangeStream, Message
from support.syncer_messages import EPOCH, opened
from support.syncer_server import HALF_CLOSE, ScriptedConnector, outgoing, until

StatusCode = grpc.StatusCode


@asynccontextmanager
async def streaming(script):
    """A call to a connector that follows the script."""
    async with ScriptedConnector(script) as connector:
        channel = open_channel(connector.target)
        with ThreadPoolExecutor(1) as parser:
            stream = ExchangeStream(channel, parser, lambda: None)
            try:
                yield stream
            finally:
                stream.cancel()
                await stream.wait_closed()
                await channel.close()


async def taken(stream):
    """The next item."""
    items = []
    await until(lambda: (item := stream.take()) is not None and items.append(item) is None)
    return items[0]


async def test_messages_come_in_order_then_the_end():
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


async def test_a_full_inbox_leaves_the_rest_with_the_transport():
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


async def test_acks_that_wait_are_merged_and_heartbeats_give_way():
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


async def test_closing_silences_the_outbox_before_anybody_took_it():
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


async def test_a_cancelled_call_ends_both_tasks():
    """Neither a pending read nor a full inbox holds anything up."""

    async def script(peer):
        await peer.expect(Open)
        for sequence in range(1, 20):
            await peer.send(outgoing(sequence))
        await peer.hang()

    async with streaming(script) as stream:
        stream.send(Open())
        await until(lambda: len(stream._inbox) == 4)
        stream.cancel()
        async with asyncio.timeout(10):
            await stream.wait_closed()
        assert stream.closed


async def test_a_channel_that_its_host_closes_ends_the_stream():
    """The last item is an end all the same."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened())
        await peer.hang()

    async with ScriptedConnector(script) as connector:
        channel = open_channel(connector.target)
        with ThreadPoolExecutor(1) as parser:
            stream = ExchangeStream(channel, parser, lambda: None)
            stream.send(Open())
            assert isinstance(await taken(stream), Message)
            await channel.close()
            assert isinstance(await taken(stream), Ended)
            await stream.wait_closed()


async def test_a_call_to_nobody_ends_both_tasks(tmp_path):
    """Where nothing listens, a write that was queued before the failure does not wait for ever."""
    channel = open_channel(f"unix:{tmp_path}/nobody")
    with ThreadPoolExecutor(1) as parser:
        async with asyncio.timeout(30):
            for _ in range(10):
                stream = ExchangeStream(channel, parser, lambda: None)
                await asyncio.sleep(0.002)  # under way, and most often not yet known to have failed
                stream.send(Open())
                ended = await taken(stream)
                await stream.wait_closed()
                assert isinstance(ended, Ended)
                assert ended.code == Status.UNAVAILABLE
    await channel.close()
