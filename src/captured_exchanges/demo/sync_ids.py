"""Sync ids of the form baton's SDK gives: a KSUID, sortable by its second.

20 bytes (seconds since 2014-05-13T16:53:20Z in 32 bits, then 128 random ones), as 27 digits to the base 62.
"""

from __future__ import annotations

import secrets
import string
import time

__all__ = ["new_sync_id"]

EPOCH = 1_400_000_000
DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
LENGTH = 27


def new_sync_id() -> str:
    """A fresh sync id."""
    number = int(time.time() - EPOCH) << 128 | secrets.randbits(128)
    digits: list[str] = []
    for _ in range(LENGTH):
        number, digit = divmod(number, len(DIGITS))
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))
