"""The one place that knows where Zstandard comes from: the standard library since 3.14, else its backport.

Both have the same names; the rest of the room imports `zstd` from here.
"""

from __future__ import annotations

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["zstd"]
