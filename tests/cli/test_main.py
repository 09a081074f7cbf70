"""The command group, as a process of its own."""

import importlib
import os
import shlex
import sqlite3
import sys

import pytest

from captured_exchanges import __version__
from captured_exchanges.cli.main import COMMANDS
from support.cli_process import EXCHANGES, exchanges, on_terminal
from support.provenance_files import FIXTURES, HEADER, SyncFile, packed, unpacked

READERS = {"list": [], "show": ["req-000001"], "explain": ["user:user-02"]}


def _hostile_files(folder):
    """A name, the file's bytes (None: it is missing), what the line on stderr says."""
    whole = (FIXTURES / "go-50.c1z").read_bytes()
    return {
        "version 3": (folder / "three.c1z", b"C1Z3\x00" + whole[5:], "version 3"),
        "truncated": (folder / "cut.c1z", whole[: len(whole) // 2], "truncated"),
        "cut header": (folder / "stub.c1z", HEADER[:3], "not a .c1z"),
        "trailing garbage": (folder / "tail.c1z", whole + b"garbage", "cannot be unpacked"),
        "flipped bits": (folder / "bits.c1z", whole[:200] + bytes(64) + whole[264:], "cannot be unpacked"),
        "no database inside": (folder / "text.c1z", packed(b"text " * 999), "no SQLite database"),
        "bare SQLite": (folder / "bare.c1z", unpacked("go-50.c1z"), "rename it"),
        "text": (folder / "notes.txt", b"to do: everything\n", "not a .c1z"),
        "missing": (folder / "missing.c1z", None, "no such file"),
    }


@pytest.mark.parametrize(
    ("command", "case"),
    [
        *(("list", case) for case in _hostile_files(FIXTURES)),
        *((command, case) for command in ("show", "explain") for case in ("version 3", "missing")),
    ],
)
def test_a_file_that_is_no_store_is_one_clear_line(tmp_path, command, case):
    """Whatever is wrong with a file: exit 1, one sentence, no traceback, nothing damaged or left behind."""
    (tmp_path / "files").mkdir()
    (tmp_path / "tmp").mkdir()
    path, data, says = _hostile_files(tmp_path / "files")[case]
    if data is not None:
        path.write_bytes(data)
    outcome = exchanges(command, path, *READERS[command], TMPDIR=str(tmp_path / "tmp"))
    _assert_one_line(outcome, path, says)
    assert (path.read_bytes() if path.exists() else None) == data
    assert list((tmp_path / "files").iterdir()) == ([path] if path.exists() else [])
    assert list((tmp_path / "tmp").iterdir()) == []


def _assert_one_line(outcome, path, says):
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith(f"error: {path}")
    assert outcome.err.count("\n") == 1
    assert says in outcome.err


def test_a_folder_is_no_file(tmp_path):
    """A folder in place of a file is told as one."""
    _assert_one_line(exchanges("list", tmp_path), tmp_path, "is a folder")


@pytest.mark.parametrize(
    "bound", [{"option": "64K"}, {"EXCHANGES_MAX_UNPACKED": "65536"}], ids=["option", "env"]
)
def test_a_bomb_is_refused_by_the_bound(tmp_path, bound):
    """A file that unpacks to more than allowed is refused: by the option as by the variable."""
    bomb = tmp_path / "bomb.c1z"
    bomb.write_bytes(packed(bytes(50_000_000)))
    option = bound.pop("option", None)
    words = ["--max-unpacked", option] if option else []
    _assert_one_line(exchanges("list", bomb, *words, **bound), bomb, "more than the 65,536 bytes")


def test_an_unreadable_file_is_one_clear_line(tmp_path):
    """A file that this user may not read: exit 1 and why; root gives up its privileges to see it."""
    tmp_path.chmod(0o755)  # only the file itself is in the way
    path = tmp_path / "secret.c1z"
    path.write_bytes((FIXTURES / "go-50.c1z").read_bytes())
    path.chmod(0)
    run = (
        "import os, sys, captured_exchanges.cli.list; from captured_exchanges.cli import main\n"
        "os.getuid() or (os.setgroups([]), os.setgid(65534), os.setuid(65534))\n"
        "sys.exit(main())"
    )
    outcome = exchanges("list", path.name, command=(sys.executable, "-c", run), cwd=tmp_path)
    _assert_one_line(outcome, path.name, "permission denied")


def test_a_full_disk_is_one_clear_line(tmp_path):
    """No room to unpack into (a limit on file size stands in for a full disk): exit 1, one sentence."""
    path = SyncFile().exchange("r", request={"x": "y" * 3_000_000}).save(tmp_path / "big.c1z")
    before = path.read_bytes()
    limited = ("sh", "-c", 'ulimit -f 64; exec "$0" "$@"', EXCHANGES)
    _assert_one_line(exchanges("list", path, command=limited), path, "disk is full")
    assert path.read_bytes() == before


@pytest.mark.parametrize("data", [b"", HEADER], ids=["zero bytes", "bare header"])
def test_an_empty_file_is_an_empty_store(tmp_path, data):
    """A zero-byte file and a bare header list as empty, without an error."""
    path = tmp_path / "empty.c1z"
    path.write_bytes(data)
    outcome = exchanges("list", path)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_a_plain_database_is_read_like_a_c1z(tmp_path):
    """A `.db` is accepted wherever a `.c1z` is."""
    path = tmp_path / "plain.db"
    path.write_bytes(unpacked("go-50.c1z"))
    assert exchanges("list", path).out == exchanges("list", FIXTURES / "go-50.c1z").out
    sqlite3.connect(path).close()


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("lsit",),
        ("list",),
        ("list", "f", "--limit", "0"),
        ("list", "f", "--limit", "many"),
        ("list", "f", "--max-unpacked", "0"),
        ("list", "f", "--max-unpacked", "lots"),
        ("show", "f"),
        ("explain", "f", "a", "b"),
        ("show", "f", b"\xff"),
        ("--nope",),
    ],
    ids=repr,
)
def test_a_wrong_command_line_is_exit_2(words):
    """Wrong usage: exit 2, help on stderr, nothing on stdout, no traceback."""
    words = [os.fsdecode(word) for word in words]
    outcome = exchanges(*words)
    assert (outcome.code, outcome.out) == (2, "")
    assert "Usage: exchanges" in outcome.err
    assert "Traceback" not in outcome.err


def test_the_version_is_the_packages():
    """--version names program and version."""
    assert exchanges("--version").out == f"exchanges {__version__}\n"


def test_python_m_runs_the_same_command():
    """`python -m captured_exchanges.cli` serves where the command is not on the path."""
    outcome = exchanges("--version", command=(sys.executable, "-m", "captured_exchanges.cli"))
    assert outcome.out == exchanges("--version").out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(command):
    """--help of every command shows examples that begin with the command itself."""
    outcome = exchanges(command, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    examples = outcome.out[outcome.out.index("Examples:") :].splitlines()[1:]
    assert all(shlex.split(example)[:2] == ["exchanges", command] for example in examples)
    assert len(examples) >= 2
    assert COMMANDS[command] in exchanges("--help").out


@pytest.mark.parametrize("command", COMMANDS)
def test_the_list_of_commands_says_what_the_commands_say(command):
    """The table of commands, which spares importing them, agrees with each command's own words."""
    module = importlib.import_module(f"captured_exchanges.cli.{command}")
    assert module.command.name == command
    assert module.command.short_help == COMMANDS[command]


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        (["--help"], ["grpc", "google", "rich", "sqlite3", "captured_exchanges.store"]),
        (["--version"], ["grpc", "google", "rich", "sqlite3", "captured_exchanges.store"]),
        (["list", str(FIXTURES / "go-50.c1z")], ["grpc", "httpx", "captured_exchanges.connector"]),
        (["show", str(FIXTURES / "go-50.c1z"), "req-000001"], ["grpc", "httpx", "captured_exchanges.syncer"]),
        (
            ["explain", str(FIXTURES / "go-50.c1z"), "user:user-02"],
            ["grpc", "httpx", "captured_exchanges.demo"],
        ),
    ],
    ids=lambda value: value[0],
)
def test_a_command_imports_only_what_it_needs(words, unwanted):
    """Help imports no store and no rich; reading a file never imports gRPC."""
    run = (
        "import sys; from captured_exchanges.cli import main; code = main(); "
        f"print('imported', [m for m in {unwanted!r} if m in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    outcome = exchanges(*words, command=(sys.executable, "-c", run))
    assert (outcome.code, outcome.err) == (0, "imported []\n")


def test_colours_are_for_terminals_that_want_them():
    """Colours on a terminal, none with NO_COLOR, nothing but text in a pipe or on a dumb terminal."""
    words = ("list", FIXTURES / "go-50.c1z", "--table", "--limit", 1)
    assert "\x1b[32m200" in on_terminal(*words).out
    assert "\x1b[32m" not in on_terminal(*words, NO_COLOR="1").out
    assert "\x1b" not in on_terminal(*words, TERM="dumb").out
    assert "\x1b" not in exchanges(*words).out


def test_json_is_to_be_had_on_a_terminal():
    """--json on a terminal gives the bytes that a pipe gets."""
    words = ("explain", FIXTURES / "go-50.c1z", "user:user-02")
    assert on_terminal(*words, "--json").out == exchanges(*words).out
