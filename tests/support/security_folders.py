"""Folders that must be refused."""

import os
from pathlib import Path


def foreign_folder(beside: Path) -> Path:
    """A folder of mode 0700 that belongs to somebody else."""
    if os.geteuid() != 0:
        return Path("/root")
    folder = beside / "foreign"
    folder.mkdir(mode=0o700)
    os.chown(folder, 65534, 65534)
    return folder
