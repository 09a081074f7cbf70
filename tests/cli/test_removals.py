# ruff: noqa: E501 - a row of a table is a line
"""Removals told to people: where, by which rule, and why."""

import pytest
import re2

from captured_exchanges.cli.reasons import reason
from captured_exchanges.cli.removals import Removal, removal_lines, removal_record

REMOVALS = [
    Removal("/headers/3", "header.authorization", "request", 1),
    *(Removal(f"/body/value/{at}/password", "name.password", "response", 1) for at in range(3)),
    Removal("/body/value/7/password", "name.password", "response", 2),
    Removal("", "omitted", "response", 2, "markup"),
]


def shown(width):
    return [line.plain for line in removal_lines(REMOVALS, width)]


def test_removals_that_are_alike_are_told_together():
    """In columns where there is room."""
    assert [[cell.strip() for cell in re2.split(r"\s{2,}", line.strip())] for line in shown(140)] == [
        [
            "entry 1 request /headers/3",
            "header.authorization",
            "the header authorization carries a credential",
        ],
        [
            "2 entries response /body/value/*/password (4 times)",
            "name.password",
            "the name means a secret: password",
        ],
        ["entry 2 response (all of it)", "omitted", "left out as a whole: markup"],
    ]
    assert (
        len(
            {line.index(rule) for line, rule in zip(shown(140), ("header.", "name.", "omitted"), strict=True)}
        )
        == 1
    )


@pytest.mark.parametrize("width", [80, 40])
def test_a_reason_stands_below_where_there_is_no_room(width):
    """Folded within the width."""
    lines = shown(width)
    assert lines[0] == "  entry 1 request /headers/3  header.authorization"
    assert lines[1].startswith("      the header authorization")
    assert all(len(line) <= width for line in lines if line.startswith("      "))


def test_nothing_is_told_in_no_lines():
    """No heading of an empty table."""
    assert list(removal_lines([], 80)) == []


def test_a_record_has_the_reason():
    """In words."""
    assert removal_record(REMOVALS[0]) == {
        "entry": 1, "part": "request", "path": "/headers/3", "rule": "header.authorization",
        "why": "the header authorization carries a credential",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("name.api_key", "the name means a secret: api key"), ("value.github", "looks like a credential: github"),
        ("url.code", "a code of OAuth"), ("registered", "a known secret"), ("policy.employee", "own rule employee"),
        ("detail.body", "this profile keeps no bodies"), ("sql.literal", "of which this profile keeps none"), ("new.kind", "kind"),
        ("odd", "odd"),
        ("name.login", "what a login was sent or answered"), ("name.vault", "kept as a secret there"),
        ("name.bare", "a secret and nothing else"),
    ],
)  # fmt: skip
def test_every_rule_has_words(rule, words):
    """One that nobody has described is told by its label."""
    assert words in reason(rule)
