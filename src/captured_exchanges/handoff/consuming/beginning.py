"""What a store is told first when a connector's epoch is new to it (PROTOCOL rule 3).

That earlier epochs of this connector which were never drained may have lost what followed; that another
store has the beginning of this one; and that the epoch exists. The last at once and not with the first
rows: of an epoch that ended before its first commit, nobody could tell later that something is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeAlias

from captured_exchanges.exchange import MAX_SEQUENCE, Gap, Opened, Watermark
from captured_exchanges.handoff.consuming.actions import Commit

__all__ = ["Loss", "first_commits", "losses_in"]

Loss: TypeAlias = tuple[str, int]
"""An epoch that ended undrained, and the first sequence of which nothing is known."""


def first_commits(
    opened: Opened, name: str, watermarks: Sequence[Watermark], told: Collection[Loss]
) -> list[Commit]:
    """The commits that come before any row of this epoch of the connector that the store knows by `name`;
    losses that were `told` are not repeated.
    """
    epoch, through = opened.epoch, opened.acked_through
    undrained = [mark for mark in watermarks if mark.connector == name and not mark.drained]
    losses = [_unknown_loss(mark) for mark in undrained if _loss_after(mark) not in told]
    elsewhere = [Gap(epoch, 1, through, through, 0, "released_elsewhere")] if through else []
    return [*losses, Commit(name, epoch, 0, through, gaps=elsewhere)]


def losses_in(commit: Commit) -> set[Loss]:
    """The unknown losses that a commit tells."""
    return {(gap.epoch, gap.first_sequence) for gap in commit.gaps if gap.reason == "unknown_loss"}


def _unknown_loss(mark: Watermark) -> Commit:
    """What followed the last commit is unknown, its number included."""
    epoch, first = _loss_after(mark)
    gap = Gap(epoch, first, MAX_SEQUENCE, 0, 0, "unknown_loss")
    return Commit(mark.connector, epoch, mark.through_sequence, mark.through_sequence, gaps=[gap])


def _loss_after(mark: Watermark) -> Loss:
    return mark.epoch, min(mark.through_sequence + 1, MAX_SEQUENCE)
