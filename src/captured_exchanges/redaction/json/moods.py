"""Moods: what stands above a place in a document, and what that means for the values below it.

A name that only raises a suspicion (`credentials`) takes nothing by itself; below it, what looks random
goes. The walks through JSON and through markup share these rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from captured_exchanges.redaction.names import Effect, NameInfo, Names, Pair
from captured_exchanges.redaction.values import is_whole_basic, looks_random

__all__ = ["CALM", "VAULTS", "Level", "Mood", "mood_below", "rule_for"]


class Level(IntEnum):
    """From what raises nothing to what takes most."""

    CALM = 0
    PERMISSIONS = 1
    """Secret names are names of permissions where the value says so."""
    SUSPICION = 2
    """What looks random goes."""
    ALARM = 3
    """What is called `value` goes too."""
    VAULT = 4
    """Everything goes."""


@dataclass(frozen=True, slots=True)
class Mood:
    """What stands above a place, and the rule that goes with it."""

    level: Level
    rule: str = ""


CALM = Mood(Level.CALM)
VAULTS = {
    "all": Mood(Level.VAULT, "name.vault"),
    "values": Mood(Level.ALARM, "name.vault"),
    "random": Mood(Level.SUSPICION, "name.login"),
}
"""The mood of a whole document, by what its URL has said of it."""
_CODES = frozenset({"name.otp", "name.code"})
"""What stands above a `code` that is one of its: `{"totp": {"code": …}}`."""
_LEVELS = {
    Effect.ABOUT: Level.SUSPICION,
    Effect.CONTAINER: Level.SUSPICION,
    Effect.PERMISSIONS: Level.PERMISSIONS,
    Effect.SCALAR: Level.ALARM,
    Effect.SUBTREE: Level.ALARM,  # where it is not all removed
    Effect.LEAVES: Level.VAULT,
}


def mood_below(info: NameInfo, mood: Mood) -> Mood:
    """The mood below a name that stands in a mood."""
    level = _LEVELS.get(info.effect)
    return Mood(level, info.rule) if level is not None and level > mood.level else mood


def rule_for(names: Names, text: str, info: NameInfo, mood: Mood) -> str:
    """The rule by which a scalar goes, or empty."""
    is_weak = info.effect not in {Effect.SUBTREE, Effect.LEAVES} and mood.level is not Level.VAULT
    if not text or (is_weak and names.is_harmless(text)):
        return ""
    if info.effect is Effect.SCALAR or info.effect is Effect.LEAVES:
        return info.rule
    if mood.level is Level.VAULT:
        return mood.rule
    is_value = info.pair is Pair.VALUE or (info.rule == "name.code" and mood.rule in _CODES)
    if mood.level is Level.ALARM and is_value and info.effect is not Effect.KNOWN:
        return mood.rule
    if info.effect is Effect.CONTAINER and is_whole_basic(text):
        return info.rule
    suspect = info.effect is Effect.CONTAINER or (
        mood.level >= Level.SUSPICION and info.effect is Effect.PLAIN
    )
    return (info.rule or mood.rule) if suspect and looks_random(text) else ""
