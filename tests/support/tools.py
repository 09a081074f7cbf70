"""Programs that a test needs and a machine may lack."""

import os
import shutil

import pytest

_OF_SERVERS = "/usr/sbin"
"""Debian keeps servers where only root looks."""


def require(program: str, hint: str) -> str:
    """The program's path; skips the test, with the hint in one line, where it is not installed."""
    found = shutil.which(program, path=os.pathsep.join((os.environ["PATH"], _OF_SERVERS)))
    if found is None:
        pytest.skip(f"needs {program}: {hint}")
    return found
