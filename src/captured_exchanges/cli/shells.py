"""Completion as shells do it: a script that each of them loads, and the answers that it asks us for.

Click does the work: the script runs `exchanges` with `_EXCHANGES_COMPLETE=SHELL_complete` in its
environment, and what is printed then are candidates. Its scripts for bash and fish are replaced here:

    bash    breaks words at colons, which stand in object ids and in addresses: the line is handed over
            whole, and candidates come back without what bash has left alone; nothing in them is expanded
    fish    a candidate, or its help, may hold commas
"""

from __future__ import annotations

import logging
import os

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    shell_complete,
    split_arg_string,
)

__all__ = ["COMPLETE_VARIABLE", "SHELLS", "complete", "script"]

COMPLETE_VARIABLE = "_EXCHANGES_COMPLETE"
"""Set by the scripts; `main` hands over to `complete` where it is."""
_PROGRAM = "exchanges"


class _Bash(BashComplete):
    source_template = """\
%(complete_func)s() {
    local answer line value
    COMPREPLY=()
    answer=$(COMP_TEXT="${COMP_LINE:0:COMP_POINT}" COMP_BREAKS="$COMP_WORDBREAKS" \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
    while IFS= read -r line; do
        value=${line#*,}
        case $line in
            plain,*)
                [[ $value == */ ]] && compopt -o nospace
                printf -v value '%%q' "$value"
                COMPREPLY+=("$value") ;;
            dir,*) compopt -o dirnames ;;
            file,*) compopt -o default ;;
        esac
    done <<< "$answer"
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, and the beginning of the one it stands in."""
        text = os.environ["COMP_TEXT"]
        words = split_arg_string(text)
        if text[-1:].isspace() and not text.endswith("\\ "):
            words.append("")
        return words[1:-1], words[-1]

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """As click's, without what stands before the last colon: to bash the word begins after it."""
        items = super().get_completions(args, incomplete)
        kept = _before_colon(incomplete)
        for item in items:
            item.value = item.value.removeprefix(kept)
        return items


class _Fish(FishComplete):
    source_template = FishComplete.source_template.replace('string split ","', 'string split --max 1 ","')


SHELLS: dict[str, type[ShellComplete]] = {"bash": _Bash, "zsh": ZshComplete, "fish": _Fish}


def script(group: click.Command, shell: str) -> str:
    """What this shell is to load."""
    return SHELLS[shell](group, {}, _PROGRAM, COMPLETE_VARIABLE).source()


def complete(group: click.Command, instruction: str) -> int:
    """Print what the script asks for; the exit code."""
    logging.getLogger("captured_exchanges").addHandler(logging.NullHandler())  # nothing beside the prompt
    for shell in SHELLS.values():
        add_completion_class(shell)
    return shell_complete(group, {}, _PROGRAM, COMPLETE_VARIABLE, instruction)


def _before_colon(incomplete: str) -> str:
    """What bash leaves alone of a word: through its last colon; a quoted one it takes whole."""
    raw = os.environ["COMP_TEXT"].split()[-1:]
    quoted = bool(raw) and raw[0][0] in "\"'"
    value = incomplete.partition("=")[2] if incomplete.startswith("--") and "=" in incomplete else incomplete
    return "" if quoted or ":" not in os.environ["COMP_BREAKS"] else value[: value.rfind(":") + 1]
