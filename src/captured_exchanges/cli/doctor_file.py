"""A file as `exchanges doctor` sees it from outside: what it is, who holds it, who may read it.

What is inside is for `doctor_contents`, once the file has opened.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from captured_exchanges.cli.doctor_contents import examine_contents
from captured_exchanges.cli.finding import Finding, note, ok, problem, warning
from captured_exchanges.cli.options import open_to_read
from captured_exchanges.errors import StoreError
from captured_exchanges.store.c1z import dissect
from captured_exchanges.store.faults import from_os
from captured_exchanges.store.files import SQLITE_HEADER, contents
from captured_exchanges.store.holders import holder, remains
from captured_exchanges.store.working import folder_of

__all__ = ["examine_file"]

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_COMPANIONS = ("-wal", "-shm", "-journal")
_INSIDE = ("lock", "database.db", "database.db-wal", "database.db-shm", "base.json")


def examine_file(path: Path, max_unpacked: int) -> Iterator[Finding]:
    """Every finding about a file, as it is found; ends early where nothing further can be asked."""
    try:
        yield from _from_outside(path, max_unpacked)
        with open_to_read(path, max_unpacked) as store:
            yield from examine_contents(store)
    except StoreError as error:
        yield problem("opening", str(error))
    except OSError as error:
        yield problem("opening", str(from_os(error, str(path))))


def _from_outside(path: Path, max_unpacked: int) -> Iterator[Finding]:
    kind, present = contents(path)
    if not present and not folder_of(path.resolve()).exists():
        return  # opening it tells
    if present:
        yield from _c1z(path, max_unpacked) if kind == "c1z" else _sqlite(path)
    yield from _holders(path)
    yield from _modes(path)


def _c1z(path: Path, max_unpacked: int) -> Iterator[Finding]:
    if not path.stat().st_size:
        yield note("format", "a file of no bytes, which is an empty .c1z")
        return
    with path.open("rb") as packed, Path(os.devnull).open("wb") as nowhere:
        found = dissect(packed, nowhere, limit=max_unpacked, name=str(path))
    frames = f"{found.frames} frame{'' if found.frames == 1 else 's'}"
    sized = "with" if found.sized == found.frames else "not all with" if found.sized else "without"
    yield ok(
        "format",
        f".c1z version 1, {frames} {sized} size, {path.stat().st_size:,} bytes, {found.unpacked:,} unpacked",
    )


def _sqlite(path: Path) -> Iterator[Finding]:
    with path.open("rb") as file:
        head = file.read(len(SQLITE_HEADER))
    if head in {b"", SQLITE_HEADER}:
        yield ok("format", f"SQLite database, {path.stat().st_size:,} bytes")


def _holders(path: Path) -> Iterator[Finding]:
    who = holder(path)
    if who:
        yield note("writer", f"open in {who}: what it has not saved yet is not seen here")
        return
    match remains(path):
        case "":
            yield ok("writer", "nobody has it open; no crash has left anything")
        case "unsaved":
            yield warning(
                "writer",
                "a run that crashed has left committed work that is not in the file yet; it is read here",
                "let the same consumer go on, or open the file for writing: either recovers it",
            )
        case "outdated":
            yield problem(
                "writer",
                f"a run that crashed has left work in {folder_of(path.resolve())}, and the file was replaced "
                "since: going on would undo that",
                "move that folder away (its database.db opens by itself) or delete it: until then nobody "
                "can write the file",
            )
        case "worthless":
            yield note(
                "writer",
                f"{folder_of(path.resolve())} is left over and holds nothing of worth",
                "the next opening for writing clears it",
            )


def _modes(path: Path) -> Iterator[Finding]:
    real = path.resolve()
    folder = folder_of(real)
    beside = [Path(f"{real}{end}") for end in _COMPANIONS] + [folder, *(folder / name for name in _INSIDE)]
    wide = [(found, _mode(found)) for found in (path, *beside) if _mode(found) & _OTHERS]
    for found, mode in wide:
        private = 0o700 if found.is_dir() else 0o600
        yield warning(
            "modes",
            f"{found} has mode {mode:04o}: other users of this machine may reach people's data in it",
            f"chmod {private:o} {found}",
        )
    if not wide:
        yield ok("modes", "only its owner may read it")


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:  # not there, or out of our reach: nothing to say of it
        return 0
