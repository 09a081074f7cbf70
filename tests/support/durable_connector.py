"""A connector process with a durable spool: `python -m support.durable_connector TARGET FOLDER DIARY LIFE N`.

Without a FOLDER the spool is not durable. Captures N exchanges, and writes to the diary, before each, its
request id, and after a flush how many are flushed; then it waits to be killed, or for SIGTERM. Nobody closes
the buffer.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import grpc.aio

from captured_exchanges.buffer import CaptureBuffer, SpoolOptions
from captured_exchanges.connector import SERVER_OPTIONS, ExchangeProducer, serve_until_stopped
from captured_exchanges.exchange import RedactedExchange
from captured_exchanges.wire import encode_exchange
from support.conservation import conserving
from support.killed_spool import Diary


async def main() -> None:
    """Serve and capture."""
    target, folder, diary, life, count = sys.argv[1:]
    durable = SpoolOptions(Path(folder), durable=True, flush_interval=0.05) if folder else None
    buffer = CaptureBuffer(max_bytes=400_000, spool=durable or SpoolOptions())
    producer = ExchangeProducer("durable", buffer=buffer, heartbeat_interval=0.5)
    server = grpc.aio.server(options=SERVER_OPTIONS)
    producer.attach(server)
    producer.listen(server, target)
    capturing = asyncio.create_task(asyncio.to_thread(_capture, buffer, Path(diary), life, int(count)))
    with conserving(buffer, spooled=True):
        await serve_until_stopped(server, producer, grace=1.0)
    await capturing


def _capture(buffer: CaptureBuffer, diary: Path, life: str, count: int) -> None:
    written = Diary(diary)
    for number in range(count):
        name = f"{life}-{number}"
        written.write(f"A {name}")
        body = b'{"status":200,"body":"' + b"x" * (number * 37 % 2_000) + b'"}'
        exchange = RedactedExchange(name, f"sync-{number % 2}", "http", b'{"kind":"http"}', body, None, 0)
        if buffer.accept(encode_exchange(exchange)) is None:
            written.write(f"D {name}")
        if number % 200 == 199 and buffer.flush(5.0):
            written.write(f"F {number + 1}")


if __name__ == "__main__":
    asyncio.run(main())
