"""How the demo's lines look: a title, and below it named values in two columns."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

__all__ = ["counted", "field", "figures", "size", "title"]

KINDS = ("resource_type", "user", "group", "entitlement", "grant")
NAME_WIDTH = 15
KIBI = 1024


def title(text: str) -> Text:
    """A line that begins a section."""
    return Text(text, "bold")


def field(name: str, value: str, style: str = "") -> Text:
    """A named value; without a name it goes on with the field above."""
    return Text.assemble("  ", (f"{name:<{NAME_WIDTH}}", "dim"), (value, style))


def figures(counts: Mapping[str, int]) -> str:
    """`captured 48, acked 48, …`."""
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def counted(counts: Mapping[str, int]) -> str:
    """`2 resource types, 300 users, …`, in the order in which they are listed."""
    return ", ".join(f"{counts[kind]:,} {plural(kind, counts[kind])}" for kind in KINDS if counts.get(kind))


def plural(kind: str, count: int = 2) -> str:
    """The name of that many objects of a kind."""
    return kind.replace("_", " ") + ("" if count == 1 else "s")


def size(count: int) -> str:
    """Bytes for people: `212 KiB`, `1.4 MiB`."""
    kibibytes = count / KIBI
    return f"{kibibytes:.0f} KiB" if kibibytes < KIBI else f"{kibibytes / KIBI:.1f} MiB"
