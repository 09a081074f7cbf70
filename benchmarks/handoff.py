"""The handoff from end to end, in two processes over a Unix socket, beside a plain loop and the bare limit.

A connector's process holds the exchanges; the clock runs in the syncer's, from dialling until the last one
is durable: with us that is the connector's attestation, committed. What capture costs comes before, and
each keeps what it captured in its own form: we encoded bytes in the buffer, the plain loop messages, the
bare limit whole batches of bytes. Every run has processes and a database of its own; contenders take turns.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias

import orjson

from captured_exchanges.buffer import DEFAULT_MAX_BYTES
from captured_exchanges.security import temporary_private_folder

__all__ = ["measure", "report"]

Result: TypeAlias = dict[str, float]

_SIZES = (200, 1_000, 8_000, 100_000)
_NAMES = ("ours", "plain", "bare")
_ROUNDS = 5
_MOST = 20_000
_FILL = 0.95
_OVERHEAD = 200
_MB = 1_000_000
_RUN_SECONDS = 90.0


def report() -> None:
    """Print exchanges a second and ratios at each size, and the memory that ours takes."""
    for size in _SIZES:
        count = _count(size)
        runs = asyncio.run(measure(size, count, _ROUNDS))
        rates = {name: count / _median(runs[name], "syncer", "seconds") for name in _NAMES}
        print(
            f"handoff {count:>5} of {size:>6} B"
            + "".join(f" {name} {rates[name]:>7.0f}/s" for name in _NAMES)
            + f" {rates['ours'] / rates['plain']:>6.2f} x plain {rates['ours'] / rates['bare']:>6.2f} x bare"
        )
        print(f"  {_memory(runs['ours'])}")


async def measure(
    size: int, count: int, rounds: int, names: Sequence[str] = _NAMES
) -> Mapping[str, list[dict[str, Result]]]:
    """The results of both processes, of each round, of each contender; A B C, C B A, A B C …"""
    runs: dict[str, list[dict[str, Result]]] = defaultdict(list)
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            runs[name].append(await _run(name, size, count))
    return runs


async def _run(name: str, size: int, count: int) -> dict[str, Result]:
    with tempfile.TemporaryDirectory() as folder, temporary_private_folder() as sockets:
        rest = (name, str(size), str(count), str(sockets / "s"), str(Path(folder) / "exchanges.db"))
        async with asyncio.timeout(_RUN_SECONDS), _child("connector", *rest) as connector:
            async with _child("syncer", *rest) as syncer:
                await asyncio.gather(_ready(connector), _ready(syncer))
                taken = await _answer(syncer)
            return {"syncer": taken, "connector": await _answer(connector)}


@asynccontextmanager
async def _child(*arguments: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.handoff_child", *arguments, stdin=PIPE, stdout=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _line(process: Process) -> bytes:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise RuntimeError(f"a process of the benchmark ended with {await process.wait()}: see above")
    return line


async def _ready(process: Process) -> None:
    assert await _line(process) == b"ready\n"


async def _answer(process: Process) -> Result:
    assert process.stdin is not None
    process.stdin.write(b"go\n")
    result: Result = orjson.loads(await _line(process))
    await process.wait()
    return result


def _count(size: int) -> int:
    """As many as the buffer holds, within reason."""
    return min(_MOST, int(DEFAULT_MAX_BYTES * _FILL) // (size + _OVERHEAD))


def _median(runs: Sequence[Mapping[str, Result]], process: str, what: str) -> float:
    return statistics.median(run[process][what] for run in runs)


def _memory(runs: Sequence[Mapping[str, Result]]) -> str:
    connector, syncer = (max(run[process]["growth"] for run in runs) for process in ("connector", "syncer"))
    bound = DEFAULT_MAX_BYTES
    return (
        f"peak memory of ours above idle: connector {connector / _MB:.0f} MB"
        f" (the buffer's bound is {bound / _MB:.0f} MB: {(connector - bound) / _MB:+.0f} MB),"
        f" syncer {syncer / _MB:.0f} MB"
    )
