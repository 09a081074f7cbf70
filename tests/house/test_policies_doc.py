"""docs/policies.md says what is so: its file loads, its code runs, and no key is missing."""

from pathlib import Path

import pytest

from captured_exchanges.redaction import PROFILES, Policy, load_policy
from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.policy.rules import CHECKS
from captured_exchanges.redaction.policy.schema import KEYS

DOC = (Path(__file__).parents[2] / "docs/policies.md").read_text()


def block(language):
    """The one block of a language."""
    (_, found) = DOC.split(f"```{language}\n")
    return found.partition("```")[0]


def test_the_file_can_be_used(tmp_path):
    """As it is printed."""
    path = tmp_path / "acme.toml"
    path.write_text(block("toml"))
    policy = load_policy(path)
    assert (policy.name, policy.version, policy.detail) == ("acme", "3", Detail.FULL)
    assert policy.remove.values[0].gates == ("emp",)


def test_the_code_runs(monkeypatch):
    """As it is printed."""
    monkeypatch.delenv("ACME_TOKEN", raising=False)
    made = {}
    exec(block("python"), made)  # noqa: S102 - our own docs
    assert isinstance(made["policy"], Policy)
    assert made["producer"].redactor.policy == made["policy"].info()


@pytest.mark.parametrize(
    "key", [*KEYS, *CHECKS["remove"], *CHECKS["keep"], "values", "gate", "env", "file", "optional"]
)
def test_every_key_is_told(key):
    """Nobody has to read the source."""
    lines = [line.lstrip("# ").replace("[", "").split()[:1] for line in block("toml").splitlines()]
    assert any(line and line[0].rstrip("].").split(".")[0] == key for line in lines)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_is_told(profile):
    """With a row of its own."""
    assert f"| `{profile}` |" in DOC
