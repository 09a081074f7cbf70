# ruff: noqa: E501 - a row of a table is a line
"""`exchanges redact`: each kind of file, in a pipe, on a terminal, and how it ends."""

import json

import pytest
import re2

from captured_exchanges.redaction import DEFAULT_POLICY
from support.cli_process import exchanges, on_terminal
from support.redaction_exchanges import fresh_secret

SECRET = fresh_secret(17)
TAG = r"(?::[0-9a-f]{6})?"
KINDS = {
    "json": (f'{{"user": "bob", "password": "{SECRET}"}}', '{\n  "user": "bob",\n  "password": "[REDACTED:name.password]"\n}\n'),
    "ndjson": (f'{{"a":1}}\n{{"token":"{SECRET}"}}\n', '{"a":1}\n{"token":"[REDACTED:name.token]"}\n'),
    "form": (f"user=bob&password={SECRET}", "user=bob&password=[REDACTED:name.password]\n"),
    "text": (f"hello bob, password={SECRET} and more\n", "hello bob, password=[REDACTED:text.password] and more\n"),
    "sql": (
        f"UPDATE users SET password = '{SECRET}' WHERE name = 'bob'\n",  # noqa: S608 - nobody runs it
        "UPDATE users SET password = '[REDACTED:name.password]' WHERE name = 'bob'\n",
    ),
    "http": (
        f"GET /users?api_key={SECRET} HTTP/1.1\nHost: x.test\n\n",
        "GET /users?api_key=[REDACTED:url.api_key] HTTP/1.1\nHost: x.test\n\n",
    ),
}  # fmt: skip


def plain(text):
    """Text whose markers have no tags, which differ from run to run."""
    return re2.sub(rf"(\[REDACTED:[a-z_.]+){TAG}\]", r"\1]", text)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left_goes_to_stdout_and_why_to_stderr(tmp_path, kind):
    """The kind is told by looking; the result is such a file again, the reasons stand beside it."""
    given, left = KINDS[kind]
    (tmp_path / "x").write_text(given)
    outcome = exchanges("redact", "x", cwd=tmp_path, COLUMNS="140")
    assert (outcome.code, plain(outcome.out)) == (0, left)
    first, *removals = outcome.err.splitlines()
    assert first == f"x ({kind}): 1 removed by policy default {DEFAULT_POLICY.version}"
    assert len(removals) == 1
    assert SECRET not in outcome.out + outcome.err
    assert (tmp_path / "x").read_text() == given


def test_one_document_has_it_all(tmp_path):
    """--json: the file, its kind, the policy, each removal with its reason, and what is left."""
    (tmp_path / "x.json").write_text(f'{{"n": 12345678901234567890123, "password": "{SECRET}"}}')
    outcome = exchanges("redact", "x.json", "--json", cwd=tmp_path)
    record = json.loads(outcome.out)
    info = DEFAULT_POLICY.info()
    assert record["policy"] == {"name": info.name, "version": info.version, "hash": info.hash}
    assert record["removals"] == [
        {"entry": 0, "part": "", "path": "/password", "rule": "name.password", "why": "the name means a secret: password"}
    ]  # fmt: skip
    assert (record["file"], record["kind"]) == ("x.json", "json")
    assert record["redacted"]["n"] == 12345678901234567890123
    assert (outcome.code, outcome.err) == (0, "")


def test_stdin_and_files_are_told_apart(tmp_path):
    """`-` is stdin; several files are redacted one after the other, a document each."""
    (tmp_path / "x.json").write_text("{}")
    outcome = exchanges("redact", "-", "x.json", "--json", cwd=tmp_path, stdin=KINDS["form"][0].encode())
    records = [json.loads(line) for line in outcome.out.splitlines()]
    assert [(record["file"], record["kind"], len(record["removals"])) for record in records] == [
        ("-", "form", 1),
        ("x.json", "json", 0),
    ]


def test_a_check_fails_where_anything_would_be_removed(tmp_path):
    """For CI: the removals alone, exit code 1; 0 where all would stay."""
    (tmp_path / "bad.json").write_text(KINDS["json"][0])
    (tmp_path / "good.json").write_text('{"user": "bob"}')
    bad = exchanges("redact", "good.json", "bad.json", "--check", cwd=tmp_path)
    assert (bad.code, bad.out) == (1, "")
    assert "/password  name.password" in bad.err
    good = exchanges("redact", "good.json", "--check", "--json", cwd=tmp_path)
    assert (good.code, json.loads(good.out)["removals"]) == (0, [])
    assert "redacted" not in json.loads(good.out)


@pytest.mark.parametrize(
    ("policy", "left"),
    [("strict", "[omitted: policy]\n"), ("acme.toml", '{\n  "user": "bob",\n  "password": "'), ("", None)],
)
def test_a_policy_is_tried(tmp_path, policy, left):
    """By its name or file, by the option or the variable."""
    (tmp_path / "acme.toml").write_text('schema = 1\nname = "acme"\n[keep]\nnames = ["password"]\n')
    (tmp_path / "x.json").write_text(KINDS["json"][0])
    by_option = exchanges("redact", "x.json", "--policy", policy or "default", cwd=tmp_path)
    by_variable = exchanges("redact", "x.json", cwd=tmp_path, EXCHANGES_POLICY=policy)
    assert plain(by_option.out) == plain(by_variable.out)
    assert by_option.out.startswith(left or "{")
    assert (SECRET in by_option.out) == (policy == "acme.toml")


def test_the_kind_can_be_said(tmp_path):
    """Where looking would tell another."""
    (tmp_path / "x").write_text(KINDS["json"][0])
    outcome = exchanges("redact", "x", "--as", "text", cwd=tmp_path)
    assert "x (text): 1 removed" in outcome.err


def test_an_omitted_body_is_a_removal(tmp_path):
    """With the reason in words."""
    (tmp_path / "x").write_bytes(b"\x00\x01\x02")
    outcome = exchanges("redact", "x", "--check", cwd=tmp_path)
    assert outcome.code == 1
    assert "left out as a whole: binary" in outcome.err


@pytest.mark.parametrize("width", [120, 80, 40])
def test_a_terminal_is_acted_on_by_nobody(tmp_path, width):
    """Control characters of a file are shown, not obeyed; markers stand out; reasons fit the width."""
    (tmp_path / "x").write_text(f"a\u202eb password={SECRET}\n")
    shown = on_terminal("redact", tmp_path / "x", width=width, COLUMNS=str(width))
    assert "a\\u202eb" in shown.out
    assert "\x1b[1;30;43m[REDACTED:text.password" in shown.out
    assert all(len(line) <= width for line in shown.err.splitlines()[1:])
    assert "\x1b[" not in on_terminal("redact", tmp_path / "x", width=width, NO_COLOR="1").out.replace("\x1b[1m", "").replace("\x1b[0m", "")  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ([], 2, "Missing argument"),
        (["nowhere.json"], 1, "nowhere.json: No such file"),
        (["x", "--max-size", "8"], 1, "x has more than the 8 bytes that --max-size allows"),
        (["x", "--as", "picture"], 2, "--as"),
        (["x", "--as", "har"], 1, "x: this is no HAR"),
        (["x", "--policy", "strit"], 1, "did you mean 'strict'?"),
        (["x", "--policy", "bad.toml"], 1, "bad.toml:1: name: missing"),
    ],
)
def test_what_cannot_be_done_is_one_line_without_the_secret(tmp_path, words, code, says):
    """No traceback, and nothing of what was read."""
    (tmp_path / "x").write_text(f"password={SECRET}")
    (tmp_path / "bad.toml").write_text("schema = 1\n")
    outcome = exchanges("redact", *words, cwd=tmp_path)
    assert (outcome.code, outcome.out) == (code, "")
    assert says in outcome.err
    assert SECRET not in outcome.err
    assert "Traceback" not in outcome.err


def test_a_stdin_without_end_is_refused():
    """Before memory is."""
    outcome = exchanges("redact", "-", "--max-size", "1K", stdin=b"x" * 5_000)
    assert (outcome.code, outcome.out) == (1, "")
    assert "stdin has more than the 1,024 bytes" in outcome.err
