"""What the tests themselves rely on, however they are started."""

import subprocess
import sys

import pytest


def test_what_a_test_starts_hears_an_interrupt():
    """A child starts with Ctrl-C as it is for a program that somebody has just typed."""
    program = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_so_it_does_in_a_background_job(request):
    """Shells start background jobs with SIGINT ignored, and that is inherited: not by what tests start."""
    that = f"{request.path}::test_what_a_test_starts_hears_an_interrupt"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", that]
    ignoring = ["sh", "-c", 'trap "" INT; exec "$0" "$@"', *command]
    done = subprocess.run(
        ignoring, cwd=request.config.rootpath, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == pytest.ExitCode.OK, done.stdout
