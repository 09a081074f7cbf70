"""Whatever a client does to a connector, a good one is served meanwhile, exactly, and nothing is released."""

import asyncio
import json
import logging
import sys
from pathlib import Path

import grpc.aio
import psutil
import pytest

from captured_exchanges.exchange import Open, Opened
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ClientSettings, ExchangeConsumer
from captured_exchanges.wire import METHOD, decode_response, encode_request
from support.both_servers import SERVERS, serving
from support.syncer_server import until

TESTS = Path(__file__).parents[1]
QUICK = ClientSettings(delivery_delay=0.01, backoff_initial=0.01, backoff_max=0.1)
GROWTH = 64 << 20
"""Bytes that a connector's process, with this test in it, may grow by under an attack."""

REFUSED = {"INVALID_ARGUMENT", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION"}
ENDS = {
    "oversized": {"INVALID_ARGUMENT", "RESOURCE_EXHAUSTED"},
    "malformed": REFUSED | {"OK"},
    "out_of_order": REFUSED | {"OK"},
    "flood": {"CANCELLED"},
    "never_reads": {"RESOURCE_EXHAUSTED"},
    "ten_thousand_opens": {"RESOURCE_EXHAUSTED", "CANCELLED"},
    "slow_loris": {"BYTES"},
    "forged_acks": REFUSED | {"OK"},
    "huge_positions": REFUSED | {"OK"},
    "control_characters": REFUSED | {"OK"},
}
"""How the calls of each attack may end, and no other way: never INTERNAL, UNKNOWN or DEADLINE_EXCEEDED."""


@pytest.fixture(params=SERVERS.values(), ids=SERVERS)
def kind(request):
    """A connector of either style."""
    return request.param


@pytest.mark.parametrize("attack", ENDS)
async def test_a_good_client_is_served_meanwhile(tmp_path, kind, attack, caplog):
    """An owner that was there before gets everything, once and in order, and its attestation; who comes in
    the middle of the attack is let in; memory is bounded, and afterwards nobody is left.
    """
    caplog.set_level(logging.INFO, "captured_exchanges")
    async with serving(kind) as connector:
        with open_store(tmp_path / "sync.db", "rw") as store:
            async with ExchangeConsumer(connector.address, store, sync_id="ours", settings=QUICK) as owner:
                await until(lambda: connector.servicer.standing().attached)
                before = psutil.Process().memory_info().rss
                ends = await served_meanwhile(connector, attack)
                grown = psutil.Process().memory_info().rss - before
                report = await owner.drain()
            assert stored(store) == [f"x/{number}" for number in range(1, connector.captured + 1)]
        assert (report.consistent, report.violations, report.streams) == (True, 0, 1), report
        assert set(ends) <= ENDS[attack], ends
        assert sum(ends.values()) >= 1
        assert grown < GROWTH
        await until(lambda: connector.servicer.standing().streams == 0)
    assert all(record.getMessage().isprintable() for record in caplog.records)


async def served_meanwhile(connector, attack):
    """Capture and look in while the attack lasts; how its calls ended."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "support.attacks", attack, connector.address),
        cwd=TESTS,
        stdout=asyncio.subprocess.PIPE,
    )
    ended = asyncio.create_task(process.communicate())
    try:
        while not ended.done():
            connector.capture(20)
            await until(lambda: connector.buffer.facts().acked_through == connector.captured)
            if attack != "never_reads":  # which takes all places that observers have
                await look(connector.address)
            await asyncio.sleep(0.01)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0
    return json.loads((await ended)[0])


async def look(address):
    """An observer that comes now is let in, after some tries where places are fought for."""
    async with (
        asyncio.timeout(30),
        grpc.aio.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]) as channel,
    ):
        code = grpc.StatusCode.RESOURCE_EXHAUSTED
        while code is grpc.StatusCode.RESOURCE_EXHAUSTED:
            call = channel.stream_stream(METHOD)()
            code = await let_in(call)
            call.cancel()
    assert code is None, code


async def let_in(call):
    """None, or how the call ended before it was let in."""
    try:
        await call.write(encode_request(Open()))
        assert isinstance(decode_response(await call.read()), Opened)
    except grpc.aio.AioRpcError as error:
        return error.code()
    return None


def stored(store):
    """The request ids in a store, in the order of their rows."""
    return [row.request_id for row in store.exchanges().iterate(limit=10**6)]
