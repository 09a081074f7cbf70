"""Processes that meet a bad end: a script run in a child, with what a test wants to see in its output."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TESTS = Path(__file__).parent.parent
_PRELUDE = f"import sys; sys.path.insert(0, {str(TESTS)!r})\n"


@contextmanager
def child(script: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A running script; killed at the end of the block where it still lives."""
    command = [sys.executable, "-c", _PRELUDE + script, *map(str, arguments)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def output(script: str, *arguments: object) -> str:
    """What a script prints until it ends; its errors fail the test."""
    with child(script, *arguments) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out
