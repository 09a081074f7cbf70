"""What is known about an element that is still open: what its name means, what stood in it so far, and what
its children say about each other: pairs of name and value, and names that are secret only beside another.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from captured_exchanges.redaction.json import CALM, Mood
from captured_exchanges.redaction.names import Effect, NameInfo, Pair

__all__ = ["NOTHING", "Frame", "Span"]

NOTHING = NameInfo(Effect.PLAIN)
Span = tuple[int, int]


@dataclass(slots=True)
class Frame:
    """An open element. `above` is the mood that its own text stands in, `below` that of its children."""

    tag: str
    start: int
    info: NameInfo = NOTHING
    above: Mood = CALM
    below: Mood = CALM
    is_shy: bool = False
    """Whether what it holds goes only where it is one word."""
    is_labelled: bool = False
    """Whether it is a label, read by people, that makes its text a secret."""
    hears: bool = False
    """Whether its text may be a name."""
    said: str = ""
    """Its text, as far as that may be a name."""
    pairs: Pairs | None = None

    @property
    def is_calm(self) -> bool:
        """Whether its text stays, whatever it looks like."""
        return self.info.calm and self.above is CALM

    def siblings(self) -> Pairs:
        """What its children say about each other."""
        if self.pairs is None:
            self.pairs = Pairs()
        return self.pairs


@dataclass(slots=True)
class Pairs:
    """What the children of one element say about each other."""

    named: NameInfo = NOTHING
    """What the last name before means for the values after it."""
    labelled: NameInfo = NOTHING
    """The same, of a label that said so once."""
    has_name: bool = False
    is_value_first: bool = False
    unnamed: list[Span] = field(default_factory=list)
    """Values whose name may yet come."""
    kids: set[str] = field(default_factory=set)
    """The names, as words, that make a secret of what stands beside them."""
    held: list[tuple[NameInfo, Span]] = field(default_factory=list)
    """Values that are secret if the right name is beside them."""
    cell: NameInfo = NOTHING
    """What the last cell means for the next."""
    heads: dict[int, NameInfo] = field(default_factory=dict)
    """Columns that a row names."""
    cells: int = 0
    is_like_head: bool = True
    """Whether all cells of a row so far read like the names of columns."""
    is_all_head: bool = True
    """Whether all are marked as such."""

    @property
    def value(self) -> NameInfo:
        """What a value that comes now would be."""
        return self.named if self.named.effect is not Effect.PLAIN else self.labelled

    def name(self, named: NameInfo, pair: Pair) -> list[Span]:
        """A child has named something; the values before it that it names, too."""
        before, self.unnamed = self.unnamed, []
        if pair is Pair.LABEL:
            self.labelled = named if named.secret else self.labelled
        else:
            self.named = named
        self.has_name = self.has_name or pair is Pair.NAME
        return before if named.secret else []

    def hold(self, span: Span) -> None:
        """A child that may be a value has ended."""
        if not self.has_name:
            self.is_value_first = True
        if self.is_value_first:
            self.unnamed.append(span)

    def undecided(self) -> list[tuple[str, Span]]:
        """The values that what stands behind a cut may make secrets, with rules; of many none waits."""
        unnamed = self.unnamed if len(self.unnamed) == 1 else []
        return [*((info.rule, span) for info, span in self.held), *(("text.cut", span) for span in unnamed)]

    def given_away(self) -> list[tuple[NameInfo, Span]]:
        """Of what was held, what is a secret after all."""
        return [(info, span) for info, span in self.held if not self.kids.isdisjoint(info.companions)]
