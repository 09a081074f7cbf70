import asyncio
import os
import signal
import sys

import psutil
import pytest

from captured_exchanges.demo.options import DemoFailed
from captured_exchanges.demo.processes import started


def whole(text):
    return text


async def test_a_child_reports_and_is_gone_afterwards():
    """A child's reports arrive, and leaving the context ends it."""
    async with started("directory", "directory", {"token": "t"}, whole) as child:
        assert (await child.expect("ready"))["url"].startswith("http://127.0.0.1:")
        assert psutil.Process(child.pid).is_running()
    assert not psutil.pid_exists(child.pid)


async def test_a_child_that_dies_is_named_with_its_last_words_cleaned():
    """A child that ends early is told by name, exit code and its last line on stderr, scrubbed."""
    async with started("directory", "directory", {}, lambda text: text.replace("token", "###")) as child:
        with pytest.raises(DemoFailed, match=r"^the directory ended with exit code 1: KeyError: '###'$"):
            await child.expect("ready")


async def test_a_child_that_ignores_sigterm_is_killed(monkeypatch):
    """A stopped child, which no SIGTERM reaches, is killed when its grace is over."""
    monkeypatch.setattr("captured_exchanges.demo.processes.TERMINATE_GRACE", 0.2)
    async with started("directory", "directory", {"token": "t"}, whole) as child:
        await child.expect("ready")
        os.kill(child.pid, signal.SIGSTOP)
    assert not psutil.pid_exists(child.pid)


async def test_ctrl_c_of_the_terminal_does_not_reach_a_child():
    """A child is in a process group of its own."""
    async with started("directory", "directory", {"token": "t"}, whole) as child:
        await child.expect("ready")
        assert os.getpgid(child.pid) == child.pid != os.getpgid(0)


async def test_a_killed_parent_leaves_no_child_behind():
    """When the parent is killed with SIGKILL its child ends by itself."""
    program = """
import asyncio
from captured_exchanges.demo.processes import started
async def main():
    async with started("directory", "directory", {"token": "t"}, str) as child:
        await child.expect("ready")
        print(child.pid, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )
    child = psutil.Process(int(await parent.stdout.readline()))
    parent.kill()
    await parent.wait()
    await asyncio.to_thread(psutil.wait_procs, [child], timeout=30)
    assert not child.is_running()
