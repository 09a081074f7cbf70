"""What a run came to, on stdout: the attestation, whether every object is traced, one user explained."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from captured_exchanges.demo.audit import Audit
from captured_exchanges.demo.example import explained
from captured_exchanges.demo.layout import KINDS, field, figures, plural, size, title

__all__ = ["Outcome", "print_outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished sync.

    `report` is what the syncer said at its end, `growth` how many bytes each process took beyond its
    idle memory at most, by the process's name, `seconds` how long it all took. `serving`: the connector
    stays up.
    """

    path: Path
    report: Mapping[str, Any]
    audit: Audit
    growth: Mapping[str, int]
    seconds: float
    serving: bool


def print_outcome(console: Console, outcome: Outcome, command_line: Callable[..., str]) -> None:
    """All of it, ending with the commands to try next, as `command_line` types them."""
    console.print()
    sections = [_file(outcome), _attestation(outcome.report), _traced(outcome.audit), _example(outcome.audit)]
    for section in (*sections, _next(outcome, command_line)):
        for line in section:
            console.print(line)
        console.print()


def _file(outcome: Outcome) -> Iterator[Text]:
    yield title(f"{outcome.path}, {size(outcome.path.stat().st_size)}, made in {outcome.seconds:.1f} s")
    yield field("objects", f"{outcome.audit.objects.total():,}")
    yield field("exchanges", f"{outcome.audit.exchanges:,}, each redacted where it was captured")
    grown = ", ".join(f"{name} {size(growth)}" for name, growth in outcome.growth.items())
    yield field("memory", f"{grown} at most above idle")


def _attestation(report: Mapping[str, Any]) -> Iterator[Text]:
    attestation = report["attestation"]
    yield title("Attested by the connector, confirmed by the syncer")
    yield field("epoch", attestation["epoch"])
    yield field("sequences", f"1 to {attestation['through_sequence']}")
    for counters in attestation["counters"]:
        dropped = sum(entry["count"] for entry in counters["dropped"])
        told = {name: counters[name] for name in ("captured", "acked")}
        yield field("sync", counters["sync_id"] or "unknown")
        yield field("connector", figures(told | {"dropped": dropped, "abandoned": counters["abandoned"]}))
    names = ("committed", "lost", "foreign", "quarantined")
    yield field("syncer", figures({name: report[name] for name in names}))


def _traced(audit: Audit) -> Iterator[Text]:
    yield title(
        "Every object resolves to a stored exchange" if not audit.untraced else "Not all objects resolve"
    )
    for kind in KINDS:
        if total := audit.objects[kind]:
            style = "green" if audit.traced[kind] == total else "red"
            yield field(plural(kind), f"{audit.traced[kind]:,} of {total:,}", style)


def _example(audit: Audit) -> Iterator[Text]:
    if audit.example is not None:
        yield from explained(audit.example)


def _next(outcome: Outcome, command_line: Callable[..., str]) -> Iterator[Text]:
    file, example = str(outcome.path), outcome.audit.example
    yield title("Try next")
    if example is not None:
        yield Text(f"  {command_line('explain', file, example.object_id)}")
        yield Text(f"  {command_line('show', file, example.exchanges[0].request_id)}")
    yield Text(f"  {command_line('list', file)}")
    if not outcome.serving:
        yield Text(f"  {command_line('demo', '--serve')}")
