"""Showing credentials from the command line, to real connectors on real ports."""

import asyncio
import json
import subprocess
import sys

import pytest

from captured_exchanges.security import dump_access, issue_run_credentials, new_token
from support.access_files import written
from support.access_servers import serving
from support.cli_process import DEADLINE, EXCHANGES, Outcome, environment, exchanges

COMMANDS = {
    "tail": (),
    "stats": ("--wait", "0"),
    "consume": ("--store", "mine.db", "--sync-id", "s", "--drain", "--drain-timeout", "5"),
}


async def run(folder, command, address, *words, stdin=b""):
    """Run a command to its end, its credentials on stdin where they are given there."""
    process = await asyncio.create_subprocess_exec(
        EXCHANGES, command, address, *COMMANDS[command], *map(str, words),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, env=environment(),
    )  # fmt: skip
    async with asyncio.timeout(DEADLINE):
        out, err = await process.communicate(stdin)
    return Outcome(process.returncode, out.decode(), err.decode())


@pytest.mark.parametrize("command", COMMANDS)
async def test_each_command_shows_what_it_is_given(command, tmp_path):
    """A token on stdin and in a file, a run's credentials on stdin, certificates from files."""
    token, tls = new_token(), issue_run_credentials()
    handed = tmp_path / "credentials.json"
    handed.touch(mode=0o600)
    handed.write_bytes(dump_access(token))
    ca, cert, key = written(tls.syncer, tmp_path)
    files = ("--ca", ca, "--cert", cert, "--key", key)
    ways = [
        (token, ("--credentials", "-"), dump_access(token)),
        (token, ("--credentials", handed), b""),
        (tls.connector, ("--credentials", "-"), dump_access(tls.syncer)),
        (tls.connector, files, b""),
        (tls.connector, (*files, "--peer-name", tls.syncer.peer_name), b""),
    ]
    for number, (theirs, words, stdin) in enumerate(ways):
        async with serving("aio", theirs) as served:
            served.capture()
            (tmp_path / str(number)).mkdir()
            outcome = await run(tmp_path / str(number), command, served.address, *words, stdin=stdin)
        assert outcome.code == 0, outcome.err
        assert json.loads(outcome.out.splitlines()[0])
        assert token.value not in outcome.out + outcome.err


@pytest.mark.parametrize("command", COMMANDS)
async def test_wrong_credentials_are_a_sentence(command, tmp_path):
    """What the connector refuses is told with its cause: exit 1, no traceback, nothing of gRPC's own log."""
    token, tls, wrong = new_token(), issue_run_credentials(), issue_run_credentials()
    for theirs, ours, says in (
        (token, new_token(), "not the bearer token"),
        (tls.connector, wrong.syncer, "not signed by the CA that was given"),
    ):
        async with serving("aio", theirs) as served:
            outcome = await run(
                tmp_path, command, served.address, "--credentials", "-", stdin=dump_access(ours)
            )
        assert outcome.code == 1
        assert outcome.out == ""
        assert says in outcome.err
        assert "Traceback" not in outcome.err
        assert ".cc:" not in outcome.err


async def test_without_credentials_a_port_is_refused(tmp_path):
    """The sentence names the option."""
    outcome = await run(tmp_path, "tail", "127.0.0.1:1")
    assert outcome.code == 1
    assert "--credentials" in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--ca", "a"), "--cert, --key is missing"),
        (("--cert", "a", "--key", "b"), "--ca is missing"),
        (("--peer-name", "x"), "--ca, --cert, --key is missing"),
        (("--credentials", "-", "--key", "x"), "leave --key out"),
        (("--credentials", "-", "--peer-name", "x"), "leave --peer-name out"),
    ],
)
def test_options_that_do_not_fit_together_are_wrong_usage(words, says):
    """Exit 2, and which one it is."""
    outcome = exchanges("tail", "127.0.0.1:1", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert says in outcome.err


def test_credentials_for_a_file_are_wrong_usage(tmp_path):
    """They would go nowhere."""
    done = subprocess.run(
        [EXCHANGES, "stats", tmp_path / "sync.db", "--credentials", "-"],
        input=dump_access(new_token()), capture_output=True, timeout=DEADLINE, check=False, env=environment(),
    )  # fmt: skip
    assert done.returncode == 2
    assert b"TARGET" in done.stderr


def test_an_ipv6_target_is_no_file():
    """Brackets and colons are an address, to `stats` too."""
    outcome = exchanges("stats", "[::1]:1")
    assert outcome.code == 1
    assert "--credentials" in outcome.err


def test_a_secret_file_that_others_may_read_is_refused(tmp_path):
    """Of both kinds; nothing of it is shown."""
    tls = issue_run_credentials().syncer
    ca, cert, key = written(tls, tmp_path)
    handed = tmp_path / "credentials.json"
    handed.write_bytes(dump_access(tls))
    for path, words in (
        (key, ("--ca", ca, "--cert", cert, "--key", key)),
        (handed, ("--credentials", handed)),
    ):
        path.chmod(0o644)
        outcome = exchanges("tail", "127.0.0.1:1", *words)
        assert (outcome.code, outcome.err.count("\n")) == (1, 1)
        assert f"chmod 600 {path}" in outcome.err


@pytest.mark.parametrize("line", [b"", b"{}\n", b'{"bearer_token": "short"}\n'])
def test_what_is_no_line_of_credentials_is_a_sentence(line):
    """Nothing came, or something else."""
    done = subprocess.run(
        [EXCHANGES, "tail", "127.0.0.1:1", "--credentials", "-"],
        input=line, capture_output=True, timeout=DEADLINE, check=False, env=environment(),
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (1, b"", 1)
    assert done.stderr.startswith(b"error: ")
    assert b"short" not in done.stderr


def test_help_loads_no_grpc():
    """The options cost nothing to those who only ask."""
    program = (
        "import sys; from captured_exchanges.cli import access_options\n"
        "assert not {'grpc', 'cryptography'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
