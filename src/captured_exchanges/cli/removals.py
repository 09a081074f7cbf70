"""What was removed from something: as records, and as lines for people that say where, by which rule, why."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from captured_exchanges.cli.painting import marked
from captured_exchanges.cli.printable import one_line
from captured_exchanges.cli.reasons import reason

__all__ = ["Removal", "alike", "pattern_of", "removal_lines", "removal_record", "where_of"]

_INDENT = "  "
_LEAST_WIDTH = 24


@dataclass(frozen=True, slots=True)
class Removal:
    """One removal: of which entry of a file (0: it has none), of its request or response, at which path."""

    path: str
    rule: str
    part: str = ""
    entry: int = 0
    said: str = ""

    @property
    def why(self) -> str:
        """The reason in words."""
        return reason(self.rule, self.said)


def removal_record(removal: Removal) -> dict[str, object]:
    """The fields of the JSON record."""
    return {
        "entry": removal.entry,
        "part": removal.part,
        "path": removal.path,
        "rule": removal.rule,
        "why": removal.why,
    }


def removal_lines(removals: Iterable[Removal], width: int) -> Iterator[Text]:
    """Where, rule and reason, in columns where they fit into the width, else the reason below."""
    rows = [_row(alikes) for alikes in _grouped(removals)]
    if not rows:
        return
    widths = [max(cell_len(one_line(row[column])) for row in rows) for column in range(3)]
    in_columns = sum(widths) + 3 * len(_INDENT) <= width
    for where, rule, why in rows:
        shown = _padded(where, widths[0] if in_columns else 0), _padded(rule, widths[1] if in_columns else 0)
        line = Text.assemble(_INDENT, shown[0], _INDENT, shown[1])
        if in_columns:
            yield line.append(_INDENT).append(one_line(why), "dim")
            continue
        yield line
        for piece in textwrap.wrap(one_line(why), max(_LEAST_WIDTH, width - 3 * len(_INDENT))):
            yield Text(3 * _INDENT + piece, "dim")


def _padded(text: str, width: int) -> Text:
    painted = marked(text)
    painted.pad_right(max(0, width - painted.cell_len))
    return painted


def _row(alikes: Sequence[Removal]) -> tuple[str, str, str]:
    first = alikes[0]
    entries = sorted({removal.entry for removal in alikes})
    entry = f"entry {entries[0]}" if len(entries) == 1 else f"{len(entries)} entries"
    place = where_of([removal.path or "(all of it)" for removal in alikes])
    told = (entry if entries != [0] else "", first.part, place)
    return " ".join(filter(None, told)), first.rule, first.why


def _grouped(removals: Iterable[Removal]) -> Iterator[list[Removal]]:
    """Removals by one rule that differ only in their entry and in their place in a list."""
    groups: dict[tuple[str, ...], list[Removal]] = {}
    for removal in removals:
        key = (removal.part, pattern_of(removal.path), removal.rule, removal.said)
        groups.setdefault(key, []).append(removal)
    yield from groups.values()


def pattern_of(path: str) -> str:
    """A path with its places in lists left open."""
    return "/".join("*" if word.isdigit() else word for word in path.split("/"))


def where_of(paths: Sequence[str]) -> str:
    """The place of removals that differ only in their places in lists."""
    return paths[0] if len(paths) == 1 else f"{pattern_of(paths[0])} ({len(paths)} times)"


def alike(removals: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], list[str]]:
    """Removals (part, path, rule) that differ only in their places in lists, told together."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for part, path, rule in removals:
        groups.setdefault((part, pattern_of(path), rule), []).append(path)
    return groups
