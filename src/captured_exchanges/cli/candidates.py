"""What may stand in an argument's place, for completion in a shell: ids that are looked up in the file named.

A shell asks while somebody waits with a finger on the key, so only what is cheap is looked up: a database
is asked by its indexes, a `.c1z`, which must be unpacked for it, where it is small. Whatever is wrong with
the file, there are then no candidates: running the command tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import get_args

import click
from click.shell_completion import CompletionItem

from captured_exchanges.errors import StoreError
from captured_exchanges.store import ObjectKind, Store, open_store

__all__ = [
    "complete_kind",
    "complete_object",
    "complete_place",
    "complete_policy",
    "complete_request_id",
    "complete_sync_id",
]

_MOST = 50
_PACKED_BYTES = 8 * 1024 * 1024
_UNPACKED_BYTES = 64 * 1024 * 1024
_PROFILES = ("default", "strict", "metadata")
"""Told here once more: importing them would load the whole engine."""
_KINDS = ("http", "sql", "ldap")
_UNIX = "unix:"


def complete_request_id(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Request ids of FILE."""
    return _from_file(ctx, incomplete, lambda store: store.exchanges().request_ids(incomplete, limit=_MOST))


def complete_object(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Objects of FILE, of every kind."""
    return _from_file(
        ctx,
        incomplete,
        lambda store: sorted(
            name for kind in get_args(ObjectKind) for name in store.object_ids(kind, incomplete, limit=_MOST)
        ),
    )


def complete_sync_id(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Syncs of FILE."""
    return _from_file(ctx, incomplete, Store.sync_ids)


def complete_kind(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Transports that this package knows; there may be others."""
    return [CompletionItem(kind) for kind in _KINDS if kind.startswith(incomplete)]


def complete_place(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """A file, which the shell completes itself; behind `unix:` a socket and the folders that lead to it."""
    if not incomplete.startswith(_UNIX):
        return [CompletionItem(incomplete, type="file")]
    typed = incomplete.removeprefix(_UNIX)
    folder, name = typed[: typed.rfind("/") + 1], typed[typed.rfind("/") + 1 :]
    try:
        found = sorted(entry for entry in Path(folder or ".").iterdir() if entry.name.startswith(name))
        return [CompletionItem(f"{_UNIX}{folder}{end}") for end in islice(_ways(found), _MOST)]
    except OSError:
        return []


def complete_policy(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """A profile, or a file."""
    named = [CompletionItem(name) for name in _PROFILES if name.startswith(incomplete)]
    return [*named, CompletionItem(incomplete, type="file")]


def _ways(found: Iterable[Path]) -> Iterator[str]:
    for entry in found:
        if entry.is_dir():
            yield f"{entry.name}/"
        elif entry.is_socket():
            yield entry.name


def _from_file(
    ctx: click.Context, incomplete: str, look: Callable[[Store], list[str]]
) -> list[CompletionItem[str]]:
    path = ctx.params.get("file")
    try:
        if not isinstance(path, Path) or (path.suffix == ".c1z" and path.stat().st_size > _PACKED_BYTES):
            return []
        with open_store(path, "r", max_unpacked_bytes=_UNPACKED_BYTES) as store:
            found = look(store)
    except (StoreError, OSError):
        return []
    return [CompletionItem(name) for name in found if name.startswith(incomplete) and name.isprintable()]
