import asyncio
import os
from contextlib import asynccontextmanager
from dataclasses import replace

import grpc
import grpc.aio
import pytest

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security import issue_run_credentials, new_token, temporary_private_folder
from captured_exchanges.security.issuing import Authority
from captured_exchanges.syncer import ExchangeConsumer, observe, open_channel, open_threaded_channel
from support.access_files import syncer_of
from support.access_servers import ECHO, LOOPBACK, STYLES, serving

OPENERS = [open_channel, open_threaded_channel]


async def echoed(opener, address, access):
    """What the host's own call answers over a channel of ours."""
    if opener is open_channel:
        async with opener(address, access) as channel:
            return await channel.unary_unary(ECHO)(b"hi", timeout=20)

    def call():
        with opener(address, access) as channel:
            return channel.unary_unary(ECHO)(b"hi", timeout=20)

    return await asyncio.to_thread(call)


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize("style", STYLES)
async def test_a_hosts_own_calls_go_over_it(style, opener):
    """With the token, with mutual TLS by address and by the name in the certificate, and over a socket."""
    token, run = new_token(), issue_run_credentials()
    with temporary_private_folder() as folder:
        for ours, theirs, address in (
            (token, token, LOOPBACK),
            (token, token, "[::1]:0"),
            (run.syncer, run.connector, LOOPBACK),
            (run.syncer, run.connector, "[::1]:0"),
            (run.syncer, run.connector, "0.0.0.0:0"),
            (syncer_without_name(run), run.connector, "localhost:0"),
            (run.syncer, run.connector, f"unix:{folder}/tls"),
            (syncer_without_name(run), run.connector, f"unix:{folder}/tls"),
            (token, token, f"unix:{folder}/token"),
            (None, None, f"unix:{folder}/plain"),
        ):
            async with serving(style, theirs, address) as served:
                assert await echoed(opener, served.address, ours) == b"hi", address


def syncer_without_name(run):
    return replace(run.syncer, peer_name="")


@pytest.mark.parametrize("opener", OPENERS)
async def test_what_may_not_be_dialled_is_refused_at_once(opener):
    """No channel comes about, so nothing is sent."""
    for target, access in (
        ("127.0.0.1:1", None),
        ("192.0.2.1:1", new_token()),
        ("dns:///localhost:1", issue_run_credentials().syncer),
    ):
        with pytest.raises(ConnectionRefused):
            opener(target, access)


@pytest.mark.parametrize("opener", OPENERS)
async def test_a_certificate_of_ours_that_has_expired_is_told_at_once(opener):
    """The connector would close the connection and say nothing."""
    with pytest.raises(ConnectionRefused, match=r"the syncer's certificate cannot be used: .*expired"):
        opener("127.0.0.1:1", syncer_of(Authority(-60)))


@pytest.mark.parametrize("opener", OPENERS)
async def test_a_proxy_gets_no_token(opener, monkeypatch):
    """A proxy named in the environment is not asked for the way to loopback."""
    token = new_token()
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:1")
    for name in ("no_proxy", "no_grpc_proxy"):
        monkeypatch.delitem(os.environ, name, raising=False)
    async with serving("aio", token) as served:
        async with grpc.aio.insecure_channel(served.address) as channel:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await channel.unary_unary(ECHO)(b"", timeout=20)
            assert refused.value.code() is grpc.StatusCode.UNAVAILABLE  # gRPC's own channel does ask it
        assert await echoed(opener, served.address, token) == b"hi"


async def test_credentials_are_for_addresses():
    """Beside a channel they would go nowhere, which is said instead of overlooked."""
    async with grpc.aio.insecure_channel("127.0.0.1:1") as channel:
        with pytest.raises(ValueError, match="address"):
            ExchangeConsumer(channel, object(), access=new_token())
        with pytest.raises(ValueError, match="address"):
            await anext(observe(channel, access=new_token()))


@pytest.mark.parametrize("opener", OPENERS)
async def test_a_connector_that_is_slow_to_take_a_connection_is_waited_for(opener):
    """A handshake over a long way, or on a busy machine, takes longer than the wait between two attempts."""
    run = issue_run_credentials()
    async with serving("aio", run.connector) as served, long_way_to(served.address) as address:
        assert await echoed(opener, address, run.syncer) == b"hi"


@asynccontextmanager
async def long_way_to(address):
    """An address from which every connection takes 300 ms to arrive at another one."""
    host, port = address.rsplit(":", 1)
    relayed = set()

    async def arrive(reader, writer):
        await asyncio.sleep(0.3)
        there = await asyncio.open_connection(host, int(port))
        relayed.update(asyncio.create_task(way) for way in (pipe(reader, there[1]), pipe(there[0], writer)))

    async def pipe(reader, writer):
        while data := await reader.read(4096):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(arrive, "127.0.0.1")
    try:
        yield "{}:{}".format(*server.sockets[0].getsockname())
    finally:
        server.close()
        await asyncio.gather(*relayed)
