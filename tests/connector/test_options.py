import asyncio

import grpc
import pytest

from captured_exchanges.connector import SERVER_OPTIONS
from captured_exchanges.connector.options import HANDSHAKE_SECONDS
from support.connector_server import serving

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
EAGER = (
    ("grpc.keepalive_time_ms", 200),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.use_local_subchannel_pool", 1),
)
"""A client that pings far more often than gRPC's defaults allow."""


def silent_stream() -> grpc.GenericRpcHandler:
    """A stream on which nothing is ever said."""

    async def stream(_requests: object, context: grpc.aio.ServicerContext) -> None:
        await context.send_initial_metadata(())
        await asyncio.Event().wait()

    handler = grpc.stream_stream_rpc_method_handler(stream)
    return grpc.method_handlers_generic_handler("test.Silent", {"Stream": handler})


async def test_pings_on_a_silent_stream_are_welcome():
    """A client that pings eagerly is sent away by a server with gRPC's defaults (so the pings do arrive)
    and, in the same time, not by one with our options.
    """
    async with (
        serving([silent_stream()]) as strict,
        serving([silent_stream()], options=SERVER_OPTIONS) as ours,
        grpc.aio.insecure_channel(strict, options=EAGER) as strict_channel,
        grpc.aio.insecure_channel(ours, options=EAGER) as channel,
        asyncio.timeout(60),
    ):
        sent_away = strict_channel.stream_stream("/test.Silent/Stream")()
        welcome = channel.stream_stream("/test.Silent/Stream")()
        await sent_away.initial_metadata()
        await welcome.initial_metadata()
        assert await sent_away.code() is grpc.StatusCode.UNAVAILABLE
        assert "pings" in await sent_away.details()
        assert not welcome.done()
        welcome.cancel()


async def test_an_oversized_request_is_refused():
    """A request above 4 MiB does not get in."""

    async def never(_request: bytes, _context: object) -> bytes:
        raise AssertionError

    handler = grpc.unary_unary_rpc_method_handler(never)
    handlers = [grpc.method_handlers_generic_handler("test.Large", {"Say": handler})]
    async with (
        serving(handlers, options=SERVER_OPTIONS) as address,
        grpc.aio.insecure_channel(address) as channel,
    ):
        call = channel.unary_unary("/test.Large/Say")(bytes(4 * 1024 * 1024 + 1), timeout=20)
        assert await call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize("said", [b"", PREFACE[:10], PREFACE], ids=["nothing", "half", "preface"])
async def test_who_connects_and_does_not_come_to_the_point_is_cut_off(said):
    """A connection has its time for HTTP/2's first frame: here one second, by the option that ours sets."""
    options = dict(SERVER_OPTIONS)
    assert options["grpc.server_handshake_timeout_ms"] == HANDSHAKE_SECONDS * 1000
    options["grpc.server_handshake_timeout_ms"] = 1000
    async with serving([silent_stream()], options=tuple(options.items())) as address, asyncio.timeout(20):
        reader, writer = await asyncio.open_unix_connection(address.removeprefix("unix:"))
        writer.write(said)
        await reader.read()  # to its end, which is the server's
        writer.close()
