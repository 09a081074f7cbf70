"""Deciding by value: families that are known by their looks, and what a single value looks like."""

from captured_exchanges.redaction.values.families import Families
from captured_exchanges.redaction.values.shapes import (
    SHORTEST_RANDOM,
    looks_like_credential,
    looks_random,
    rounded,
)
from captured_exchanges.redaction.values.table import FAMILIES, Family

__all__ = [
    # families
    "Families",
    # shapes
    "SHORTEST_RANDOM",
    "looks_like_credential",
    "looks_random",
    "rounded",
    # table
    "FAMILIES",
    "Family",
]
