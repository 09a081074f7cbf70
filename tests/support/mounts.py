"""File systems of a test's own, small or read-only: mounted where this user may, else the nearest thing."""

import os
import shutil
import subprocess
from contextlib import contextmanager

from support.cli_process import EXCHANGES

_MOUNT = shutil.which("mount")
_AS_OTHERS = ("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override")
"""Root that is told no by modes, as everybody is."""


@contextmanager
def tmpfs(folder, size):
    """A file system of that size at an existing folder; gives False, and does nothing, where it may not."""
    command = [_MOUNT, "-t", "tmpfs", "-o", f"size={size}", "none", folder]
    mounted = _MOUNT is not None and not subprocess.run(command, check=False, capture_output=True).returncode
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", folder], check=True)


class Disk:
    """A folder that is a disk. `command` runs `exchanges` so that it finds what is asked for here."""

    def __init__(self, folder, *, mounted):
        self.folder = folder
        self.command = (EXCHANGES,)
        self._mounted = mounted
        self._ballast = folder / "ballast"

    @contextmanager
    def full(self, left):
        """With room for so many bytes more; or for files of that size."""
        if self._mounted:
            usage = os.statvfs(self.folder)
            self._ballast.write_bytes(bytes(usage.f_bavail * usage.f_frsize - left))
        else:
            self.command = ("sh", "-c", f'ulimit -f {left // 512}; exec "$0" "$@"', EXCHANGES)
        yield
        self._ballast.unlink(missing_ok=True)
        self.command = (EXCHANGES,)

    @contextmanager
    def read_only(self):
        """With nothing on it that may be written."""
        if self._mounted:
            self._remount("ro")
            yield
            self._remount("rw")
        else:
            before = [(path, path.stat().st_mode) for path in (self.folder, *self.folder.iterdir())]
            for path, mode in before:
                path.chmod(mode & ~0o222)
            self.command = (*(_AS_OTHERS if os.geteuid() == 0 else ()), EXCHANGES)
            yield
            self.command = (EXCHANGES,)
            for path, mode in before:
                path.chmod(mode)

    def _remount(self, how):
        subprocess.run([_MOUNT, "-o", f"remount,{how}", self.folder], check=True)
