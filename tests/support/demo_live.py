"""A demo that is still running: wait for a step of it, do something to it, see what stays."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from support.cli_process import EXCHANGES, environment

DEADLINE = 120
SMALL = ("--users", "25", "--groups", "3")
GRPCURL = shutil.which("grpcurl")
INTERRUPTIBLE = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""A background job of a shell starts with SIGINT ignored, and Python would leave it so. Not by `preexec_fn`:
with that Python forks, and what gRPC starts anew in a fork has killed it before it became the demo (seen).
"""


@dataclass
class LiveDemo:
    """`exchanges demo` in `folder`, its temporary files in `folder`/tmp."""

    folder: Path
    process: subprocess.Popen
    printed: list[str] = field(default_factory=list)
    err: str = ""

    def wait_for(self, beginning: str) -> list[psutil.Process]:
        """Read stderr until a step's line begins so; the processes that run by then."""
        for line in self.process.stderr:
            self.err += line
            if line.startswith(beginning):
                return psutil.Process(self.process.pid).children(recursive=True)
        raise AssertionError(f"it ended before {beginning!r}: {self.err}")

    def child(self, name: str) -> psutil.Process:
        """The process of that name, as soon as it runs."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            for child in psutil.Process(self.process.pid).children():
                with suppress(psutil.Error):
                    if f"captured_exchanges.demo.{name}" in child.cmdline():
                        return child
            threading.Event().wait(0.02)
        raise AssertionError(f"no process {name!r}: {self.err}")

    def read_until(self, part: str) -> None:
        """Read stdout until a line with this in it."""
        for line in self.process.stdout:
            self.printed.append(line.rstrip("\n"))
            if part in line:
                return
        raise AssertionError(f"it ended before {part!r}: {self.printed}{self.process.stderr.read()}")

    def finish(self, number: int | None = None) -> int:
        """Send it a signal, if given, and wait for its end; the exit code."""
        if number is not None:
            self.process.send_signal(number)
        out, err = self.process.communicate(timeout=DEADLINE)
        self.printed += out.splitlines()
        self.err += err
        return self.process.returncode

    def leftovers(self) -> list[str]:
        """What lies in its folders."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))


@contextmanager
def live_demo(folder: Path, *words: str) -> Iterator[LiveDemo]:
    """Start a small demo; kill it at the end, whatever happened."""
    (folder / "tmp").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, EXCHANGES, "demo", *SMALL, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment(TMPDIR=str(folder / "tmp")),
    )
    try:
        yield LiveDemo(folder, process)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
