"""Programs that a test needs and a machine may lack."""

import shutil

import pytest


def require(program: str, hint: str) -> str:
    """The program's path; skips the test, with the hint in one line, where it is not installed."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"needs {program}: {hint}")
    return found
