"""A policy's effective rules as groups of short lines, to be shown, counted and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from captured_exchanges.redaction import Policy

__all__ = ["Groups", "differences", "groups_of"]

Groups: TypeAlias = dict[str, list[str]]
"""The rows of each table, by `table.row`."""

_IDENTITY = frozenset({"name", "version"})


def groups_of(policy: Policy) -> Groups:
    """All rules of a policy: empty rows too."""
    return dict(_groups("", {key: item for key, item in policy.as_json().items() if key not in _IDENTITY}))


def differences(policy: Policy, other: Policy) -> Iterator[tuple[str, list[str], list[str]]]:
    """Group, what this policy has beyond the other, what it lacks of it."""
    ours, theirs = groups_of(policy), groups_of(other)
    for group in dict.fromkeys((*ours, *theirs)):
        mine, yours = ours.get(group, []), theirs.get(group, [])
        more = [row for row in mine if row not in set(yours)]
        less = [row for row in yours if row not in set(mine)]
        if more or less:
            yield group, more, less


def _groups(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for key, item in table.items():
        name = f"{prefix}.{key}" if prefix else key
        if isinstance(item, dict):
            yield from _groups(name, item)
        elif isinstance(item, list):
            yield name, [row for entry in item for row in _rows(entry)]
        else:
            yield name, [str(item)]


def _rows(entry: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """One line for each thing that an entry of a table says."""
    match entry:
        case [str(key), list(items)]:
            yield from (f"{key}: {item}" for item in items)
        case [str(key), item]:
            yield f"{key}: {item}"
        case {"name": name, "pattern": pattern, "gates": list(gates)}:
            gated = f" (where {' or '.join(map(repr, gates))} stands)" if gates else ""
            yield f"{name}: {pattern}{gated}"
        case {"function": function, "version": version}:
            yield f"{function} {version}"
        case {"env": env, "file": file, "optional": optional}:
            where = f"environment variable {env}" if env else f"file {file}"
            yield f"{where} (may be missing)" if optional else where
        case dict():
            yield ", ".join(f"{key} {item}" for key, item in entry.items())
        case _:
            yield str(entry)
