"""Each promise has a test that notices when it is broken: shown by breaking it, in a copy of the package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import captured_exchanges
from support.mutants import MUTANTS

PACKAGE = Path(captured_exchanges.__file__).parent


def run(tests, folder, root):
    """These tests against the package in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(folder)},
        timeout=120,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copied(tmp_path):
    """A copy of the package."""
    return shutil.copytree(
        PACKAGE, tmp_path / "captured_exchanges", ignore=shutil.ignore_patterns("__pycache__")
    )


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_each_mutant_is_caught_by_name(mutant, copied, request):
    """The named test fails, by an assertion or an error of its own, and not for want of a module."""
    module = copied / mutant.module
    source = module.read_text()
    assert source.count(mutant.line) == 1
    module.write_text(source.replace(mutant.line, mutant.instead))
    done = run([f"tests/{mutant.caught_by}"], copied.parent, request.config.rootpath)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout
    assert "1 failed" in done.stdout.splitlines()[-1]


def test_without_a_mutation_they_pass(copied, request):
    """So it is the mutation that they notice."""
    tests = sorted({f"tests/{mutant.caught_by}" for mutant in MUTANTS})
    done = run(tests, copied.parent, request.config.rootpath)
    assert done.returncode == pytest.ExitCode.OK, done.stdout
