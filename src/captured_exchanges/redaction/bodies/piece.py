"""What the readers of bodies are given: a text, and what is known about where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

from captured_exchanges.redaction.sweep import Path, Sweep

__all__ = ["Content", "Piece", "Reader"]

Content: TypeAlias = dict[str, Any]
"""`type` and `value` (or `parts`) of a body's shape."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A body, or a part of one. `path` is where its value will stand; `depth` counts bodies in bodies.

    `is_cut`: there was more of it. What the cut may have split, or robbed of its name, is not kept.
    """

    text: str
    media_type: str
    sweep: Sweep
    path: Path
    is_cut: bool = False
    depth: int = 0

    def part(self, text: str, *, media_type: str = "", is_cut: bool = False) -> Piece:
        """A piece of this one, which stands in its place."""
        return replace(self, text=text, media_type=media_type, is_cut=is_cut)


class Reader(Protocol):
    """Knows one kind of body. Thread-safe; never raises but NotUnderstood and TooDeep, for any text."""

    def read(self, piece: Piece) -> Content | None:
        """The shape without credentials; None where the piece is of another kind."""
        ...
