"""Who notices that an event loop is blocked."""

import asyncio
import os
import signal
import subprocess
import sys
import threading

import pytest

from captured_exchanges.telemetry import counters
from captured_exchanges.telemetry.watchdog import LoopWatchdog

LIMIT = 0.1
STOPPED = """
import asyncio, logging, sys
from captured_exchanges.telemetry.watchdog import LoopWatchdog
logging.basicConfig(stream=sys.stdout)
async def main():
    with LoopWatchdog(0.2):
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        await asyncio.sleep(0.5)
asyncio.run(main())
"""


def blocked():
    """How many blocks were counted in this process."""
    return counters().get("telemetry.loop_blocked", 0)


def hold_until_told(caplog, word):
    """What no coroutine should do: wait for something that is not of the loop."""
    assert word
    until_said(caplog, "stood still for")


def until_said(caplog, words):
    """Wait for a line of the log, from whatever thread."""
    for _ in range(1000):
        if any(words in record.getMessage() for record in caplog.records):
            return
        threading.Event().wait(0.01)
    raise AssertionError(caplog.text)


async def test_a_blocked_loop_is_told_once_with_its_place_and_without_values(caplog):
    """Where it stands and for how long, while it stands; its end is told too."""
    before = blocked()
    with LoopWatchdog(LIMIT):
        hold_until_told(caplog, word="alice@example.org")
        threading.Event().wait(3 * LIMIT)
        async with asyncio.timeout(20):
            while "goes on" not in caplog.text:  # noqa: ASYNC110 - the log tells nobody
                await asyncio.sleep(0.01)
    first, last = (record.getMessage() for record in caplog.records)
    assert "until_said" in first
    assert "hold_until_told" in first
    assert "alice" not in caplog.text
    assert last.startswith("the event loop goes on; it stood still for 0.")
    assert blocked() == before + 1


async def test_a_loop_that_moves_is_left_in_peace(caplog):
    """However busy it is; and no thread is left."""
    before = blocked()
    with LoopWatchdog(5.0):
        for _ in range(1000):
            await asyncio.sleep(0)
    assert (caplog.records, blocked()) == ([], before)
    assert all(thread.name != "exchange-watchdog" for thread in threading.enumerate())


def test_a_loop_that_is_closed_under_it_ends_it():
    """The thread has nobody to ask."""
    loop = asyncio.new_event_loop()
    watchdog = LoopWatchdog(LIMIT)

    async def begin():
        watchdog.__enter__()

    loop.run_until_complete(begin())
    loop.close()
    watchdog._thread.join(20)
    assert not watchdog._thread.is_alive()
    watchdog.__exit__(None, None, None)


def test_a_process_that_was_stopped_has_not_blocked_its_loop():
    """SIGSTOP and SIGCONT, as a debugger or a sleeping machine does it: not a word."""
    with subprocess.Popen(
        [sys.executable, "-c", STOPPED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        os.kill(process.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        threading.Event().wait(1.0)
        os.kill(process.pid, signal.SIGCONT)
        out, _ = process.communicate("go on\n", timeout=20)
    assert (process.returncode, out) == (0, "")


@pytest.mark.parametrize("limit", [0, -1.0])
def test_a_limit_is_above_zero(limit):
    """Anything else is a mistake."""
    with pytest.raises(ValueError, match="limit is"):
        LoopWatchdog(limit)
