"""A syncer that is killed, again and again, loses nothing and writes nothing twice."""

import asyncio
import json
import random
import sys
from collections import Counter
from pathlib import Path

import grpc.aio
import pytest

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.connector import ExchangeServicer
from captured_exchanges.exchange import ConnectorInfo, PolicyInfo, RedactedExchange
from captured_exchanges.security import temporary_private_folder, unix_address
from captured_exchanges.wire import encode_exchange
from support.counted_rows import stored_ids, writes_of

KILLS = 20
RETAINED = 3_000
"""Exchanges that the buffer is kept filled with: there is always something in mid-stream."""
AT_PEACE = {
    "consistent": True, "findings": [], "error": "", "gaps": {}, "foreign": 0, "unknown_losses": 0
}  # fmt: skip
TESTS = Path(__file__).parents[1]


@pytest.mark.timeout(300)
async def test_every_exchange_is_stored_once_and_in_order(tmp_path, request):
    """SIGKILL at twenty random moments in mid-stream; then the file holds each exchange exactly once, in
    the order of capture, and no row of it was ever touched again.
    """
    seed = random.randrange(2**32)
    request.node.user_properties.append(("seed", seed))
    print(f"seed {seed}")  # noqa: T201 - shown where the test fails
    moments = random.Random(seed)
    path = tmp_path / "sync.c1z"
    buffer = CaptureBuffer()
    feed = Feed(buffer)
    async with serving(buffer) as target, asyncio.TaskGroup() as group:
        feeding = group.create_task(feed.run())
        for _ in range(KILLS):
            await kill_in_mid_stream(target, path, buffer, moments)
        feeding.cancel()
        report = await run_to_the_end(target, path)
    del report["committed"]  # of the last life alone
    assert report == AT_PEACE
    assert stored_ids(path, "sync") == feed.request_ids
    assert writes_of(path) == Counter((request_id, "insert") for request_id in feed.request_ids)


class Feed:
    """Captures exchanges for as long as it runs, as fast as they are released."""

    def __init__(self, buffer: CaptureBuffer) -> None:
        self._buffer = buffer
        self.request_ids: list[str] = []

    async def run(self) -> None:
        while True:
            while self._buffer.facts().retained_exchanges < RETAINED:
                self._capture()
            await asyncio.sleep(0.002)

    def _capture(self) -> None:
        request_id = f"req-{len(self.request_ids):09d}"
        body = b'{"status":200,"body":"' + b"x" * (len(self.request_ids) % 900) + b'"}'
        exchange = RedactedExchange(request_id, "sync", "http", b'{"kind":"http"}', body, None, 0)
        assert self._buffer.accept(encode_exchange(exchange)) == len(self.request_ids) + 1
        self.request_ids.append(request_id)


class serving:  # noqa: N801 - reads as the verb it is
    """A connector's server on a Unix socket, for the length of a block."""

    def __init__(self, buffer: CaptureBuffer) -> None:
        connector = ConnectorInfo("killed-syncer-test")
        self._servicer = ExchangeServicer(buffer, connector=connector, policy=PolicyInfo())
        self._server = grpc.aio.server()
        self._folder = temporary_private_folder()

    async def __aenter__(self) -> str:
        target = unix_address(self._folder.__enter__(), "c")
        self._server.add_generic_rpc_handlers((self._servicer.handler(),))
        self._server.add_insecure_port(target)
        await self._server.start()
        return target

    async def __aexit__(self, *_: object) -> None:
        await self._servicer.stop(1.0)
        await self._server.stop(1.0)
        self._folder.__exit__(None, None, None)


async def syncer(target: str, path: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "support.counting_syncer", target, str(path), "sync",
        cwd=TESTS, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def kill_in_mid_stream(target: str, path: Path, buffer: CaptureBuffer, moments: random.Random) -> None:
    """Start a syncer, let it commit a random number of exchanges, kill it a random moment later."""
    process = await syncer(target, path)
    goal = buffer.facts().acked_through + moments.randrange(1, 4_000)
    async with asyncio.timeout(60):
        while buffer.facts().acked_through < goal:
            assert process.returncode is None, "the syncer ended by itself"
            await asyncio.sleep(moments.uniform(0, 0.005))
    process.kill()
    await process.wait()


async def run_to_the_end(target: str, path: Path) -> dict[str, object]:
    process = await syncer(target, path)
    out, _ = await process.communicate(b"drain\n")
    assert process.returncode == 0
    return json.loads(out)
