"""Deciding by name: the tables of words, and the decision about one name."""

from captured_exchanges.redaction.names.names import Effect, NameInfo, Names, Pair
from captured_exchanges.redaction.names.table import DEFAULT_NAMES, NameTable

__all__ = [
    # names
    "Effect",
    "NameInfo",
    "Names",
    "Pair",
    # table
    "DEFAULT_NAMES",
    "NameTable",
]
