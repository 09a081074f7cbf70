"""`exchanges demo --serve --debug-socket`: looking into a connector where nobody can become its owner."""

import json
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from support.cli_process import exchanges
from support.demo_live import live_demo
from support.tools import require

DOC = (Path(__file__).parents[2] / "docs/access.md").read_text()
PATH = "run/debug.sock"


def test_it_shows_all_and_gives_nothing_away(tmp_path):
    """As docs/access.md has it: a look sees what is held, who wants to own is told no, and the socket goes
    with the demo.
    """
    pytest.importorskip("scim2_server")
    (command,) = [line for line in DOC.splitlines() if "--debug-socket" in line and line.startswith("exch")]
    words = shlex.split(command)
    assert words == ["exchanges", "demo", "--serve", "--debug-socket", PATH, "--channelz"]
    (tmp_path / "run").mkdir(mode=0o700)
    address = f"unix:{tmp_path / PATH}"
    with live_demo(tmp_path, *words[2:]) as demo:
        demo.read_until("SOCKET=")
        demo.read_until(f"grpcurl -plaintext {address} list")
        seen = exchanges("tail", address, "--json")
        assert seen.code == 0, seen.err
        assert {json.loads(line)["type"] for line in seen.out.splitlines()} >= {"exchange"}
        owned = exchanges("consume", address, "--store", tmp_path / "mine.db", "--sync-id", "s", "--drain")
        assert owned.code == 1
        assert "observer" in owned.err
        assert demo.finish(signal.SIGINT) == 130
    assert list((tmp_path / "run").iterdir()) == []


def test_grpcurl_finds_channelz_there(tmp_path):
    """The printed line works as printed."""
    pytest.importorskip("scim2_server")
    require("grpcurl", "see .ci/run")
    (tmp_path / "run").mkdir(mode=0o700)
    with live_demo(tmp_path, "--serve", "--debug-socket", PATH, "--channelz") as demo:
        demo.read_until("SOCKET=")
        demo.read_until("run/debug.sock list")
        listed = subprocess.run(
            shlex.split(demo.printed[-1]), capture_output=True, text=True, check=True, timeout=60
        )
        assert demo.finish(signal.SIGINT) == 130
    assert "grpc.channelz.v1.Channelz" in listed.stdout.split()


@pytest.mark.parametrize(
    ("words", "missing"),
    [(("--debug-socket", "s"), "--serve"), (("--serve", "--channelz"), "--debug-socket")],
)
def test_it_is_for_a_demo_that_stays(words, missing):
    """Wrong usage is told before anything is started."""
    outcome = exchanges("demo", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert missing in outcome.err


def test_an_open_folder_is_one_line(tmp_path):
    """The demo ends with the sentence of the rule."""
    pytest.importorskip("scim2_server")
    (tmp_path / "open").mkdir(mode=0o755)
    outcome = exchanges(
        "demo", "--users", 2, "--groups", 1, "--serve", "--debug-socket", "open/s", cwd=tmp_path
    )
    assert (outcome.code, outcome.out) == (1, "")
    assert "must be 0700" in outcome.err.splitlines()[-1]
