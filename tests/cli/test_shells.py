import sys

import pytest

from captured_exchanges.cli.main import COMMANDS
from captured_exchanges.cli.shells import COMPLETE_VARIABLE
from support.cli_process import exchanges
from support.provenance_files import FIXTURES

FIFTY = str(FIXTURES / "go-50.c1z")


def asked(line, breaks=" \t\n\"'><=;|&(:", **more):
    """What bash is told for a line with the cursor at its end."""
    environment = {COMPLETE_VARIABLE: "bash_complete", "COMP_TEXT": line, "COMP_BREAKS": breaks}
    outcome = exchanges(**{**environment, **more})
    assert (outcome.code, outcome.err) == (0, "")
    return [word.removeprefix("plain,") for word in outcome.out.split()]


def test_commands_are_told_without_importing_them():
    """The list of commands costs no import of any of them."""
    run = (
        "import sys; from captured_exchanges.cli import main; code = main(); "
        "print([m for m in ('grpc', 'rich', 'sqlite3', 'captured_exchanges.cli.list') if m in sys.modules],"
        " file=sys.stderr); sys.exit(code)"
    )
    environment = {COMPLETE_VARIABLE: "fish_complete", "COMP_WORDS": "exchanges ", "COMP_CWORD": ""}
    outcome = exchanges(command=(sys.executable, "-c", run), **environment)
    assert (outcome.code, outcome.err) == (0, "[]\n")
    assert [line.split("\t")[0] for line in outcome.out.splitlines()] == [
        f"plain,{name}" for name in COMMANDS
    ]


@pytest.mark.parametrize(
    ("word", "offers"),
    [
        ("user:user-00", ["user-00"]),
        ("'user:user-00", ["user:user-00"]),
        ("user:none", []),
    ],
)
def test_bash_gets_what_stands_behind_the_colon(word, offers):
    """But for a quoted word, which bash takes whole."""
    assert asked(f"exchanges explain {FIFTY} {word}") == offers


def test_without_the_colon_among_its_breaks_bash_gets_all():
    """Some take the colon out of COMP_WORDBREAKS: then the word is whole."""
    assert asked(f"exchanges explain {FIFTY} user:user-00", breaks=" ") == ["user:user-00"]


def test_an_options_value_may_hold_a_colon():
    """Behind `=` the value's own colons count."""
    assert asked(f"exchanges list {FIFTY} --sync-id=3MSH") == ["3MSHTnXC50l4B0MhnnKLXoe2KHh"]


@pytest.mark.parametrize(
    "line", ["exchanges nope ", "exchanges list --limit x ", "exchanges 'unclosed", "exchanges -- "]
)
def test_a_wrong_line_is_no_error(line):
    """A line that would be wrong usage completes to whatever fits, without a word on stderr."""
    asked(line)


def test_an_unknown_instruction_is_an_error():
    """A variable that no script of ours sets: exit 1, silent."""
    outcome = exchanges(**{COMPLETE_VARIABLE: "tcsh_complete"})
    assert (outcome.code, outcome.out, outcome.err) == (1, "", "")
