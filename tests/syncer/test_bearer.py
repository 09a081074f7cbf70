import asyncio

import grpc
import grpc.aio
import pytest

from captured_exchanges.security import new_token, temporary_private_folder, unix_address
from captured_exchanges.syncer import open_channel, open_threaded_channel

KINDS = ("unary_unary", "unary_stream", "stream_unary", "stream_stream")


async def _heard(request):
    """Take all requests: a client that still writes when its call has ended gets an error for it."""
    if not isinstance(request, bytes):
        async for _ in request:
            pass


def handlers(seen):
    """One method of each kind, under its name, that notes the metadata it is called with."""

    async def single(request, context):
        seen.append(context.invocation_metadata())
        await _heard(request)
        return b"done"

    async def many(request, context):
        seen.append(context.invocation_metadata())
        await _heard(request)
        yield b"done"

    made = {
        kind: getattr(grpc, f"{kind}_rpc_method_handler")(many if kind.endswith("stream") else single)
        for kind in KINDS
    }
    return grpc.method_handlers_generic_handler("test.Kinds", made)


@pytest.fixture
async def listening():
    """A server's address, and the metadata of each call it got."""
    seen = []
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((handlers(seen),))
    with temporary_private_folder() as folder:
        address = unix_address(folder, "s")
        server.add_insecure_port(address)
        await server.start()
        yield address, seen
        await server.stop(0)


def shown(metadata):
    return [value for key, value in metadata if key == "authorization"]


async def test_every_kind_of_call_shows_it(listening):
    """Once, and beside what the caller sends along."""
    address, seen = listening
    token = new_token()
    async with open_channel(address, token) as channel:
        more = (("x-more", "1"),)
        await channel.unary_unary("/test.Kinds/unary_unary")(b"", metadata=more, timeout=20)
        async for _ in channel.unary_stream("/test.Kinds/unary_stream")(b"", metadata=more, timeout=20):
            pass
        await channel.stream_unary("/test.Kinds/stream_unary")(iter([b""]), metadata=more, timeout=20)
        call = channel.stream_stream("/test.Kinds/stream_stream")(metadata=more, timeout=20)
        await call.write(b"")
        await call.done_writing()
        assert await call.read() == b"done"
        assert await call.code() is grpc.StatusCode.OK
    assert [shown(metadata) for metadata in seen] == [[f"Bearer {token.value}"]] * 4
    assert all(("x-more", "1") in tuple(metadata) for metadata in seen)


async def test_without_a_token_nothing_is_shown(listening):
    """A channel without credentials is gRPC's own."""
    address, seen = listening
    async with open_channel(address) as channel:
        await channel.unary_unary("/test.Kinds/unary_unary")(b"", timeout=20)
    assert shown(seen[0]) == []


async def test_the_channel_is_one_like_any_other(listening):
    """Its state can be watched and waited for, and closing it closes it."""
    address, _ = listening
    channel = open_channel(address, new_token())
    assert isinstance(channel, grpc.aio.Channel)
    state = channel.get_state(try_to_connect=True)
    assert state is grpc.ChannelConnectivity.IDLE
    await channel.wait_for_state_change(state)
    await channel.channel_ready()
    await channel.close()
    assert channel.get_state() is grpc.ChannelConnectivity.SHUTDOWN


async def test_threads_show_it_with_every_kind_of_call(listening):
    """As the other one does; calls can be waited for and iterated as ever."""
    address, seen = listening
    token = new_token()
    more = (("x-more", "1"),)

    def call_all():
        with open_threaded_channel(address, token) as channel:
            named = {"metadata": more, "timeout": 20}
            channel.unary_unary("/test.Kinds/unary_unary")(b"", **named)
            assert channel.unary_unary("/test.Kinds/unary_unary").future(b"", **named).result() == b"done"
            assert list(channel.unary_stream("/test.Kinds/unary_stream")(b"", **named)) == [b"done"]
            assert channel.stream_unary("/test.Kinds/stream_unary")(iter([b""]), **named) == b"done"
            call = channel.stream_stream("/test.Kinds/stream_stream")(iter([b""]), **named)
            assert list(call) == [b"done"]
            assert call.code() is grpc.StatusCode.OK

    await asyncio.to_thread(call_all)
    assert [shown(metadata) for metadata in seen] == [[f"Bearer {token.value}"]] * 5
    assert all(("x-more", "1") in tuple(metadata) for metadata in seen)
