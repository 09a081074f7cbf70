"""What `exchanges doctor` finds: how bad it is, what it is, what to do; as a record and for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rich.text import Text

from captured_exchanges.cli.printable import one_line

__all__ = ["Finding", "Severity", "finding_lines", "finding_record", "note", "ok", "problem", "warning"]

Severity: TypeAlias = Literal["ok", "note", "warning", "problem"]
"""As it should be; worth knowing; may cost something later; does not work, or is lost."""

_STYLES: dict[Severity, str] = {"ok": "green", "note": "cyan", "warning": "yellow", "problem": "bold red"}
_SEVERITY_WIDTH = 8
_CHECK_WIDTH = 12
_INDENT = 2 + _SEVERITY_WIDTH + _CHECK_WIDTH
_LEAST_WIDTH = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer to one question. `what` and `todo` may quote a file or a peer: not yet printable."""

    check: str
    severity: Severity
    what: str
    todo: str = ""


def ok(check: str, what: str) -> Finding:
    """As it should be."""
    return Finding(check, "ok", what)


def note(check: str, what: str, todo: str = "") -> Finding:
    """Worth knowing."""
    return Finding(check, "note", what, todo)


def warning(check: str, what: str, todo: str) -> Finding:
    """May cost something later."""
    return Finding(check, "warning", what, todo)


def problem(check: str, what: str, todo: str = "") -> Finding:
    """Does not work, or is lost. Without `todo` its sentence says what to do."""
    return Finding(check, "problem", what, todo)


def finding_record(place: str, finding: Finding) -> dict[str, object]:
    """The fields of the NDJSON record."""
    return {
        "place": place,
        "check": finding.check,
        "severity": finding.severity,
        "what": finding.what,
        "todo": finding.todo,
    }


def finding_lines(finding: Finding, width: int) -> Iterator[Text]:
    """The finding within `width` columns; words are never broken, so that what is copied stays whole."""
    head = Text.assemble(
        "  ",
        (finding.severity.ljust(_SEVERITY_WIDTH), _STYLES[finding.severity]),
        (finding.check.ljust(_CHECK_WIDTH), "dim"),
    )
    first, *rest = _wrapped(finding.what, width)
    yield head.append(first)
    yield from (Text(" " * _INDENT + line) for line in rest)
    for number, line in enumerate(_wrapped(finding.todo, width - 2) if finding.todo else ()):
        yield Text.assemble(" " * _INDENT, ("→ " if number == 0 else "  ", "bold"), line)


def _wrapped(words: str, width: int) -> list[str]:
    room = max(_LEAST_WIDTH, width - _INDENT)
    return textwrap.wrap(one_line(words), room, break_long_words=False, break_on_hyphens=False) or [""]
