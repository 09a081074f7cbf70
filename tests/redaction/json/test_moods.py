"""Moods."""

import pytest

from captured_exchanges.redaction.json.moods import CALM, Level, Mood, mood_below, rule_for
from captured_exchanges.redaction.names import Effect, NameInfo, Names
from support.redaction_exchanges import fresh_secret

NAMES = Names()
RANDOM = fresh_secret(1, 40)


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("password_policy", Level.SUSPICION),
        ("credentials", Level.SUSPICION),
        ("permissions", Level.PERMISSIONS),
        ("token", Level.ALARM),
        ("owner", Level.CALM),
    ],
)
def test_a_name_sets_the_mood_below_it(name, level):
    """And never calms one that stands above."""
    assert mood_below(NAMES.of(name), CALM).level is level
    assert mood_below(NAMES.of(name), Mood(Level.ALARM, "name.x")) == Mood(Level.ALARM, "name.x")


@pytest.mark.parametrize(
    ("text", "name", "level", "rule"),
    [
        ("x", "token", Level.CALM, "name.token"),
        ("none", "token", Level.CALM, ""),
        ("", "token", Level.CALM, ""),
        ("x", "value", Level.ALARM, "name.above"),
        ("x", "value", Level.SUSPICION, ""),
        (RANDOM, "foo", Level.SUSPICION, "name.above"),
        (RANDOM, "foo", Level.CALM, ""),
        (RANDOM, "email", Level.ALARM, ""),
        (RANDOM, "credentials", Level.CALM, "name.credentials"),
    ],
)
def test_a_scalar_goes_by_its_name_and_its_mood(text, name, level, rule):
    """In suspicion what looks random, in alarm what is called a value too."""
    assert rule_for(NAMES, text, NAMES.of(name), Mood(level, "name.above")) == rule


def test_a_subtree_is_no_scalar():
    """Whoever walks takes it as a whole."""
    assert rule_for(NAMES, "x", NameInfo(Effect.SUBTREE, "name.password"), CALM) == ""
