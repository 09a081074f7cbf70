import asyncio
import os
import signal
import socket
from pathlib import Path

import grpc
import pytest

from captured_exchanges.connector import serve_until_stopped, stop_requested
from captured_exchanges.exchange import BufferFacts
from captured_exchanges.security import temporary_private_folder, unix_address
from support.connector_server import unary


@pytest.fixture
def pipe():
    """Our stdin, and the parent's end of it."""
    ends = list(os.pipe())
    yield ends
    for descriptor in ends:
        os.close(descriptor)


def is_default(number: signal.Signals) -> bool:
    return signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops(number, pipe):
    """SIGTERM and SIGINT ask for the stop, once: a second one is anybody's again."""
    stop = stop_requested(pipe[0])
    assert not stop.is_set()
    os.kill(os.getpid(), number)
    async with asyncio.timeout(10):
        await stop.wait()
    assert is_default(signal.SIGTERM)
    assert is_default(signal.SIGINT)


async def test_the_parents_end_of_stdin_stops(pipe):
    """What a parent says is ignored; that it has gone is not."""
    stop = stop_requested(pipe[0])
    os.write(pipe[1], b"configuration\n")
    for _ in range(10):
        await asyncio.sleep(0)
    assert not stop.is_set()
    os.close(pipe.pop())
    async with asyncio.timeout(10):
        await stop.wait()


async def test_a_socket_as_stdin_counts_as_well():
    """A parent that speaks through a socket pair is heard to end too."""
    ours, parents = socket.socketpair()
    with ours:
        stop = stop_requested(ours.fileno())
        parents.close()
        async with asyncio.timeout(10):
            await stop.wait()


async def test_a_file_as_stdin_means_nothing(tmp_path, pipe):
    """/dev/null and files are at their end from the start; a connector started so runs on."""
    (tmp_path / "empty").touch()
    for path in (Path(os.devnull), tmp_path / "empty"):
        with path.open() as file:
            stop = stop_requested(file.fileno())
            for _ in range(10):
                await asyncio.sleep(0)
            assert not stop.is_set()
    stop = stop_requested(pipe[0])
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(10):
        await stop.wait()


async def test_a_closed_stdin_means_nothing(pipe):
    """A descriptor that does not exist is not watched."""
    closed = os.dup(pipe[0])
    os.close(closed)
    stop = stop_requested(closed)
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(10):
        await stop.wait()


async def test_the_producer_stops_before_the_server(pipe):
    """While owners drain, the server still answers; it ends after that, and the rest is returned."""
    left = BufferFacts("e", 1, 2, 0, retained_exchanges=1)
    answered: list[bytes] = []

    async def say(request: bytes, _context: object) -> bytes:
        return request

    async def ask() -> bytes:
        async with grpc.aio.insecure_channel(address) as channel:
            return await channel.unary_unary("/test.Echo/Say")(b"there?", wait_for_ready=True)

    class Draining:
        """A producer whose owner still calls while it drains."""

        async def stop(self, grace: float) -> BufferFacts:
            """Drain."""
            assert grace == 3.0
            answered.append(await ask())
            return left

    server = grpc.aio.server()
    server.add_generic_rpc_handlers((unary("/test.Echo/Say", say),))
    with temporary_private_folder() as folder:
        address = unix_address(folder, "s")
        server.add_insecure_port(address)
        serving = asyncio.create_task(serve_until_stopped(server, Draining(), grace=3.0, stdin=pipe[0]))
        async with asyncio.timeout(20):
            answered.append(await ask())
            os.close(pipe.pop())
            assert await serving is left
    assert answered == [b"there?"] * 2
