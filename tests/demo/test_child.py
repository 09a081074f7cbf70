import asyncio
import signal
import subprocess
import sys

import orjson
import pytest

STOPPING = """
import asyncio
from captured_exchanges.demo.child import read_configuration, report, run_child, stop_requested
async def work():
    stop = stop_requested()
    report("ready", heard=configuration["secret"])
    await stop.wait()
    return 7
configuration = read_configuration()
raise SystemExit(run_child(work()))
"""
FAILING = """
from captured_exchanges.demo import DemoFailed
from captured_exchanges.demo.child import run_child
async def work():
    raise DemoFailed("it does not work")
raise SystemExit(run_child(work()))
"""


@pytest.mark.parametrize("how", ["end of stdin", "SIGTERM"])
def test_hears_its_configuration_reports_and_stops(how):
    """A child reads its configuration off stdin, and stops in order when stdin ends or on SIGTERM."""
    command = [sys.executable, "-c", STOPPING]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(b'{"secret": "s"}\n')
        process.stdin.flush()
        assert orjson.loads(process.stdout.readline()) == {"event": "ready", "heard": "s"}
        if how == "SIGTERM":
            process.send_signal(signal.SIGTERM)
        else:
            process.stdin.close()
        assert process.wait(timeout=30) == 7


async def test_what_is_said_on_purpose_has_no_traceback():
    """An error of this package is the one line on stderr, and the exit code is 1."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FAILING, stderr=asyncio.subprocess.PIPE
    )
    _, err = await process.communicate()
    assert (process.returncode, err) == (1, b"it does not work\n")
