"""How much an object holds on to."""

from __future__ import annotations

import gc
import sys
import types

_SHARED = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType)


def deep_size(root: object) -> int:
    """Bytes of an object and of all that it refers to, but for code: each object once."""
    seen: set[int] = set()
    size, rest = 0, [root]
    while rest:
        item = rest.pop()
        if id(item) in seen or isinstance(item, _SHARED):
            continue
        seen.add(id(item))
        size += sys.getsizeof(item)
        rest += gc.get_referents(item)
    return size
