# ruff: noqa: E501 - a row of a table is a line
"""`exchanges policy show` and `exchanges policy check`."""

import json

import pytest
import re2

from captured_exchanges.redaction import PROFILES, load_policy
from support.cli_process import exchanges, on_terminal

ACME = """\
schema = 1
name = "acme"
version = "7"
[remove]
names = ["badge number"]
[[remove.values]]
name = "employee"
pattern = 'EMP\\d{4}'
gate = "emp"
[keep]
parameters = ["sig"]
[[secrets]]
env = "ACME_TOKEN"
"""


@pytest.fixture
def acme(tmp_path):
    """A policy file."""
    path = tmp_path / "acme.toml"
    path.write_text(ACME)
    return path


@pytest.mark.parametrize("name", PROFILES)
def test_a_policy_shows_all_its_rules(name):
    """In a pipe the record: the identity, and the rules that the hash is made of."""
    outcome = exchanges("policy", "show", name)
    record = json.loads(outcome.out)
    info = PROFILES[name].info()
    assert (outcome.code, record["name"], record["version"], record["hash"]) == (
        0,
        name,
        info.version,
        info.hash,
    )
    assert record["rules"] == json.loads(json.dumps(PROFILES[name].as_json()))


def test_the_default_is_shown_by_default():
    """Without a word, the default profile."""
    assert exchanges("policy", "show").out == exchanges("policy", "show", "default").out


@pytest.mark.parametrize("width", [120, 80, 40])
def test_people_get_groups_with_counts(acme, width):
    """Each group with its count and first rows, within the terminal; a policy's own rows in full."""
    shown = re2.sub(r"\x1b\[[0-9;]*m", "", on_terminal("policy", "show", acme, width=width).out).splitlines()
    strong = sum(len(phrases) for phrases in PROFILES["default"].names.strong.values())
    assert f"  names.strong {strong}" in shown
    assert "  detail full" in shown
    assert shown[shown.index("  names.added 1") + 1] == "    badge_number: badge number"
    assert "  names.exempt 0" not in shown
    patterns = {row for row in shown if len(row) > width}
    assert all(" " not in row.strip() or row.startswith("  hash") for row in patterns)


def test_a_diff_tells_what_is_other(acme):
    """What the policy has more and what it lacks; the same for people, marked with + and -."""
    record = json.loads(exchanges("policy", "show", acme, "--diff", "default").out)
    assert record["against"]["name"] == "default"
    changes = {change["group"]: (change["added"], change["removed"]) for change in record["changes"]}
    assert changes == {
        "names.added": (["badge_number: badge number"], []),
        "urls.exempt": (["sig"], []),
        "remove.values": (["employee: EMP\\d{4} (where 'emp' stands)"], []),
        "secrets": (["environment variable ACME_TOKEN"], []),
    }
    shown = exchanges("policy", "show", "strict", "--diff", "default", "--table").out
    assert "    + strict\n    - full\n" in shown
    assert "the same rules" in exchanges("policy", "show", acme, "--diff", acme, "--table").out


def test_a_good_file_is_a_line(acme):
    """Name, version, hash; secrets are not read, for they are where the connector runs."""
    outcome = exchanges("policy", "check", acme, "--table")
    assert (outcome.code, outcome.out) == (0, f"ok {acme}: acme 7, hash {load_policy(acme).info().hash}\n")
    record = json.loads(exchanges("policy", "check", acme).out)
    assert record == {
        "file": str(acme), "ok": True, "name": "acme", "version": "7", "hash": load_policy(acme).info().hash,
        "problems": [],
    }  # fmt: skip


def test_a_bad_file_is_a_line_for_each_problem(acme, tmp_path):
    """File, line, key, what was expected; exit code 1, and the good file beside it is still told."""
    bad = tmp_path / "bad.toml"
    bad.write_text('schema = 1\nnmae = "x"\n[keep]\nheaders = ["Authorization"]\n')
    outcome = exchanges("policy", "check", bad, acme, "--table")
    assert outcome.code == 1
    assert outcome.out.splitlines() == [
        f"error {bad}:1: name: missing: a policy has a name, which travels with the exchanges",
        f"error {bad}:2: nmae: no such key; did you mean 'name'?",
        f"error {bad}:4: keep.headers[0]: this header carries live credentials, which no exemption can uncover",
        f"ok {acme}: acme 7, hash {load_policy(acme).info().hash}",
    ]
    record = json.loads(exchanges("policy", "check", bad).out)
    assert (record["ok"], record["hash"], [problem["line"] for problem in record["problems"]]) == (
        False,
        None,
        [1, 2, 4],
    )


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["check"], 2, "Missing argument"),
        (["check", "no.toml"], 1, "no.toml: No such file"),
        (["show", "no.toml"], 1, "no.toml: No such file"),
        (["show", "default", "--diff", "strit"], 1, "did you mean 'strict'?"),
        (["shw"], 2, "No such command"),
        ([], 2, "Usage: exchanges policy"),
    ],
)
def test_what_cannot_be_done_is_told(tmp_path, words, code, says):
    """Wrong usage is 2, a policy that is none is 1."""
    outcome = exchanges("policy", *words, cwd=tmp_path)
    assert outcome.code == code
    assert says in outcome.err + outcome.out
    assert "Traceback" not in outcome.err
