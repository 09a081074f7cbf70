"""The file that the demo writes: whose it may replace, and what is left of an unfinished one.

`sync.c1z` is also what baton calls its files, so nothing is replaced that an earlier demo has not made.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from captured_exchanges.demo.options import CONNECTOR_NAME, DemoFailed
from captured_exchanges.errors import StoreError
from captured_exchanges.store import open_store
from captured_exchanges.store.working import folder_of

__all__ = ["check_target", "discard_unfinished", "remove_earlier"]


def check_target(path: Path) -> None:
    """Raise DemoFailed where the demo cannot, or must not, write this file. Changes nothing."""
    if path.suffix.lower() != ".c1z":
        raise DemoFailed(f"the demo writes a .c1z: end {path} in .c1z")
    if not path.absolute().parent.is_dir():
        raise DemoFailed(f"{path.parent} is no folder: make it, or name another file with --out")
    if (path.exists() or folder_of(path.resolve()).exists()) and not _is_ours(path):
        raise DemoFailed(f"{path} was not made by the demo and stays as it is: name another file with --out")


def _is_ours(path: Path) -> bool:
    try:
        with open_store(path) as store:
            return bool(store.exchanges().watermarks(CONNECTOR_NAME, limit=1))
    except StoreError:
        return False


def remove_earlier(path: Path) -> None:
    """Take away what an earlier demo made; `check_target` has looked at it."""
    path.unlink(missing_ok=True)


def discard_unfinished(path: Path) -> None:
    """Take away the working folder of a run that this process has begun and not finished."""
    shutil.rmtree(folder_of(path.resolve()), ignore_errors=True)
