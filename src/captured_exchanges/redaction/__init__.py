"""Redaction: what was captured, without its credentials."""

from captured_exchanges.redaction.engine import Redactor
from captured_exchanges.redaction.policy import DEFAULT_POLICY, Policy

__all__ = [
    # the engine
    "Redactor",
    # the policy
    "DEFAULT_POLICY",
    "Policy",
]
