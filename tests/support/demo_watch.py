"""A whole run of the demo, watched: its secrets, its files while it runs, its processes."""

import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

DRIVER = Path(__file__).with_name("demo_driver.py")
DEADLINE = 170
LOOK_EVERY = 0.2


@dataclass
class Watched:
    """How a run went. `seen` holds what lay in the folders meanwhile, and the processes' arguments and
    environments, by place and, where it changed, several times.
    """

    code: int = -1
    out: bytes = b""
    err: bytes = b""
    secrets: list[str] = field(default_factory=list)
    seen: dict[str, bytes] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


def watched_run(folder: Path, users: int, groups: int) -> Watched:
    """Run the demo into `folder`/sync.c1z, temporary files in `folder`/tmp, and look on until it ends."""
    reading, writing = os.pipe()
    (folder / "tmp").mkdir()
    command = [sys.executable, DRIVER, writing, folder / "sync.c1z", users, groups]
    process = subprocess.Popen(
        [*map(str, command)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[writing],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder / "tmp")},
    )
    os.close(writing)
    watched = Watched()
    told = threading.Thread(target=_listen, args=(reading, watched.secrets))
    looking = Looking(folder, process.pid, watched)
    told.start()
    looking.start()
    try:
        watched.out, watched.err = process.communicate(timeout=DEADLINE)
    finally:
        process.kill()
        looking.over.set()
        looking.join()
        told.join()
    watched.code = process.returncode
    return watched


def _listen(pipe: int, secrets: list[str]) -> None:
    with open(pipe, "rb") as stream:
        secrets += stream.read().decode().split("\0")[:-1]


class Looking(threading.Thread):
    """Notes what lies in a folder, and a process's children's arguments and environments, until `over`."""

    def __init__(self, folder: Path, pid: int, watched: Watched) -> None:
        super().__init__()
        self.over = threading.Event()
        self._folder = folder
        self._pid = pid
        self._watched = watched

    def run(self) -> None:
        while not self.over.wait(LOOK_EVERY):
            self._look_at_files()
            self._look_at_processes()
        self._look_at_files()

    def _look_at_files(self) -> None:
        for path in self._folder.rglob("*"):
            with suppress(OSError):  # gone again, or a socket
                self._note(str(path.relative_to(self._folder)), path.read_bytes())

    def _look_at_processes(self) -> None:
        with suppress(psutil.Error):
            for process in psutil.Process(self._pid).children(recursive=True):
                with suppress(psutil.Error):
                    shown = f"{process.cmdline()} {process.environ()}"
                    self._note(f"process {process.pid}", shown.encode())

    def _note(self, place: str, content: bytes) -> None:
        self._watched.names.add(place)
        self._watched.seen[f"{place} {hash(content)}"] = content
