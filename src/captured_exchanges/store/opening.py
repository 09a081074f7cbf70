"""Opening a store: which kind of file it is, and what a crashed run has left.

For reading, a `.c1z` is unpacked into a temporary file that has no name any more once it is open, so
that nothing stays behind whatever happens to the process. A writer elsewhere does not disturb: readers
see what was last saved; of a run that crashed, what it had committed, in a copy.

For writing, the database of a `.c1z` lies in the working folder beside the file (see `working`), one
writer at a time. A SQLite database is opened in place for both; other programs may have it open too, and
writers take turns by SQLite's own locks.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from pathlib import Path
from typing import Literal, TypeAlias

from captured_exchanges.errors import StoreError
from captured_exchanges.store.c1z import MAX_UNPACKED_BYTES
from captured_exchanges.store.database import Database
from captured_exchanges.store.faults import explained
from captured_exchanges.store.files import contents, create_private
from captured_exchanges.store.packing import copy_database, unpack_file
from captured_exchanges.store.store import Store
from captured_exchanges.store.working import CopyLock, WorkingFolder, folder_of

__all__ = ["Mode", "open_store"]

Mode: TypeAlias = Literal["r", "rw"]

_log = logging.getLogger(__name__)


def open_store(
    path: str | os.PathLike[str],
    mode: Mode = "r",
    *,
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES,
    max_sync_bytes: int | None = None,
) -> Store:
    """Open a `.c1z` or a SQLite database.

    Args:
        path: `.db`, `.sqlite` and `.sqlite3` are SQLite, any other name tells by its first bytes.
        mode: "r", or "rw", which makes the file where it is missing (a `.c1z` when it is first saved).
        max_unpacked_bytes: The bound on what a `.c1z` may unpack to; free disk is another.
        max_sync_bytes: What the documents of a sync may take, in bytes; None: as much as they do. What is
            above goes when the store is saved: bodies first, oldest first, each cut told in the ledger.

    Raises:
        StoreLocked: For "rw": another process writes this `.c1z`.
        UnsupportedStore: The file is no store, or of a version that is not handled.
        CorruptStore: The file is damaged, truncated, or larger than the bound.
        StoreError: It is missing, or cannot be read or written.
    """
    if mode not in {"r", "rw"}:
        raise ValueError(f"mode is 'r' or 'rw', not {mode!r}")
    if max_sync_bytes is not None and max_sync_bytes < 0:
        raise ValueError(f"max_sync_bytes is a number of bytes, not {max_sync_bytes}")
    given = Path(path)
    with explained(str(given)):
        kind, present = contents(given)
        real = given.resolve()
        if mode == "r":
            _require_saved(given, real, present)
            return _read_c1z(given, real, max_unpacked_bytes) if kind == "c1z" else _read_sqlite(given, real)
        _require_writable(given, present)
        if kind == "c1z":
            return _write_c1z(given, real, max_unpacked_bytes, max_sync_bytes)
        return _write_sqlite(given, real, max_sync_bytes)


def _require_writable(given: Path, present: bool) -> None:
    if present and not os.access(given, os.W_OK):
        raise StoreError(f"{given} may not be written: check its mode, or open it for reading")


def _require_saved(given: Path, real: Path, present: bool) -> None:
    if present:
        return
    with CopyLock(real) as left:
        if left is not None:
            return
    if folder_of(real).exists():
        raise StoreError(
            f"{given} has not been saved yet: wait for its writer (it works in {folder_of(real)})"
        )
    raise StoreError(f"{given}: no such file: check the path")


def _write_c1z(given: Path, real: Path, limit: int, max_sync_bytes: int | None) -> Store:
    folder = WorkingFolder.claim(real)
    worthless = False
    try:
        recovered = folder.is_recoverable()
        if not recovered:
            worthless = True
            _unpack_into(folder, given, limit)
        database = Database(folder.database, name=str(given), read_only=False)
    except BaseException:
        if worthless:
            folder.remove()
        else:
            folder.leave()
        raise
    database.dirty = recovered
    if recovered:
        _log.warning(
            "%s: a run that crashed left work unsaved; it was recovered and goes in when saved", given
        )
    return Store(given, database, folder=folder, recovered=recovered, max_sync_bytes=max_sync_bytes)


def _unpack_into(folder: WorkingFolder, given: Path, limit: int) -> None:
    target = folder.begin()
    if given.exists():
        unpack_file(given, target, limit=limit, name=str(given))
    else:
        create_private(target).close()
    folder.began()


def _read_c1z(given: Path, real: Path, limit: int) -> Store:
    place = Path(tempfile.mkdtemp(prefix="captured-exchanges-"))
    try:
        database = place / "database.db"
        with explained(f"{given}, unpacked under {place.parent} (TMPDIR)"):
            recovered = _copy_of_crashed(real, database, str(given))
            if not recovered:
                unpack_file(given, database, limit=limit, name=str(given))
        opened = Database(database, name=str(given), read_only=True, immutable=True)
    finally:
        shutil.rmtree(place)
    if recovered:
        _log.warning("%s: a run that crashed left work unsaved; this is what it had committed", given)
    return Store(given, opened, recovered=recovered)


def _copy_of_crashed(real: Path, database: Path, name: str) -> bool:
    with CopyLock(real) as left:
        if left is None:
            return False
        copy_database(left, database)
    copied = Database(database, name=name, read_only=False)
    try:
        copied.fold()
    finally:
        copied.close()
    return True


def _write_sqlite(given: Path, real: Path, max_sync_bytes: int | None) -> Store:
    if not real.exists():
        create_private(real).close()
    database = Database(real, name=str(given), read_only=False)
    return Store(given, database, max_sync_bytes=max_sync_bytes)


def _read_sqlite(given: Path, real: Path) -> Store:
    # SQLite reads a database in WAL mode through files beside it; where it cannot make them and none are
    # there, nobody writes the database either.
    log = Path(f"{real}-wal")
    still = not os.access(real.parent, os.W_OK) and not (log.exists() and log.stat().st_size)
    return Store(given, Database(real, name=str(given), read_only=True, immutable=still))
