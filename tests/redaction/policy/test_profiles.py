"""Policies by name."""

import pytest

from captured_exchanges.errors import PolicyError
from captured_exchanges.redaction import (
    DEFAULT_POLICY,
    POLICY_VARIABLE,
    PROFILES,
    policy_from_environment,
    policy_named,
)


@pytest.mark.parametrize("name", ["default", "strict", "metadata"])
def test_a_profile_has_a_name(name):
    """And the name leads to it."""
    assert policy_named(name) is PROFILES[name]
    assert policy_named(name).name == name


def test_a_file_is_named_by_its_path(tmp_path, monkeypatch):
    """With or without a suffix; a profile's name wins."""
    monkeypatch.chdir(tmp_path)
    for name in ("acme.toml", "acme", "strict"):
        (tmp_path / name).write_text('schema = 1\nname = "mine"\n')
    assert (
        policy_named("acme.toml").name == policy_named("acme").name == policy_named("./strict").name == "mine"
    )
    assert policy_named("strict").name == "strict"


def test_a_word_that_is_neither_is_told_what_there_is(tmp_path, monkeypatch):
    """With the name that was perhaps meant."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PolicyError, match=r"'strit' is no profile.*did you mean 'strict'\?"):
        policy_named("strit")
    with pytest.raises(PolicyError, match="No such file"):
        policy_named("strict.toml")


def test_the_environment_names_a_policy(monkeypatch):
    """Where nothing else does; what is wrong with it begins with its name."""
    monkeypatch.delenv(POLICY_VARIABLE, raising=False)
    assert policy_from_environment() is DEFAULT_POLICY
    monkeypatch.setenv(POLICY_VARIABLE, "metadata")
    assert policy_from_environment().name == "metadata"
    monkeypatch.setenv(POLICY_VARIABLE, "metdata")
    with pytest.raises(PolicyError, match="EXCHANGES_POLICY: 'metdata' is no profile"):
        policy_from_environment()
