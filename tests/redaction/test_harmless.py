"""What was found harmless is remembered."""

import pytest

from captured_exchanges.redaction.harmless import Harmless


@pytest.mark.parametrize(
    ("text", "answers", "asked"),
    [
        ("short", [True, True], 1),
        ("s" * 128, [True, True], 1),
        ("s" * 129, [True, True], 2),
        ("s" * 4_096, [True, True], 2),
        ("s" * 4_097, [False, False], 0),
        ("guilty", [False, False], 2),
    ],
    ids=["short", "longest kept", "longer", "longest judged", "too long", "guilty"],
)
def test_a_harmless_text_is_judged_once(text, answers, asked):
    """Where it is short; one that is long is not judged, for whoever is told no goes through it."""
    seen = []

    def judge(text):
        seen.append(text)
        return text != "guilty"

    harmless = Harmless(judge)
    assert [harmless(text), harmless(text)] == answers
    assert len(seen) == asked
    assert (text in harmless) == (asked == 1)
