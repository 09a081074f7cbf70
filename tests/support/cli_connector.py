"""A real connector's end on a Unix socket, and `exchanges tail` beside it."""

import asyncio
from contextlib import asynccontextmanager

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.connector.servicer import ExchangeServicer
from captured_exchanges.exchange import ConnectorInfo, PolicyInfo, RedactedExchange
from captured_exchanges.wire import encode_exchange
from support.cli_process import DEADLINE, EXCHANGES, Outcome, environment
from support.connector_server import serving


def capture(buffer, number, *, kind="http", surface="resources", sync_id="sync-1"):
    """Let the buffer take an exchange; returns its sequence."""
    exchange = RedactedExchange(
        request_id=f"req-{number}",
        sync_id=sync_id,
        transport_kind=kind,
        request_json=b'{"kind":"%s","method":"GET","url":"https://x/%d"}' % (kind.encode(), number),
        response_json=b'{"status":200,"duration_ms":1.5}',
        intent_json=b'{"surface":"%s"}' % surface.encode(),
        captured_at=1_700_000_000_000_000_000 + number,
    )
    ticket = buffer.start(lambda: None)
    sequence = buffer.accept(encode_exchange(exchange))
    buffer.end(ticket)
    return sequence


@asynccontextmanager
async def connector(**bounds):
    """A buffer, and the address at which it is served."""
    buffer = CaptureBuffer(**bounds)
    who = ConnectorInfo("acme\x1b[31m", "1.2.3")
    servicer = ExchangeServicer(buffer, connector=who, policy=PolicyInfo(), heartbeat_interval=0.2)
    async with serving([servicer.handler()]) as address:
        yield buffer, address
        await servicer.stop(0)


async def tail(address, *words):
    """Run `exchanges tail` to its end."""
    process = await start_tail(address, *words)
    async with asyncio.timeout(DEADLINE):
        out, err = await process.communicate()
    return Outcome(process.returncode, out.decode(), err.decode())


async def start_tail(address, *words):
    """Start `exchanges tail` with its output in pipes."""
    return await asyncio.create_subprocess_exec(
        EXCHANGES,
        "tail",
        address,
        *map(str, words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(),
    )
