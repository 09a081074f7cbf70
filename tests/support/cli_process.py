"""The real command `exchanges`, in a process of its own, in a pipe or on a terminal."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass
from pathlib import Path

EXCHANGES = str(Path(sys.executable).with_name("exchanges"))
DEADLINE = 60


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    code: int
    out: str
    err: str


def environment(**more):
    """This process's environment without what would change how the command prints."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("EXCHANGES_", "PYTHON", "COV"))}
    unwanted = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "CLICOLOR")
    return {**{k: v for k, v in kept.items() if k not in unwanted}, "TERM": "xterm-256color", **more}


def exchanges(*words, command=(EXCHANGES,), cwd=None, stdin=b"", **more):
    """Run `exchanges WORDS` with its output in pipes; `more` goes into its environment."""
    done = subprocess.run(
        [*command, *map(str, words)],
        capture_output=True,
        timeout=DEADLINE,
        check=False,
        cwd=cwd,
        input=stdin,
        env=environment(**more),
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def on_terminal(*words, width=80, **more):
    """Run `exchanges WORDS` with stdout on a terminal of that width; stderr is kept apart, in a pipe."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    process = subprocess.Popen(
        [EXCHANGES, *map(str, words)],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
        env=environment(**more),
    )
    os.close(theirs)
    try:
        out = b"".join(iter(lambda: _read(ours), b""))
        err = process.stderr.read()
        return Outcome(process.wait(DEADLINE), out.decode().replace("\r\n", "\n"), err.decode())
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
        os.close(ours)


def _read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux: the other side of the terminal is closed
        return b""
