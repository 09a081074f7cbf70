"""Redaction: what was captured, without its credentials."""

from captured_exchanges.redaction.adjustments import Judge, Leaf, ValueRule
from captured_exchanges.redaction.engine import Redactor
from captured_exchanges.redaction.policy import (
    DEFAULT_POLICY,
    POLICY_VARIABLE,
    PROFILES,
    Policy,
    PolicyProblems,
    load_policy,
    policy_from_environment,
    policy_named,
)

__all__ = [
    # the engine
    "Redactor",
    # the policy
    "DEFAULT_POLICY",
    "POLICY_VARIABLE",
    "PROFILES",
    "Policy",
    "PolicyProblems",
    "load_policy",
    "policy_from_environment",
    "policy_named",
    # a policy's own rules
    "Judge",
    "Leaf",
    "ValueRule",
]
