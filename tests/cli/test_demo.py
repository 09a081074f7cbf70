"""`exchanges demo`: that the command line reaches the demo; the demo itself is tested in its own room."""

import json
import sys

import pytest

from support.cli_process import exchanges


def test_options_reach_the_demo(tmp_path):
    """Size and place of the demo are the ones asked for, and its file is one that the other commands read."""
    pytest.importorskip("scim2_server")
    path = tmp_path / "small.c1z"
    options = ("--users", 3, "--groups", 2, "--policy", "strict")
    outcome = exchanges("demo", "--out", path, *options)
    assert outcome.code == 0, outcome.err
    assert "Traceback" not in outcome.err
    records = [json.loads(line) for line in exchanges("list", path).out.splitlines()]
    assert records
    assert {record["response"]["body"]["reason"] for record in records} == {"policy"}
    explained = exchanges("explain", path, "user")
    assert json.loads(explained.out)["dangling"] == []


@pytest.mark.parametrize("words", [("--users", "0"), ("--groups", "x"), ("--out",), ("extra",)])
def test_a_wrong_option_starts_nothing(words):
    """Wrong usage is told before anything is started."""
    outcome = exchanges("demo", *words)
    assert (outcome.code, outcome.out) == (2, "")


def test_a_policy_that_cannot_be_used_starts_nothing(tmp_path):
    """The file's line and key, by the option as by the variable; nothing is started, nothing written."""
    (tmp_path / "acme.toml").write_text("schema = 1\n")
    by_option = exchanges("demo", "--policy", "acme.toml", cwd=tmp_path)
    by_variable = exchanges("demo", cwd=tmp_path, EXCHANGES_POLICY="acme.toml")
    for outcome in (by_option, by_variable):
        assert (outcome.code, outcome.out) == (1, "")
        assert outcome.err.startswith("error: acme.toml:1: name: missing")
    assert [path.name for path in tmp_path.iterdir()] == ["acme.toml"]


def test_a_file_in_the_way_is_one_line(tmp_path):
    """A file that is no demo's is not replaced: exit 1, one line, the file untouched."""
    path = tmp_path / "mine.c1z"
    path.write_bytes(b"precious")
    outcome = exchanges("demo", "--out", path)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in outcome.err
    assert path.read_bytes() == b"precious"


def test_without_its_extra_the_demo_names_it():
    """A missing library is a sentence that names the extra to install."""
    run = (
        "import importlib.util, sys; from captured_exchanges.cli import main\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *_: None if name == 'scim2_server' else find(name)\n"
        "sys.exit(main())"
    )
    outcome = exchanges("demo", command=(sys.executable, "-c", run))
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert "captured-exchanges[demo]" in outcome.err
