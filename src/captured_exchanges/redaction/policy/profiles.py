"""Policies by the word that names them: a profile, or a file."""

from __future__ import annotations

import os
from pathlib import Path

from captured_exchanges.errors import PolicyError
from captured_exchanges.redaction.policy.file import load_policy
from captured_exchanges.redaction.policy.policy import DEFAULT_POLICY, PROFILES, Policy
from captured_exchanges.redaction.policy.problems import did_you_mean

__all__ = ["POLICY_VARIABLE", "policy_from_environment", "policy_named"]

POLICY_VARIABLE = "EXCHANGES_POLICY"
"""Names the policy of connectors that are started without one."""


def policy_named(word: str) -> Policy:
    """The profile of this name, or the policy in this file (`./strict` for a file of a profile's name).
    Raises PolicyError.
    """
    if word in PROFILES:
        return PROFILES[word]
    if "/" in word or "." in word or Path(word).exists():
        return load_policy(word)
    raise PolicyError(f"{word!r} is no profile, and there is no such file: {did_you_mean(word, PROFILES)}")


def policy_from_environment() -> Policy:
    """The policy that EXCHANGES_POLICY names; the default one where it names none. Raises PolicyError."""
    word = os.environ.get(POLICY_VARIABLE, "")
    if not word:
        return DEFAULT_POLICY
    try:
        return policy_named(word)
    except PolicyError as error:
        raise PolicyError(f"{POLICY_VARIABLE}: {error}") from error
