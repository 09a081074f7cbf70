"""A sidecar as a merge wants it: another file than the target, and nobody writing it any more."""

from __future__ import annotations

from pathlib import Path

from captured_exchanges.errors import StoreError, StoreLocked
from captured_exchanges.store.c1z import MAX_UNPACKED_BYTES
from captured_exchanges.store.faults import explained
from captured_exchanges.store.holders import holder
from captured_exchanges.store.opening import open_store
from captured_exchanges.store.store import Store
from captured_exchanges.store.working import folder_of

__all__ = ["open_sidecar"]


def open_sidecar(path: Path, *, into: Path, max_unpacked_bytes: int = MAX_UNPACKED_BYTES) -> Store:
    """Open a store for reading that is to be merged into another.

    This process must not have it open: see `holders.holder`.

    Raises:
        StoreLocked: Someone writes it, or has it open: what comes after the merge would be missed.
        StoreError: It is the target itself; or as `open_store`.
    """
    with explained(str(path)):
        who = holder(path)
        if _is_part_of(path.resolve(), into.resolve()):
            raise StoreError(f"{path} is the file to merge into: give the sidecar that holds its exchanges")
    if who:
        raise StoreLocked(f"{path} is open in {who}, which may still write it: end the consumer, then merge")
    return open_store(path, "r", max_unpacked_bytes=max_unpacked_bytes)


def _is_part_of(path: Path, target: Path) -> bool:
    """Whether a path is the target, by whatever name, or lies in its working folder."""
    same = path.exists() and target.exists() and path.samefile(target)
    return same or path == target or path.is_relative_to(folder_of(target))
