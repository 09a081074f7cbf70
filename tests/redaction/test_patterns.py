"""Patterns."""

import ast
import importlib
import pathlib
import pkgutil
import types

import re2
from hypothesis import given, settings
from hypothesis import strategies as st

import captured_exchanges.redaction
from captured_exchanges.redaction.patterns import (
    Alternatives,
    clean,
    compiled,
    compiled_gate,
    compiled_once,
    quoted,
)
from support.examples import EXAMPLES


@settings(max_examples=EXAMPLES)
@given(st.text(st.characters()))
def test_clean_text_is_always_utf8(text):
    """Lone surrogates are replaced, everything else is kept."""
    cleaned = clean(text)
    assert cleaned.encode().decode() == cleaned
    assert len(cleaned) == len(text)
    assert all(a == b for a, b in zip(cleaned, text, strict=True) if not "\ud800" <= b <= "\udfff")


@settings(max_examples=EXAMPLES)
@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_quoted_literal_matches_itself(literal):
    """Whatever a literal holds, its source matches it and nothing less."""
    assert compiled(quoted(literal)).fullmatch(literal) is not None


@settings(max_examples=EXAMPLES)
@given(st.lists(st.sampled_from(["ab", "b+", r"\bx", "(?i)C", "é$"]), max_size=5), st.text("abBcCxé "))
def test_alternatives_are_those_that_occur(sources, text):
    """Each pattern that occurs in a text, and no other one."""
    occurring = {at for at, source in enumerate(sources) if compiled_gate(source).search(text) is not None}
    assert Alternatives(sources).of(text) == occurring


def test_where_the_set_has_no_memory_each_may_occur(monkeypatch):
    """RE2 then says that none does; of a pattern of them all it is known that one does."""
    alternatives = Alternatives(["ab", "cd"])
    monkeypatch.setattr(alternatives, "_set", Alternatives(["xyz"])._set)
    assert alternatives.of("ab") == {0, 1}
    assert alternatives.of("b") == frozenset()


WITHOUT_PATTERNS = frozenset(
    {"__future__", "ahocorasick_rs", "backports", "base64", "binascii", "bisect", "brotli", "codecs",
     "collections", "collections.abc", "compression", "dataclasses", "datetime", "decimal", "enum",
     "functools", "hashlib", "hmac", "html.entities", "ipaddress", "itertools", "logging", "math", "msgspec",
     "orjson", "os", "pathlib", "random", "re2", "string", "sys", "threading", "time", "types", "typing",
     "unicodedata", "uuid", "zlib"}
)  # fmt: skip
"""What has none, or asks none about what a stranger sent."""
JUDGED = {
    "html": "unescape: one character reference of at most 32 characters at a time",
    "urllib.parse": "unquote: runs of ASCII, by one class; urlsplit, which has more, is not used",
    "json": "blanks, and numbers whose parts cannot be told apart in two ways; strings are read in C",
    "yaml": "one class of unprintable characters; scalars of at most a line by anchored patterns of classes",
    "sqlglot.dialects.dialect": "no text is given to it: its tokenisers are named",
    "sqlglot.errors": "no text is given to it: what the tokenisers raise",
    "sqlglot.tokenizer_core": "a scanner by hand, compiled",
    "difflib": "a policy's words, from whoever operates",
    "tomllib": "a policy file, from whoever operates",
}
"""What has patterns that backtrack, and why that is harmless here."""


def _imports(module):
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_no_backtracking_engine_sees_foreign_input():
    """No module of this room imports one, nor anything that may have one inside and was not judged."""
    folder = pathlib.Path(captured_exchanges.redaction.__file__).parent
    imported = {name for module in folder.rglob("*.py") for name in _imports(module)}
    outside = {name for name in imported if not name.startswith("captured_exchanges.")}
    assert outside - WITHOUT_PATTERNS == JUDGED.keys()


def test_every_pattern_of_the_room_is_one_of_re2():
    """Those that modules hold, and those that are made of the tables."""
    held = {}
    for module in pkgutil.walk_packages(
        captured_exchanges.redaction.__path__, "captured_exchanges.redaction."
    ):
        for name, value in vars(importlib.import_module(module.name)).items():
            if hasattr(value, "fullmatch") and not isinstance(value, (type, types.ModuleType)):
                held[module.name, name] = type(value)
    assert len(held) > 100
    assert set(held.values()) == {type(compiled("a"))}
    assert type(compiled_gate("a")) is type(compiled_once("a")) is type(re2.compile("a"))


def test_a_gate_captures_nothing():
    """Which is what makes a hit cheap."""
    assert compiled("(a)(b)").groups == 2
    assert compiled_gate("(a)(b)").groups == 0
    assert compiled_gate("(a)(b)").search("xaby").span() == (1, 3)
