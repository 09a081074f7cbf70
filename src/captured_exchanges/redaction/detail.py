"""How much of an exchange is kept at all, before any rule asks what in it is a secret."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Detail"]


class Detail(IntEnum):
    """From least to most."""

    METADATA = 0
    """What was asked and how it ended: no content, no value of any header, parameter or attribute."""
    STRICT = 1
    """No bodies, rows or entries' values; no values of queries and filters; statements without literals."""
    FULL = 2
    """All but credentials."""
