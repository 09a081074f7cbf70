"""The child's side of the demo's processes: what the directory, the connector and the syncer share.

A child reads one line of JSON from stdin, its configuration with the credentials in it: arguments and
environment are visible to others, a pipe is not. It reports on stdout, one JSON object a line. It stops
when stdin ends, so that no child outlives a parent that was killed; the two asyncio children also stop
on SIGTERM. The parent's side is `processes`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from typing import Any

import orjson

from captured_exchanges.errors import CapturedExchangesError

__all__ = ["read_configuration", "report", "run_child", "stop_requested", "wait_for_parent"]

STDIN = 0


def read_configuration() -> dict[str, Any]:
    """The first line of stdin."""
    configuration: dict[str, Any] = orjson.loads(sys.stdin.buffer.readline())
    return configuration


def report(event: str, **fields: object) -> None:
    """One line of JSON to the parent. From one thread at a time."""
    sys.stdout.buffer.write(orjson.dumps({"event": event, **fields}, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def wait_for_parent() -> None:
    """Block until the parent closes stdin or dies."""
    while os.read(STDIN, 4096):
        pass


def run_child(work: Coroutine[Any, Any, int]) -> int:
    """Run an asyncio child to its exit code. What this package says on purpose becomes the last line of
    stderr, without a traceback: the parent quotes it.
    """
    try:
        return asyncio.run(work)
    except CapturedExchangesError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def stop_requested() -> asyncio.Event:
    """An event that is set by SIGTERM and by the end of stdin. Call it in the running loop, once."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)

    def parent_spoke() -> None:
        if not os.read(STDIN, 4096):
            loop.remove_reader(STDIN)
            stop.set()

    loop.add_reader(STDIN, parent_spoke)
    return stop
