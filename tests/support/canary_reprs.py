"""The words of every object of ours that can be reached from some: what a log or a debugger would show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import FunctionType, MethodType, ModuleType

OURS = "captured_exchanges"
MOST = 200_000


def reprs(*roots: object) -> Iterator[str]:
    """`repr` and `str` of each object below the roots whose class is of this package."""
    seen: dict[int, object] = {}
    below = list(roots)
    while below and len(seen) < MOST:
        each = below.pop()
        if id(each) in seen or isinstance(each, (str, bytes, int, float, type, ModuleType)):
            continue
        seen[id(each)] = each
        if type(each).__module__.startswith(OURS):
            yield f"{each!r} {each}"
        below += _inside(each)


def _inside(each: object) -> Iterator[object]:
    if isinstance(each, Mapping):
        yield from [*each.keys(), *each.values()]
    elif isinstance(each, (list, tuple, set, frozenset)):
        yield from list(each)
    elif isinstance(each, MethodType):
        yield each.__self__
    elif isinstance(each, FunctionType):
        yield from (cell.cell_contents for cell in each.__closure__ or () if _is_full(cell))
    if type(each).__module__.startswith(OURS):
        yield from vars(each).values() if hasattr(each, "__dict__") else ()
        for kind in type(each).__mro__:
            slots = getattr(kind, "__slots__", ())
            names = (slots,) if isinstance(slots, str) else slots
            yield from (getattr(each, name) for name in names if hasattr(each, name))


def _is_full(cell: object) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - an empty one raises
    except ValueError:
        return False
    return True
