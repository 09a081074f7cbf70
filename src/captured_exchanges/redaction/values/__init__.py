"""Deciding by value: families that are known by their looks, and what a single value looks like."""

from captured_exchanges.redaction.values.families import Families
from captured_exchanges.redaction.values.loosened import in_one_string
from captured_exchanges.redaction.values.notations import DEFAULT_FAMILIES, NOTATIONS
from captured_exchanges.redaction.values.shapes import (
    SHORTEST_RANDOM,
    is_moment,
    is_requirement,
    is_whole_basic,
    looks_like_credential,
    looks_random,
    rounded,
)
from captured_exchanges.redaction.values.table import FAMILIES, Family

__all__ = [
    # families
    "Families",
    # loosened
    "in_one_string",
    # notations
    "DEFAULT_FAMILIES",
    "NOTATIONS",
    # shapes
    "SHORTEST_RANDOM",
    "is_moment",
    "is_requirement",
    "is_whole_basic",
    "looks_like_credential",
    "looks_random",
    "rounded",
    # table
    "FAMILIES",
    "Family",
]
