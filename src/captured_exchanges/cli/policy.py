"""`exchanges policy`: what a redaction policy says, and whether a policy file can be used."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

import click
from rich.text import Text

from captured_exchanges.cli.candidates import complete_policy
from captured_exchanges.cli.examples import examples
from captured_exchanges.cli.options import UTF8, form_option
from captured_exchanges.cli.output import Form, Output
from captured_exchanges.cli.painting import marked
from captured_exchanges.cli.policy_rules import differences, groups_of
from captured_exchanges.cli.printable import one_line
from captured_exchanges.errors import PolicyError
from captured_exchanges.redaction import Policy, PolicyProblems, policy_named

__all__ = ["command"]

_MOST_SHOWN = 12
_INDENT = 4
_LEAST_WIDTH = 24


@click.group(
    "policy",
    short_help="Show a redaction policy, or check a policy file.",
    epilog=examples(
        "exchanges policy show strict",
        "exchanges policy show acme.toml --diff default",
        "exchanges policy check acme.toml",
    ),
)
def command() -> None:
    """What redaction removes and keeps: profiles (default, strict, metadata) and policy files (TOML)."""


@command.command(
    "show",
    short_help="Show the effective rules of a policy.",
    epilog=examples(
        "exchanges policy show",
        "exchanges policy show acme.toml --diff default",
        "exchanges policy show strict --json | jq -r .hash",
    ),
)
@click.argument("policy", metavar="[FILE|NAME]", type=UTF8, default="default", shell_complete=complete_policy)
@click.option(
    "--diff",
    "other",
    metavar="FILE|NAME",
    type=UTF8,
    shell_complete=complete_policy,
    help="Show only what is other than in this policy.",
)
@form_option
def show(*, policy: str, other: str | None, form: Form | None) -> None:
    """Show by which rules a policy redacts: a profile (default, strict, metadata), or a policy file.

    The JSON record has the fields name, version, hash and rules: all of them, as the hash covers them; with
    --diff instead of rules: against (name, version, hash) and changes (group, added, removed).
    """
    output, chosen = Output(form), policy_named(policy)
    compared = None if other is None else policy_named(other)
    if output.json:
        output.record(_record(chosen, compared))
        return
    for line in _lines(chosen, compared, output.width):
        output.line(line)


@command.command(
    "check",
    short_help="Check policy files.",
    epilog=examples("exchanges policy check acme.toml", "exchanges policy check policies/*.toml"),
)
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=UTF8, shell_complete=complete_policy
)
@form_option
def check(*, files: Sequence[str], form: Form | None) -> int:
    """Check whether each FILE can be used as a redaction policy, and say everything that is wrong with it.

    Secrets that a policy names are not read: they are where the connector runs. Exit code 0: all can be used;
    1: one cannot. The JSON record for each FILE has the fields file, ok, name, version, hash (null where it
    cannot be used) and problems (line, key, what).
    """
    output = Output(form)
    bad = sum(not _checked(output, file) for file in files)
    return int(bad > 0)


def _checked(output: Output, file: str) -> bool:
    try:
        policy = policy_named(file)
    except PolicyProblems as error:
        problems = [{"line": each.line, "key": each.key, "what": each.what} for each in error.problems]
        told = [each.told(file) for each in error.problems]
    except PolicyError as error:
        problems, told = [{"line": 0, "key": "", "what": str(error)}], [str(error)]
    else:
        _tell_good(output, file, policy)
        return True
    if output.json:
        output.record({"file": file, "ok": False, **_nobody(), "problems": problems})
        return False
    for sentence in told:
        output.line(Text.assemble(("error ", "bold red"), one_line(sentence)))
    return False


def _tell_good(output: Output, file: str, policy: Policy) -> None:
    info = policy.info()
    if output.json:
        output.record({"file": file, "ok": True, **_identity(policy), "problems": []})
        return
    who = one_line(f"{file}: {info.name} {info.version}, hash {info.hash}")
    output.line(Text.assemble(("ok ", "green"), who))


def _nobody() -> dict[str, object]:
    return dict.fromkeys(("name", "version", "hash"))


def _identity(policy: Policy) -> dict[str, object]:
    info = policy.info()
    return {"name": info.name, "version": info.version, "hash": info.hash}


def _record(policy: Policy, other: Policy | None) -> dict[str, object]:
    if other is None:
        return {**_identity(policy), "rules": policy.as_json()}
    changes = [
        {"group": group, "added": more, "removed": less} for group, more, less in differences(policy, other)
    ]
    return {**_identity(policy), "against": _identity(other), "changes": changes}


def _lines(policy: Policy, other: Policy | None, width: int) -> Iterator[Text]:
    yield from _head(policy)
    if other is None:
        yield from _groups(policy, width)
        return
    yield Text.assemble(("against ", "dim"), marked(f"{other.name} {other.version}", "bold"))
    changes = list(differences(policy, other))
    if not changes:
        yield Text("  the same rules", "dim")
    for group, more, less in changes:
        yield Text.assemble("  ", (group, "cyan"))
        yield from (Text.assemble(" " * _INDENT, ("+ ", "green"), marked(row)) for row in more)
        yield from (Text.assemble(" " * _INDENT, ("- ", "red"), marked(row)) for row in less)


def _head(policy: Policy) -> Iterator[Text]:
    info = policy.info()
    yield marked(f"{info.name} {info.version}", "bold")
    yield Text.assemble("  ", ("hash ", "dim"), info.hash)


def _groups(policy: Policy, width: int) -> Iterator[Text]:
    """Each group that has rows, with its count and its first rows; a single fact beside its name."""
    for group, rows in groups_of(policy).items():
        if not rows:
            continue
        if "." not in group and len(rows) == 1 and group not in ("families", "secrets"):
            yield Text.assemble("  ", (group, "cyan"), " ", marked(rows[0]))
            continue
        yield Text.assemble("  ", (group, "cyan"), (f" {len(rows)}", "dim"))
        own = group.startswith(("remove", "keep", "secrets", "names.added"))
        yield from _wrapped(rows if own else _labels(rows), width)


def _labels(rows: Sequence[str]) -> list[str]:
    """What rows are about, once each: `password` of `password: passwd`."""
    return list(dict.fromkeys(row.partition(": ")[0] for row in rows))


def _wrapped(rows: Sequence[str], width: int) -> Iterator[Text]:
    shown = [one_line(row) for row in rows[:_MOST_SHOWN]]
    more = [f"and {len(rows) - _MOST_SHOWN} more (--json has all)"] if len(rows) > _MOST_SHOWN else []
    separator = "; " if any("," in row or ": " in row for row in shown) else ", "
    told = separator.join([*shown, *more])
    for line in textwrap.wrap(told, max(_LEAST_WIDTH, width - _INDENT), break_on_hyphens=False):
        yield Text(" " * _INDENT + line)
