"""How a command ends."""

import os
import select
import signal
import subprocess
import sys

import pytest

from support.cli_process import DEADLINE, EXCHANGES, environment, exchanges
from support.provenance_files import FIXTURES, SyncFile

FIFTY = str(FIXTURES / "go-50.c1z")


@pytest.fixture
def long_file(tmp_path):
    """A file whose listing is much larger than any pipe."""
    file = SyncFile()
    for number in range(40):
        file.exchange(f"r{number}", request={"url": "x" * 100_000})
    return file.save(tmp_path / "long.db")


@pytest.mark.parametrize("form", ["--json", "--table"])
def test_a_closed_pipe_ends_quietly(long_file, form):
    """A reader that has had enough (`| head -1`) is no error: exit 0, not a word."""
    with subprocess.Popen(
        [EXCHANGES, "list", str(long_file), form],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(COLUMNS="9999"),
    ) as process:
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(DEADLINE) == 0


def test_head_sees_one_line_and_no_complaint():
    """The pipeline that people type."""
    pipeline = f'"{EXCHANGES}" list "{FIFTY}" | head -1; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(
        ["bash", "-c", pipeline],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=True,
        env=environment(),
    )
    first, code = done.stdout.splitlines()
    assert first.startswith('{"id":1,')
    assert (code, done.stderr) == ("0", "")


def test_both_ends_closed_is_still_quiet():
    """Errors that nobody can read any more raise nothing either."""
    done = subprocess.run(
        ["bash", "-c", f'"{EXCHANGES}" list /nonexistent 2>&1 | true; echo "${{PIPESTATUS[0]}}"'],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=True,
        env=environment(),
    )
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_no_stdout_at_all_is_no_crash():
    """`>&-`: there is nowhere to write to, and that is fine."""
    done = subprocess.run(
        ["sh", "-c", f'exec "{EXCHANGES}" list "{FIFTY}" --table >&-'],
        stderr=subprocess.PIPE,
        timeout=DEADLINE,
        check=False,
        env=environment(),
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110 - a device
@pytest.mark.parametrize("form", ["--json", "--table"])
def test_output_that_cannot_be_written_is_an_error(form):
    """A full disk under stdout: exit 1 and one line, not a silent success."""
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [EXCHANGES, "list", FIFTY, form],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=DEADLINE,
            check=False,
            env=environment(),
        )
    assert done.returncode == 1
    assert b"error: No space left on device\n" in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_interrupt_is_exit_130(long_file):
    """Ctrl-C while output waits for its reader: exit 130 at once, no traceback."""
    with subprocess.Popen(
        [EXCHANGES, "list", str(long_file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert select.select([process.stdout], [], [], DEADLINE)[0]
        process.send_signal(signal.SIGINT)
        assert process.wait(DEADLINE) == 130
        assert b"Traceback" not in process.stderr.read()


def _with_a_bug(**more):
    """`exchanges list`, whose way to a file raises what nobody expects."""
    run = (
        "import sys; from captured_exchanges.cli import main, list\n"
        "def broken(*_): raise LookupError('captured \\x1b[31m secret')\n"
        "list.open_to_read = broken\n"
        "sys.exit(main())"
    )
    return exchanges("list", FIFTY, command=(sys.executable, "-c", run), **more)


def test_a_bug_is_one_line_that_says_how_to_see_more():
    """An unexpected error is told by its type alone: what it says may hold captured data."""
    outcome = _with_a_bug()
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert "LookupError" in outcome.err
    assert "EXCHANGES_DEBUG=1" in outcome.err
    assert "secret" not in outcome.err


def test_who_asks_for_it_gets_the_traceback():
    """EXCHANGES_DEBUG=1 and --debug show where an error comes from."""
    told = _with_a_bug(EXCHANGES_DEBUG="1").err
    assert "in broken" in told
    assert "\x1b" not in told
    outcome = exchanges("--debug", "list", "/nonexistent")
    assert (outcome.code, "Traceback" in outcome.err) == (1, True)
