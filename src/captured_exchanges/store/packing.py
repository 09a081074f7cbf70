"""From file to file: a `.c1z` into a database, a database into a `.c1z`, a crashed run's into a copy.

What these make is private (0600), new, synced, and gone again where anything failed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from captured_exchanges.errors import StoreError
from captured_exchanges.store.c1z import pack, unpack
from captured_exchanges.store.files import create_private

__all__ = ["copy_database", "pack_file", "unpack_file"]


def unpack_file(source: Path, target: Path, *, limit: int, name: str) -> None:
    """Make a database file of a `.c1z`; an empty `.c1z` makes an empty one.

    Raises:
        UnsupportedStore, CorruptStore: As `c1z.unpack`.
        StoreError: The disk has not enough room.
        OSError: From the system.
    """
    free = shutil.disk_usage(target.parent).free
    with source.open("rb") as packed, _created(target) as database:
        if os.fstat(packed.fileno()).st_size:
            unpack(packed, database, limit=limit, room=free, name=name)


def pack_file(source: Path, target: Path) -> None:
    """Make a `.c1z` of a database file that nobody writes meanwhile."""
    with source.open("rb") as database, _created(target) as packed:
        pack(database, packed, size=os.fstat(database.fileno()).st_size)


def copy_database(source: Path, target: Path) -> None:
    """Copy a database and its journals; the caller holds off writers.

    Raises:
        StoreError: The disk has not enough room.
        OSError: From the system.
    """
    parts = [(Path(f"{source}{suffix}"), Path(f"{target}{suffix}")) for suffix in ("", "-wal", "-journal")]
    present = [(part, copy) for part, copy in parts if part.exists()]
    free = shutil.disk_usage(target.parent).free
    if sum(part.stat().st_size for part, _ in present) > free:
        raise StoreError(f"{target.parent} has only {free:,} bytes free: free some space, or set TMPDIR")
    for part, copy in present:
        with part.open("rb") as original, _created(copy) as file:
            shutil.copyfileobj(original, file, 1024 * 1024)


@contextmanager
def _created(path: Path) -> Iterator[BinaryIO]:
    path.unlink(missing_ok=True)
    with create_private(path) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise
