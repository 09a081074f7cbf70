"""`exchanges doctor`, the command: a file or a target, for people and for programs, and how it ends."""

import json
import sys

import pytest
import re2

from captured_exchanges.store import open_store
from support.cli_process import exchanges, on_terminal
from support.provenance_files import FIXTURES, SyncFile
from support.store_builders import delivery, run

FIFTY = FIXTURES / "go-50.c1z"


@pytest.fixture
def healthy(tmp_path):
    """A file in which nothing is wrong but for its epoch, which nobody drained."""
    path = tmp_path / "x.c1z"
    with open_store(path, "rw") as store:
        store.exchanges().commit(delivery(run(1, 2)))
    return path


def test_a_finding_is_a_record(healthy):
    """In a pipe each finding is a JSON document on a line; without a problem the exit code is 0."""
    outcome = exchanges("doctor", healthy)
    records = [json.loads(line) for line in outcome.out.splitlines()]
    assert (outcome.code, outcome.err) == (0, "")
    assert {tuple(record) for record in records} == {("place", "check", "severity", "what", "todo")}
    assert {record["place"] for record in records} == {str(healthy)}
    assert [(record["check"], record["severity"]) for record in records] == [
        ("format", "ok"),
        ("writer", "ok"),
        ("modes", "ok"),
        ("integrity", "ok"),
        ("schema", "ok"),
        ("exchanges", "ok"),
        ("epochs", "warning"),
        ("gaps", "ok"),
    ]


def test_a_problem_is_exit_1(tmp_path):
    """A problem is a finding like the others, on stdout; the exit code tells of it."""
    path = tmp_path / "cut.c1z"
    path.write_bytes(FIFTY.read_bytes()[:500])
    outcome = exchanges("doctor", path)
    (record,) = [json.loads(line) for line in outcome.out.splitlines()]
    assert (outcome.code, outcome.err) == (1, "")
    assert (record["check"], record["severity"]) == ("opening", "problem")
    assert "truncated" in record["what"]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_people_get_findings_within_their_terminal(healthy, width):
    """Each finding begins with its severity; no line is wider than the terminal; a sum closes it."""
    shown = on_terminal("doctor", healthy, width=width)
    place, *lines = re2.sub(r"\x1b\[[0-9;]*m", "", shown.out).splitlines()
    assert (shown.code, place) == (0, str(healthy))
    assert max(map(len, lines)) <= width
    assert [line.split()[0] for line in lines if line[2] != " "].count("ok") == 7
    assert shown.err == "\n1 warning\n"


def test_colours_follow_the_severity(healthy):
    """On a terminal severities are coloured, with NO_COLOR they are words alone."""
    assert "\x1b[33mwarning" in on_terminal("doctor", healthy).out
    assert "\x1b[3" not in on_terminal("doctor", healthy, NO_COLOR="1").out


def test_a_whole_file_of_baton_is_well(tmp_path):
    """Baton's own file has nothing wrong with it."""
    path = tmp_path / "go.c1z"
    path.write_bytes(FIFTY.read_bytes())
    path.chmod(0o600)
    outcome = exchanges("doctor", path, "--table")
    assert outcome.code == 0
    assert outcome.err == "\nall is well\n"


def test_foreign_text_cannot_act(tmp_path):
    """Names out of a stranger's file are shown with their control characters escaped."""
    file = SyncFile().sync("known").exchange("r\x1b[31m", sync_id="evil\x1b]0;title\x07", request=b"{")
    path = file.save(tmp_path / "x.c1z")
    shown = exchanges("doctor", path, "--table").out
    assert "evil\\x1b]0;title" in shown
    assert all(line.isprintable() for line in shown.split("\n"))


def test_an_address_is_told_from_a_file(tmp_path):
    """What is written as an address is looked for as one, what is written as a path as a file."""
    for place, check in (("unix:no/such", "address"), ("localhost:1", "address"), ("./unix:no", "opening")):
        outcome = exchanges("doctor", place, cwd=tmp_path)
        (record,) = [json.loads(line) for line in outcome.out.splitlines()]
        assert (outcome.code, record["check"], record["severity"]) == (1, check, "problem")


def test_looking_at_a_file_never_imports_grpc(healthy):
    """`exchanges doctor FILE` needs no gRPC."""
    run_it = (
        "import sys; from captured_exchanges.cli import main; code = main(); "
        "print([m for m in ('grpc', 'httpx', 'captured_exchanges.syncer') if m in sys.modules],"
        " file=sys.stderr); sys.exit(code)"
    )
    outcome = exchanges("doctor", healthy, command=(sys.executable, "-c", run_it))
    assert (outcome.code, outcome.err) == (0, "[]\n")
