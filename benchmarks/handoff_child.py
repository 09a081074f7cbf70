"""One process of the handoff benchmark.

    python -m benchmarks.handoff_child connector|syncer CONTENDER SIZE COUNT SOCKET DATABASE

It says `ready` on stdout, waits for a line or the end of stdin, and then tells its result as a line of
JSON. A parent that dies ends stdin, and with it the process.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import grpc.aio
import orjson

from benchmarks.handoff_ours import OURS
from benchmarks.handoff_plain import BARE, PLAIN
from benchmarks.handoff_side import Contender, exchanges
from captured_exchanges.connector import SERVER_OPTIONS
from captured_exchanges.demo.footprint import Footprint

__all__ = ["CONTENDERS"]

CONTENDERS = {"ours": OURS, "plain": PLAIN, "bare": BARE}
_AT_MOST = 60.0
_OPTIONS = (*SERVER_OPTIONS, ("grpc.max_send_message_length", -1))


async def _connector(contender: Contender, size: int, count: int, socket: str) -> None:
    connector = contender.connector()
    server = grpc.aio.server(options=_OPTIONS)
    server.add_generic_rpc_handlers((connector.handler(),))
    server.add_insecure_port(f"unix:{socket}")
    await server.start()
    idle = Footprint.now()
    connector.fill(exchanges(size, count))
    filled = Footprint.now()
    await _turn()
    await server.stop(None)
    _tell({**idle.report(), "held": filled.idle - idle.idle})


async def _syncer(contender: Contender, count: int, socket: str, database: Path) -> None:
    idle = Footprint.now()
    if not await _turn():
        return
    async with asyncio.timeout(_AT_MOST):
        seconds = await contender.consume(f"unix:{socket}", database, count)
    memory = idle.report()
    with closing(sqlite3.connect(database)) as connection:
        (stored,) = connection.execute("SELECT count(*) FROM v1_exchanges").fetchone()
    assert stored == count, f"{stored} of {count} are stored"
    _tell({**memory, "seconds": seconds})


async def _turn() -> str:
    """Ready; what the parent says next, or nothing where it is gone."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    return await asyncio.to_thread(sys.stdin.readline)


def _tell(result: dict[str, float]) -> None:
    sys.stdout.write(orjson.dumps(result).decode() + "\n")
    sys.stdout.flush()


def _main(arguments: list[str]) -> None:
    role, name, size, count, socket, database = arguments
    if role == "connector":
        asyncio.run(_connector(CONTENDERS[name], int(size), int(count), socket))
    else:
        asyncio.run(_syncer(CONTENDERS[name], int(count), socket, Path(database)))


if __name__ == "__main__":
    _main(sys.argv[1:])
