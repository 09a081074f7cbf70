"""A real shell on a terminal, and somebody who types into it."""

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import re2

from support.cli_process import DEADLINE, environment

ESCAPES = re2.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|[\x07\x08\r]")
PROMPT = "ready> "


class TypingShell:
    """What is typed, and what stands on the screen since."""

    def __init__(self, terminal):
        self._terminal = terminal
        self._seen = ""

    def type(self, text):
        """Press keys; what stood on the screen before is forgotten."""
        self._seen = ""
        os.write(self._terminal, text.encode())

    def expect(self, text):
        """Wait until this stands on the screen; everything on it since the last key."""
        end = time.monotonic() + DEADLINE
        while text not in ESCAPES.sub("", self._seen):
            ready, _, _ = select.select([self._terminal], [], [], max(0, end - time.monotonic()))
            assert ready, f"{text!r} never came, but {self._seen!r}"
            self._seen += os.read(self._terminal, 65536).decode(errors="replace")
        return ESCAPES.sub("", self._seen)

    def run(self, command):
        """Type a command and wait for the next prompt."""
        self.type(f"{command}\n")
        self.expect(f"\n{PROMPT}")

    def complete(self, line, expected):
        """Type a line, press Tab, wait for this on the screen, and clear the line."""
        self.type(f"{line}\t")
        shown = self.expect(expected)
        self.type("\x15")  # ^U
        self.run("")
        return shown


@contextlib.contextmanager
def typing(words, folder, **more):
    """A shell that runs so in a folder, with `exchanges` on its path."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    process = subprocess.Popen(
        words,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        start_new_session=True,
        env=environment(PATH=path, PS1=PROMPT, HOME=str(folder), **{"TERM": "dumb", **more}),
    )
    os.close(theirs)
    try:
        yield TypingShell(ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
