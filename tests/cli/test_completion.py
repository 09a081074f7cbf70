"""`exchanges completion`: the scripts, loaded by the shells they are for, with somebody typing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from captured_exchanges.cli.main import COMMANDS
from captured_exchanges.store import open_store
from support.cli_process import DEADLINE, environment, exchanges
from support.provenance_files import FIXTURES
from support.store_builders import redacted
from support.tools import require
from support.typing_shell import PROMPT, typing


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a file of baton's, one with a space in its name, and another."""
    tmp_path = tmp_path_factory.mktemp("completion")
    shutil.copy(FIXTURES / "go-50.c1z", tmp_path / "sync.c1z")
    shutil.copy(FIXTURES / "go-50.c1z", tmp_path / "my sync.c1z")
    (tmp_path / "other.txt").touch()
    return tmp_path


@pytest.fixture(scope="module")
def bash(folder):
    """A bash that has loaded the script."""
    program = require("bash", "apt-get install bash")
    with typing([program, "--norc", "--noprofile", "-i"], folder) as shell:
        shell.expect(PROMPT)
        shell.run("bind 'set bell-style none'; bind 'set show-all-if-ambiguous on'")
        shell.run("source <(exchanges completion bash)")
        yield shell


@pytest.fixture(scope="module")
def zsh(folder):
    """A zsh that has loaded the script."""
    program = require("zsh", "apt-get install zsh")
    with typing([program, "-f", "-i", "+o", "prompt_sp", "+o", "beep"], folder) as shell:
        shell.expect(PROMPT)
        shell.run("unset zle_bracketed_paste; autoload -Uz compinit; compinit -u -D")
        shell.run("source <(exchanges completion zsh)")
        yield shell


@pytest.fixture
def fish(folder):
    """What a fish that has loaded the script offers for a line."""
    program = require("fish", "apt-get install fish")

    def offers(line):
        done = subprocess.run(
            [program, "--no-config", "-c", "exchanges completion fish | source; complete -C $argv[1]", line],
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=True,
            cwd=folder,
            env=environment(PATH=f"{Path(sys.executable).parent}:/usr/bin:/bin", HOME=str(folder)),
        )
        assert done.stderr == ""
        return dict(line.partition("\t")[::2] for line in done.stdout.splitlines())

    return offers


COMPLETED = [
    ("exchanges exp", "exchanges explain "),
    ("exchanges list --sync", "exchanges list --sync-id "),
    ("exchanges list oth", "exchanges list other.txt"),
    ("exchanges show sync.c1z req-00004", "req-000049"),
    ("exchanges explain sync.c1z user:user-1", "user:user-1"),
    ("exchanges list sync.c1z --kind s", "exchanges list sync.c1z --kind sql"),
    ("exchanges merge oth", "exchanges merge other.txt"),
    ("exchanges merge x --into oth", "--into other.txt"),
    ("exchanges completion z", "exchanges completion zsh"),
    ("exchanges redact oth", "exchanges redact other.txt"),
    ("exchanges redact x --policy str", "--policy strict"),
    ("exchanges redact x --as nd", "--as ndjson"),
    ("exchanges policy sh", "exchanges policy show"),
    ("exchanges policy show meta", "exchanges policy show metadata"),
]


@pytest.mark.parametrize(("line", "expected"), COMPLETED)
def test_bash_completes(bash, line, expected):
    """Commands, options, files, ids and objects out of the file named, the values of an option."""
    bash.complete(line, expected)


@pytest.mark.parametrize(("line", "expected"), COMPLETED)
def test_zsh_completes(zsh, line, expected):
    """The same in zsh."""
    zsh.complete(line, expected)


@pytest.mark.parametrize(("line", "expected"), COMPLETED)
def test_fish_completes(fish, line, expected):
    """The same in fish, which prints what it would offer."""
    last = expected.split()[-1]
    assert any(offer.startswith(last) for offer in fish(line))


def test_bash_leaves_a_word_with_colons_whole(bash):
    """An object's id is completed behind its colon without the rest being typed again, quoted or not."""
    shown = bash.complete("exchanges explain sync.c1z user:user-0", "user-09")
    assert "user:user:" not in shown
    bash.complete("exchanges explain sync.c1z user:user-00", "sync.c1z user:user-00 ")
    bash.complete("exchanges explain sync.c1z 'user:user-00", "sync.c1z 'user:user-00' ")


def test_bash_reads_a_file_with_a_space_in_its_name(bash):
    """The file named may need quotes."""
    bash.complete("exchanges show my\\ sync.c1z req-00000", "req-000009")
    bash.complete("exchanges show 'my sync.c1z' req-00000", "req-000009")


def test_bash_expands_nothing(bash, folder):
    """What an id holds is text to the shell: no pattern, no command."""
    with open_store(folder / "evil.db", "rw") as store:
        store.exchanges().put_exchanges([redacted("x$(touch made)*", "s")])
    bash.complete("exchanges show evil.db x", r"x\$\(touch\ made\)\*")
    assert not (folder / "made").exists()


def test_fish_shows_what_each_command_does(fish):
    """The first line of each command's help stands beside it, commas and all."""
    assert fish("exchanges ") == dict(COMMANDS)


def test_zsh_shows_what_each_command_does(zsh):
    """In zsh too."""
    shown = zsh.complete("exchanges \t", COMMANDS["completion"])
    assert COMMANDS["show"] in shown


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_goes_to_stdout(shell):
    """The script is printed as it is, whatever stdout is, and names the program."""
    outcome = exchanges("completion", shell)
    assert (outcome.code, outcome.err) == (0, "")
    assert "_EXCHANGES_COMPLETE" in outcome.out


def test_the_help_says_how_to_install():
    """For each shell the help names the place where it looks."""
    shown = exchanges("completion", "--help").out
    for place in (
        "bash-completion/completions/exchanges",
        ".zfunc/_exchanges",
        "fish/completions/exchanges.fish",
    ):
        assert place in shown


def test_another_shell_is_wrong_usage():
    """A shell that is not known: exit 2, and those that are."""
    outcome = exchanges("completion", "tcsh")
    assert outcome.code == 2
    assert "bash" in outcome.err
