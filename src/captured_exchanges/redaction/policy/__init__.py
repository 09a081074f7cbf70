"""Policies: what goes and what stays, as profiles, as files, as values to build on."""

from captured_exchanges.redaction.policy.file import load_policy
from captured_exchanges.redaction.policy.policy import (
    DEFAULT_POLICY,
    PROFILES,
    RULES_VERSION,
    Jwt,
    Policy,
)
from captured_exchanges.redaction.policy.problems import PolicyProblems, Problem
from captured_exchanges.redaction.policy.profiles import (
    POLICY_VARIABLE,
    policy_from_environment,
    policy_named,
)
from captured_exchanges.redaction.policy.secrets import SecretSource

__all__ = [
    # file
    "load_policy",
    # policy
    "DEFAULT_POLICY",
    "PROFILES",
    "RULES_VERSION",
    "Jwt",
    "Policy",
    # problems
    "PolicyProblems",
    "Problem",
    # profiles
    "POLICY_VARIABLE",
    "policy_from_environment",
    "policy_named",
    # secrets
    "SecretSource",
]
