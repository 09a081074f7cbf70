"""Every word of the lists in code that decide decides something, as every row of the tables does."""

import importlib
import random

import pytest

from captured_exchanges.redaction.patterns import compiled
from corpus.probes_words import PROBES
from corpus.probing import wrong
from support.examples import CHANCE
from support.redaction_rows import make_redactors_cheap

ROOM = "captured_exchanges.redaction"
ALTERNATIVES = compiled(r"(?:\(\?:|\(|^\(\?i\))((?:[^()|]+\|){2,}[^()|]+)(?:\)|$)")


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    make_redactors_cheap(monkeypatch)


def words_of(constant):
    """The words of a list: its items, or of a pattern the longest list of alternatives."""
    if not hasattr(constant, "pattern"):
        return constant
    return max((match[1].split("|") for match in ALTERNATIVES.finditer(constant.pattern)), key=len)


def without(constant, word):
    """The list without a word."""
    others = [other for other in words_of(constant) if other != word]
    if not hasattr(constant, "pattern"):
        return type(constant)(others)
    return compiled(constant.pattern.replace("|".join(words_of(constant)), "|".join(others)))


def decides(name, word, seeds, monkeypatch):
    """Whether a word makes right what is wrong without it."""
    module, _, constant = name.rpartition(".")
    home = importlib.import_module(f"{ROOM}.{module}")
    fewer = without(getattr(home, constant), word)
    for probe in PROBES[name]:
        seed = seeds.getrandbits(32)
        is_right = not wrong(probe, word, seed)
        with monkeypatch.context() as patched:
            patched.setattr(home, constant, fewer)
            if is_right and wrong(probe, word, seed):
                return True
    return False


@pytest.mark.parametrize("name", PROBES)
def test_without_a_word_something_goes_wrong(name, monkeypatch):
    """A secret stays, or something else goes; with the word neither does."""
    seed = CHANCE.getrandbits(32)
    seeds = random.Random(seed)
    module, _, constant = name.rpartition(".")
    words = words_of(getattr(importlib.import_module(f"{ROOM}.{module}"), constant))
    unnoticed = [word for word in words if not decides(name, word, seeds, monkeypatch)]
    assert not unnoticed, f"seed {seed}: nobody notices that these are gone: {unnoticed}"
