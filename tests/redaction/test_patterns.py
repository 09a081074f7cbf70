"""Patterns."""

import pathlib

from hypothesis import given
from hypothesis import strategies as st

import captured_exchanges.redaction
from captured_exchanges.redaction.patterns import clean, compiled, quoted


@given(st.text(st.characters()))
def test_clean_text_is_always_utf8(text):
    """Lone surrogates are replaced, everything else is kept."""
    cleaned = clean(text)
    assert cleaned.encode().decode() == cleaned
    assert len(cleaned) == len(text)
    assert all(a == b for a, b in zip(cleaned, text, strict=True) if not "\ud800" <= b <= "\udfff")


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_quoted_literal_matches_itself(literal):
    """Whatever a literal holds, its source matches it and nothing less."""
    assert compiled(quoted(literal)).fullmatch(literal) is not None


def test_no_backtracking_engine_sees_foreign_input():
    """No module of this room imports the standard library's patterns."""
    folder = pathlib.Path(captured_exchanges.redaction.__file__).parent
    for module in folder.rglob("*.py"):
        lines = module.read_text(encoding="utf-8").splitlines()
        assert not any(line.strip() in {"import re", "import fnmatch", "import glob"} for line in lines), (
            module.name
        )
        assert not any(line.startswith("from re import") for line in lines), module.name
