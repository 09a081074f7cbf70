"""Registered secrets."""

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.registry import (
    MAX_LEARNED,
    MAX_OBSERVED,
    MAX_REGISTERED,
    VOCABULARY,
    Needles,
    Registry,
    is_findable,
)
from support.examples import EXAMPLES
from support.redaction_exchanges import fresh_secret, secrets


def finds(registry, secret):
    return any(needles.found(secret.encode()) for needles in registry.needles())


def removed(registry, text):
    for needles in registry.needles():
        text = needles.replace(text, lambda _: "*")
    return text


@settings(max_examples=EXAMPLES)
@given(st.lists(secrets, min_size=1, max_size=30, unique=True))
def test_every_registered_secret_is_found(made):
    """However many there are, the newest and the oldest."""
    registry = Registry(pytest.fail)
    for secret in made:
        registry.register(secret)
        assert finds(registry, f"x{secret}x")
    text = " ".join(made)
    assert removed(registry, text).replace("*", "").strip() == ""
    assert not finds(registry, "nothing of the kind")


@pytest.mark.parametrize("lasting", [False, True])
def test_longer_spellings_go_before_shorter_ones(lasting):
    """A secret that begins with another leaves no tail behind."""
    short = fresh_secret()
    needles = Needles([short.encode(), f"{short}-longer".encode()], lasting=lasting)
    assert needles.replace(f"a {short}-longer b", lambda _: "*") == "a * b"
    assert needles.replace(f"a {short} b", lambda _: "*") == "a * b"


def test_both_shelves_are_bounded():
    """The oldest goes first; of the registered ones, with a count."""
    told = []
    registry = Registry(told.append)
    first, kept = fresh_secret(1), fresh_secret(2)
    registry.register(kept)
    registry.observe(first)
    for number in range(MAX_OBSERVED):
        registry.observe(fresh_secret(number + 1_000))
    assert not finds(registry, first)
    assert finds(registry, kept)
    assert told == []
    for number in range(MAX_REGISTERED):
        registry.register(fresh_secret(number + 10_000))
    assert told == ["redaction.registry_full"]


def test_what_is_seen_again_stays():
    """The shelf of observed secrets forgets what has not been seen for longest."""
    registry = Registry(pytest.fail)
    token = fresh_secret(1)
    for number in range(3 * MAX_OBSERVED):
        registry.observe(token)
        registry.observe(fresh_secret(number + 1_000))
    assert finds(registry, token)


def test_what_is_asked_for_often_gets_an_automaton():
    """A token that every request shows is not searched for spelling by spelling for ever."""
    registry = Registry(pytest.fail)
    registry.observe(token := fresh_secret())
    one_by_one = registry.needles()
    for _ in range(200):
        assert finds(registry, f"x{token}x")
    assert registry.needles() is not one_by_one
    assert not registry._recent
    assert removed(registry, f"é{token}é") == "é*é"


@pytest.mark.parametrize("value", ["abc", "", *VOCABULARY.split()[:12], "assword", "EDACTE"])
def test_words_of_documents_cannot_be_registered(value):
    """They would wreck every document; that is counted."""
    told = []
    registry = Registry(told.append)
    registry.register(value)
    registry.observe(value)
    assert told == ["redaction.secret_not_registrable"]
    assert registry.needles() == ()


@pytest.mark.parametrize(
    ("value", "findable"), [("short12", False), ("aaaaaaaaaa", False), ("hunter-seven", True)]
)
def test_what_nobody_registered_must_be_telling(value, findable):
    """Eight characters, four of them different."""
    assert is_findable(value.encode()) is findable


def test_bytes_that_are_no_text_may_be_registered():
    """Their base64 and hex are found."""
    registry = Registry(pytest.fail)
    registry.register(b"\xff\xfe\x00\x01secret\xff")
    assert finds(registry, b"\xff\xfe\x00\x01secret\xff".hex())


def test_nothing_keeps_patterns_made_of_secrets():
    """The cache of `re2` would hold them in plain text long after they are forgotten here."""
    secret = fresh_secret()
    re2.purge()
    Needles([secret.encode()], lasting=True)
    assert re2._Regexp._make.cache_info().currsize == 0
    assert secret not in repr(Needles([secret.encode()]))


def test_what_documents_tell_forgets_nothing_that_requests_have_shown():
    """However many tokens are learned, the shelf of observed secrets is another one."""
    registry = Registry(pytest.fail)
    shown, told = fresh_secret(1), fresh_secret(2)
    registry.observe(shown)
    registry.learn(told)
    assert finds(registry, told)
    for number in range(MAX_LEARNED):
        registry.learn(fresh_secret(number + 1_000))
    assert finds(registry, shown)
    for _ in range(20):
        registry.observe(fresh_secret())
    assert not finds(registry, told)
