"""Engineers look at a live connector with the clients they have: grpcurl and `buf curl`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from captured_exchanges.wire import METHOD_NAME, SERVICE
from support.serving import Serving, serving
from support.tools import require

HINT = "go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3"
STREAM = f"{SERVICE}/{METHOD_NAME}"


@pytest.fixture
async def connector() -> AsyncIterator[Serving]:
    """A connector that has captured three exchanges."""
    async with serving() as served:
        served.capture(3)
        yield served


async def run(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


def by_grpcurl(served: Serving, *arguments: str, flags: tuple[str, ...] = ()) -> tuple[str, ...]:
    return require("grpcurl", HINT), "-plaintext", *flags, served.target, *arguments


def by_buf(served: Serving, path: str, *, flags: tuple[str, ...] = ()) -> tuple[str, ...]:
    return (
        require("buf", "pip install buf-bin"), "curl", "--protocol", "grpc", "--http2-prior-knowledge",
        "--unix-socket", str(served.socket), *flags, f"http://localhost/{path}",
    )  # fmt: skip


async def grpcurl(served: Serving, *arguments: str, flags: tuple[str, ...] = ()) -> str:
    return await run(*by_grpcurl(served, *arguments, flags=flags))


async def buf_curl(served: Serving, path: str, *flags: str) -> str:
    return await run(*by_buf(served, path, flags=flags))


def messages(out: str) -> list[dict[str, object]]:
    """The JSON documents of an output, one after another."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(out.rstrip()):
        message, at = decoder.raw_decode(out, at)
        found.append(message)
        at += len(out[at:]) - len(out[at:].lstrip())
    return found


def untouched(served: Serving) -> object:
    """All that a look could change."""
    return served.producer.buffer.facts(), served.producer.buffer.counters()


def sequences(out: str) -> list[int]:
    batches = [message["batch"] for message in messages(out) if "batch" in message]
    return [int(exchange["sequence"]) for batch in batches for exchange in batch["exchanges"]]


async def test_grpcurl_lists_the_services(connector):
    """`list` names our service, health and reflection."""
    assert {SERVICE, "grpc.health.v1.Health"} <= set((await grpcurl(connector, "list")).split())


async def test_grpcurl_describes_service_method_and_messages(connector):
    """`describe` knows the service, its method and the messages behind it."""
    assert f"rpc {METHOD_NAME} ( stream" in await grpcurl(connector, "describe", SERVICE)
    assert METHOD_NAME in await grpcurl(connector, "describe", f"{SERVICE}.{METHOD_NAME}")
    assert "request_json" in await grpcurl(connector, "describe", "captured_exchanges.v1.CapturedExchange")


@pytest.mark.parametrize("client", [by_grpcurl, by_buf])
@pytest.mark.parametrize("flags", [("-d", "{}"), ()], ids=["with an empty message", "without a message"])
async def test_a_look_shows_all_and_changes_nothing(connector, client, flags):
    """An empty open, and none at all, read to the end of the buffer; the counters are as before."""
    before = untouched(connector)
    out = await run(*client(connector, STREAM, flags=flags))
    assert messages(out)[0]["opened"]["role"] == "ROLE_OBSERVER"
    assert sequences(out) == [1, 2, 3]
    assert untouched(connector) == before


@pytest.mark.parametrize("client", [by_grpcurl, by_buf])
async def test_a_follower_sees_what_comes(connector, client):
    """With `follow` the stream stays open and shows an exchange that is captured later."""
    before = untouched(connector)
    command = client(connector, STREAM, flags=("-d", '{"open":{"follow":true,"from_sequence":3}}'))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(20):
            await read_until(process.stdout, b'"requestId"')
            assert untouched(connector) == before
            (later,) = connector.capture(1)
            await read_until(process.stdout, later.encode())
    finally:
        process.kill()
        await process.wait()
    assert connector.producer.buffer.facts().acked_through == 0


async def read_until(stream: asyncio.StreamReader, wanted: bytes) -> None:
    while wanted not in (line := await stream.readline()):
        assert line, f"the stream ended before {wanted!r}"


async def test_health_says_serving(connector):
    """The standard health service answers for the whole and for our service."""
    for flags in ((), ("-d", json.dumps({"service": SERVICE}))):
        out = await grpcurl(connector, "grpc.health.v1.Health/Check", flags=flags)
        assert messages(out) == [{"status": "SERVING"}]


async def test_buf_curl_lists_services_and_methods(connector):
    """A second client, of another make, finds service and method by reflection; it has no `describe`."""
    assert {SERVICE, "grpc.health.v1.Health"} <= set(
        (await buf_curl(connector, "", "--list-services")).split()
    )
    assert STREAM in (await buf_curl(connector, "", "--list-methods")).split()


async def test_a_bad_request_is_answered_with_a_sentence(connector):
    """An observer's ack is refused by name, and the connector goes on serving."""
    process = await asyncio.create_subprocess_exec(
        require("grpcurl", HINT), "-plaintext", "-d", '{"open":{}} {"ack":{"through_sequence":1}}',
        connector.target, STREAM, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, err = await process.communicate()
    assert b"InvalidArgument" in err
    assert sequences(await grpcurl(connector, STREAM)) == [1, 2, 3]
