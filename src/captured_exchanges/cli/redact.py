"""`exchanges redact`: what a policy would make of a file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
import orjson
from rich.text import Text

from captured_exchanges.cli.candidates import complete_policy
from captured_exchanges.cli.examples import examples
from captured_exchanges.cli.options import SIZE, UTF8
from captured_exchanges.cli.output import Output
from captured_exchanges.cli.painting import text_lines
from captured_exchanges.cli.printable import one_line
from captured_exchanges.cli.removals import removal_lines, removal_record
from captured_exchanges.cli.sample_kinds import KINDS, kind_of
from captured_exchanges.cli.samples import redact_sample, sample_text
from captured_exchanges.cli.trial import Trial, compact_json
from captured_exchanges.errors import CapturedExchangesError
from captured_exchanges.exchange import Json
from captured_exchanges.redaction import Policy, Redactor, policy_named

__all__ = ["command"]

_STDIN = "-"


@click.command(
    "redact",
    short_help="Try a redaction policy on a file.",
    epilog=examples(
        "exchanges redact session.har > redacted.har",
        "exchanges redact - --policy strict < curl-v.txt",
        "exchanges redact users.json --policy acme.toml --json | jq .removals",
        "exchanges redact tests/fixtures/*.json --check",
    ),
)
@click.argument(
    "files",
    metavar="FILE|-...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, readable=False, allow_dash=True),
)
@click.option(
    "--policy",
    metavar="FILE|NAME",
    type=UTF8,
    default="default",
    show_default=True,
    envvar="EXCHANGES_POLICY",
    show_envvar=True,
    shell_complete=complete_policy,
    help="The policy to try: default, strict, metadata, or a policy file.",
)
@click.option("--as", "kind", type=click.Choice(KINDS), help="What FILE is [default: told by looking at it].")
@click.option("--check", is_flag=True, help="Print no result; exit code 1 where anything would be removed.")
@click.option("--json", "as_json", is_flag=True, help="Result and removals as one JSON document a FILE.")
@click.option(
    "--max-size", type=SIZE, default="64M", show_default=True, help="Refuse a larger FILE (K, M, G)."
)
def command(
    *, files: Sequence[Path], policy: str, kind: str | None, check: bool, as_json: bool, max_size: int
) -> int:
    """Redact each FILE (- is stdin) as a connector with that policy would, and say what was removed and why.

    FILE is a HAR, a JSON body, NDJSON, a form, an SQL statement, raw HTTP (a request, a response or both, as
    curl -v and -i print them), or text. What is left goes to stdout; on stderr each removal is told with its
    place, its rule and the reason. No secret is printed, and FILE is not changed.

    With --json there is one document for each FILE, with the fields file, kind, policy (name, version,
    hash), removals (entry: of a HAR, a line of NDJSON or an exchange, from 1; part, path, rule, why) and,
    without --check, redacted. Exit code 0: done; 1: failed, or with --check something would be removed.
    """
    run = _Run(Output("json" if as_json else "table"), policy_named(policy), check=check)
    removed = sum(run.file(str(file), kind, max_size) for file in files)
    return int(check and removed > 0)


class _Run:
    """One run over files, each by a redactor of its own."""

    def __init__(self, output: Output, policy: Policy, *, check: bool) -> None:
        self._output = output
        self._policy = policy
        self._info = policy.info()
        self._check = check

    def file(self, name: str, kind: str | None, max_size: int) -> int:
        """Redact a file and tell; how many removals there were."""
        data = _read(name, max_size)
        kind = kind or kind_of(name, data)
        trial = Trial(Redactor(self._policy))
        try:
            left = redact_sample(kind, data, trial)
        except CapturedExchangesError as error:
            raise CapturedExchangesError(f"{_shown(name)}: {error}") from error
        if self._output.json:
            self._record(name, kind, trial, left)
        else:
            self._tell(name, kind, trial, left)
        return len(trial.removals)

    def _record(self, name: str, kind: str, trial: Trial, left: Json) -> None:
        info = self._info
        record: dict[str, object] = {
            "file": name,
            "kind": kind,
            "policy": {"name": info.name, "version": info.version, "hash": info.hash},
            "removals": [removal_record(removal) for removal in trial.removals],
        }
        if not self._check:
            record["redacted"] = orjson.Fragment(compact_json(left).encode("utf-8", "replace"))
        self._output.record(record)

    def _tell(self, name: str, kind: str, trial: Trial, left: Json) -> None:
        if not self._check:
            self._print(sample_text(kind, left))
        removals = trial.removals
        by = f"by policy {self._info.name} {self._info.version}"
        counted = "nothing removed" if not removals else f"{len(removals)} removed"
        self._output.note(
            Text.assemble((one_line(_shown(name)), "bold"), f" ({kind}): {counted} {one_line(by)}")
        )
        for line in removal_lines(removals, self._output.width):
            self._output.note(line)

    def _print(self, text: str) -> None:
        """To stdout: as it is in a pipe, printable and with visible markers on a terminal."""
        text = text if text.endswith("\n") else f"{text}\n"
        if sys.stdout.isatty():
            for line in text_lines(text[:-1]):
                self._output.line(line)
            return
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()


def _read(name: str, max_size: int) -> bytes:
    if name == _STDIN:
        data = sys.stdin.buffer.read(max_size + 1)
    else:
        with Path(name).open("rb") as file:
            data = file.read(max_size + 1)
    if len(data) > max_size:
        raise CapturedExchangesError(
            f"{_shown(name)} has more than the {max_size:,} bytes that --max-size allows"
        )
    return data


def _shown(name: str) -> str:
    return "stdin" if name == _STDIN else name
