"""The parent's side of the demo's processes: start one, hear its reports, and never leave it behind.

The configuration, credentials included, goes over stdin (see `child`). A child gets a session of its own,
so that Ctrl-C reaches the parent alone, which then ends its children in order; should the parent be
killed, the end of their stdin ends them.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias, TypeVar

import orjson

from captured_exchanges.demo.options import DemoFailed

__all__ = ["Child", "Report", "started", "while_alive"]

Report: TypeAlias = dict[str, Any]
"""One line a child reported: `event`, and what belongs to it."""

_Result = TypeVar("_Result")

TERMINATE_GRACE = 15.0
NOTICE = 1.0
"""Seconds in which the death behind a failure shows."""
STDERR_TAIL = 8192
LINE_LIMIT = 1 << 20


@asynccontextmanager
async def started(
    name: str, module: str, configuration: Mapping[str, object], scrub: Callable[[str], str]
) -> AsyncIterator[Child]:
    """A child running `python -m captured_exchanges.demo.<module>`; on the way out it is ended, and if it
    will not end within 15 s, killed. `scrub` cleans what is quoted of its stderr.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"captured_exchanges.demo.{module}",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            "GRPC_VERBOSITY": "NONE",
            **os.environ,
        },  # its log is nobody's last words
        start_new_session=True,
        limit=LINE_LIMIT,
    )
    child = Child(name, process, scrub)
    try:
        await child.tell(configuration)
        yield child
    finally:
        await child.end()


class Child:
    """A running child. For one event loop."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, scrub: Callable[[str], str]) -> None:
        self.name = name
        self._process = process
        self._scrub = scrub
        self._tail = b""
        self._stdin, self._stdout, self._stderr = _pipes(process)
        self._listening = asyncio.create_task(self._listen())

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def tell(self, configuration: Mapping[str, object]) -> None:
        """Send the configuration: one line. A child that is dead already is found out by `expect`."""
        with suppress(ConnectionError):
            self._stdin.write(orjson.dumps(dict(configuration), option=orjson.OPT_APPEND_NEWLINE))
            await self._stdin.drain()

    async def expect(self, event: str, progress: Callable[[Report], None] | None = None) -> Report:
        """Wait for a report of this event; others go to `progress`. Raises DemoFailed when the child ends
        before it comes.
        """
        while line := await self._stdout.readline():
            told: Report = orjson.loads(line)
            if told["event"] == event:
                return told
            if progress is not None:
                progress(told)
        raise DemoFailed(await self.died())

    async def stop(self) -> Report:
        """Ask it to stop, by SIGTERM, and return its last word, the report `stopped`. Raises DemoFailed
        where it ends without, or with another exit code than 0.
        """
        self._signal(self._process.terminate)
        last = await self.expect("stopped")
        await self.finish()
        return last

    async def finish(self) -> None:
        """Wait until it ends by itself. Raises DemoFailed where its exit code is not 0."""
        if await self._process.wait():
            raise DemoFailed(await self.died())

    async def end(self) -> None:
        """Make sure it is gone: terminate it, wait 15 s, kill it. Does nothing to one that has ended."""
        if self._process.returncode is None:
            self._signal(self._process.terminate)
            try:
                async with asyncio.timeout(TERMINATE_GRACE):
                    await self._process.wait()
            except TimeoutError:
                self._signal(self._process.kill)
                await self._process.wait()
        await self._listening

    def _signal(self, send: Callable[[], None]) -> None:
        with suppress(ProcessLookupError):
            send()

    async def died(self) -> str:
        """Wait until it has ended, and say how: a sentence with its last line on stderr."""
        code = await self._process.wait()
        await self._listening
        lines = self._tail.decode("utf-8", "replace").strip().splitlines()
        last = self._scrub(lines[-1]) if lines else "it said nothing on stderr"
        how = f"ended with exit code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"
        return f"the {self.name} {how}: {last}"

    async def _listen(self) -> None:
        while chunk := await self._stderr.read(STDERR_TAIL):
            self._tail = (self._tail + chunk)[-STDERR_TAIL:]


async def while_alive(work: Awaitable[_Result], *others: Child) -> _Result:
    """The result of `work`, as long as none of the others ends: then DemoFailed says which and how.

    Where both fail at once, the other's end is taken for the cause: `work` may only have noticed it.
    """
    task = asyncio.ensure_future(work)
    deaths = [asyncio.create_task(other.died()) for other in others]
    try:
        await asyncio.wait([task, *deaths], return_when=asyncio.FIRST_COMPLETED)
        if task.done() and task.exception() is not None:
            await asyncio.wait(deaths, timeout=NOTICE, return_when=asyncio.FIRST_COMPLETED)
        for death in deaths:
            if death.done():
                raise DemoFailed(death.result())
        return task.result()
    finally:
        for each in (task, *deaths):
            each.cancel()
        await asyncio.gather(task, *deaths, return_exceptions=True)


def _pipes(
    process: asyncio.subprocess.Process,
) -> tuple[asyncio.StreamWriter, asyncio.StreamReader, asyncio.StreamReader]:
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise TypeError("a child needs all three pipes")
    return process.stdin, process.stdout, process.stderr
