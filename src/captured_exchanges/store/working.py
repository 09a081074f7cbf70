"""The working folder: where the database of a `.c1z` lies uncompressed while one process writes it.

It stands beside the file (`sync.c1z` → `sync.c1z.work/`, mode 0700) and holds

    lock             held with flock for as long as the writer lives: the kernel releases it at any death
    database.db      the database, with SQLite's own -wal and -shm; it appears complete or not at all
    base.json        stamps of the `.c1z` that this database stands for
    unpacking, packed, spare   halves of an unfinished open or save, worth nothing after a crash

A folder with a `database.db` that nobody locks is what a crashed run left: the next opening for writing
goes on with it, an opening for reading reads a copy. Where the `.c1z` was replaced by someone else after
the crash, going on would undo their work: opening for writing is refused, reading reads their file.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from captured_exchanges.errors import StoreError, StoreLocked
from captured_exchanges.store.files import (
    Stamp,
    create_private,
    fsync_folder,
    private_folder,
    replace,
    stamp,
)

__all__ = ["CopyLock", "WorkingFolder", "folder_of"]

_READERS_PATIENCE = 30.0  # seconds that a writer waits for readers who copy what a crash left
_POLL = 0.02


def folder_of(target: Path) -> Path:
    """Where the working folder of a `.c1z` stands."""
    return target.with_name(target.name + ".work")


class WorkingFolder:
    """The claimed working folder of one `.c1z`; made by `claim`. Not thread-safe: its Store guards it."""

    def __init__(self, target: Path, lock: int) -> None:
        self.target = target
        self.path = folder_of(target)
        self.database = self.path / "database.db"
        self._unpacking = self.path / "unpacking"
        self.packed = self.path / "packed"
        self.spare = self.path / "spare"
        self._base = self.path / "base.json"
        self._draft = self.path / "base.json.new"
        self._lock = lock

    @classmethod
    def claim(cls, target: Path) -> WorkingFolder:
        """Make the folder where it is missing and lock it.

        Raises:
            StoreLocked: A living process holds it.
            StoreError: The folder is someone else's.
            OSError: From the system.
        """
        path = folder_of(target)
        while True:
            private_folder(path)
            with suppress(FileNotFoundError):  # its last owner was just removing it: make it again
                lock = _locked(path, target)
                if lock is not None:
                    return cls(target, lock)

    def is_recoverable(self) -> bool:
        """Whether a crashed run left a database here.

        Raises:
            StoreError: It did, and the `.c1z` is no longer the one that it stands for.
        """
        if not self.database.exists():
            return False
        if stamp(self.target) in _stamps(self._base):
            return True
        raise StoreError(
            f"{self.target} was replaced after a run that crashed, whose unsaved work lies in {self.path}: "
            "move that folder away (its database.db opens by itself) or delete it, then open again"
        )

    def begin(self) -> Path:
        """Clear what is worthless and note the `.c1z` as it is; returns where to create the database."""
        self._clear()
        self._note(stamp(self.target))
        return self._unpacking

    def began(self) -> None:
        """The database is complete and synced at the path that `begin` gave."""
        replace(self._unpacking, self.database)
        fsync_folder(self.path.parent)

    def publish(self) -> None:
        """Put the complete, synced `packed` in the place of the `.c1z`.

        Raises:
            StoreError: Another program, to which our lock means nothing, has replaced it since we read it.
        """
        if stamp(self.target) not in _stamps(self._base):
            raise StoreError(
                f"{self.target} was written by another program while it was open here: it is left as that "
                "program wrote it; let it end, then try again"
            )
        new = stamp(self.packed)
        # A crash on either side of the rename must find its own stamp here.
        self._note(*_stamps(self._base), new)
        replace(self.packed, self.target)
        self._note(new)

    def remove(self) -> None:
        """All is saved: take the folder away and give up the lock."""
        self._clear()
        self._base.unlink(missing_ok=True)
        (self.path / "lock").unlink(missing_ok=True)
        with suppress(OSError):  # another process has just moved in, or a stranger's file lies here
            self.path.rmdir()
        os.close(self._lock)

    def leave(self) -> None:
        """Give up the lock and leave the database for the next opening."""
        os.close(self._lock)

    def _clear(self) -> None:
        # The database goes first: without it, whatever a crash leaves of the rest means nothing.
        for path in (
            self.database,
            Path(f"{self.database}-wal"),
            Path(f"{self.database}-shm"),
            Path(f"{self.database}-journal"),
            self._unpacking,
            self.packed,
            self.spare,
            self._draft,
        ):
            path.unlink(missing_ok=True)

    def _note(self, *stamps: Stamp | None) -> None:
        self._draft.unlink(missing_ok=True)
        with create_private(self._draft) as file:
            file.write(json.dumps(stamps).encode())
            file.flush()
            os.fsync(file.fileno())
        replace(self._draft, self._base)


class CopyLock:
    """A reader's hold on a working folder that nobody writes, while it copies the database.

    `with CopyLock(target) as database:` gives the path of the database that a crash left, or None where
    there is none to read: no folder, a living writer, another user's folder, or a newer `.c1z`.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._lock: int | None = None

    def __enter__(self) -> Path | None:
        path = folder_of(self._target)
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            if not _is_trusted(path, self._target):
                return None
            self._lock = os.open(path / "lock", os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            if _try(self._lock, fcntl.LOCK_SH) and _is(self._lock, path / "lock"):
                database = path / "database.db"
                if database.exists() and stamp(self._target) in _stamps(path / "base.json"):
                    return database
        return None

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            os.close(self._lock)


def _is_trusted(folder: Path, target: Path) -> bool:
    """Whether the folder is of this user or the file's owner: in a shared folder anyone could plant one."""
    owner = folder.lstat().st_uid
    return owner == os.geteuid() or (target.exists() and target.stat().st_uid == owner)


def _locked(path: Path, target: Path) -> int | None:
    """A descriptor that holds the lock; None where the file was removed meanwhile."""
    lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _wait_for_readers(lock, path, target)
        if _is(lock, path / "lock"):
            os.truncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
            return lock
    except BaseException:
        os.close(lock)
        raise
    os.close(lock)
    return None


def _wait_for_readers(lock: int, path: Path, target: Path) -> None:
    deadline = time.monotonic() + _READERS_PATIENCE
    while not _try(lock, fcntl.LOCK_EX):
        # Readers share the lock among themselves and soon go; a writer shares it with nobody.
        if not _try(lock, fcntl.LOCK_SH) or time.monotonic() > deadline:
            holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip()
            raise StoreLocked(
                f"{target} is being written by another process{f' ({holder})' if holder.isdigit() else ''}: "
                f"wait until it has saved, or stop it (it holds {path})"
            )
        fcntl.flock(lock, fcntl.LOCK_UN)
        threading.Event().wait(_POLL)


def _try(lock: int, how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is(descriptor: int, path: Path) -> bool:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    held = os.fstat(descriptor)
    return (held.st_dev, held.st_ino) == (found.st_dev, found.st_ino)


def _stamps(path: Path) -> list[Stamp | None]:
    try:
        noted = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):  # absent or half-written: it vouches for nothing
        return []
    return [None if entry is None else (entry[0], entry[1]) for entry in noted]
