"""One sync in which every upstream request and response carries canaries, and where they might get to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from captured_exchanges.demo.seed import seed
from captured_exchanges.security import dump_access, new_token
from captured_exchanges.store import MAX_UNPACKED_BYTES
from captured_exchanges.store.packing import unpack_file
from support.canary_directory import canary_directory
from support.cli_process import exchanges
from support.demo_watch import Looking, Watched
from support.loopback_capture import loopback_capture

USERS, GROUPS = 12, 3
DEADLINE = 120
SUPPORT = Path(__file__).parent
EXPORTS = (("list",), ("list", "--json"), ("stats", "--json"), ("doctor",), ("doctor", "--json"))


@dataclass
class CanaryRun:
    """What was planted, and everywhere it might have got to, by place."""

    folder: Path
    secrets: list[str] = field(default_factory=list)
    places: dict[str, bytes] = field(default_factory=dict)
    committed: int = 0
    stopped: dict = field(default_factory=dict)


async def canary_run(folder: Path, *, without: str = "") -> CanaryRun:
    """Run it in `folder`; the connector does not look for the family `without`."""
    run = CanaryRun(folder)
    watched = Watched()
    looking = Looking(folder, os.getpid(), watched)
    looking.start()
    try:
        with loopback_capture() as capture, canary_directory(run.secrets.append) as directory:
            await seed(directory.url, directory.token, directory.options(USERS, GROUPS), lambda _: None)
            run.secrets += [*directory.secrets, directory.token]
            port = _sync(run, {"url": directory.url, "token": directory.token, "without": without})
            run.places["traffic between the processes"] = capture.seen(port)
    finally:
        looking.over.set()
        looking.join()
    # What hands credentials to a child is no leak; what a child says and leaves behind would be.
    run.places |= watched.seen
    _read(run)
    return run


def _sync(run: CanaryRun, configuration: dict[str, str]) -> int:
    """Both processes, from start to end; the port between them. The token that lets them in crosses in plain,
    see test_nothing_readable: it is none of the secrets that are searched for.
    """
    shown = dump_access(new_token()).decode()
    with _child(run, "connector", {**configuration, "access": shown}) as (connector, told):
        address = told("ready")["address"]
        out = {"target": address, "access": shown, "out": str(run.folder / "sync.c1z")}
        with _child(run, "syncer", out) as (_, heard):
            run.committed = heard("saved")["committed"]
        connector.terminate()
        run.stopped = told("stopped")
    return int(address.rpartition(":")[2])


@contextmanager
def _child(run: CanaryRun, name: str, configuration: dict[str, str]) -> Iterator[tuple]:
    """A child in the run's folder; what it says on either pipe is a place, its canaries are secrets."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, SUPPORT / f"canary_{name}.py", *([str(writing)] if name == "connector" else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[writing],
        cwd=run.folder,
        env={**os.environ, "PYTHONPATH": str(SUPPORT.parent)},
    )
    os.close(writing)
    said: dict[str, list[bytes]] = {"stdout": [], "stderr": [], "canaries": []}
    threads = [
        threading.Thread(target=_drain, args=(stream, said[place]))
        for place, stream in (("stderr", process.stderr), ("canaries", os.fdopen(reading, "rb")))
    ]
    for thread in threads:
        thread.start()

    def told(event: str) -> dict:
        for line in process.stdout:
            said["stdout"].append(line)
            if (report := json.loads(line))["event"] == event:
                return report
        raise AssertionError(f"the {name} ended before {event!r}: {b''.join(said['stderr'])!r}")

    try:
        process.stdin.write(json.dumps(configuration).encode() + b"\n")
        process.stdin.flush()
        yield process, told
        said["stdout"] += process.stdout
        assert process.wait(DEADLINE) == 0, b"".join(said["stderr"])
    finally:
        process.kill()
        process.wait()
        for thread in threads:
            thread.join()
        for stream in (process.stdin, process.stdout):
            stream.close()
    run.secrets += b"".join(said["canaries"]).decode().split("\0")[:-1]
    run.places |= {f"{name}'s {place}": b"".join(said[place]) for place in ("stdout", "stderr")}


def _drain(stream, into: list[bytes]) -> None:
    with stream:
        into += stream


def _read(run: CanaryRun) -> None:
    """What is left: the store, unpacked, and everything that our commands print of it."""
    file = run.folder / "sync.c1z"
    unpack_file(file, run.folder / "unpacked.db", limit=MAX_UNPACKED_BYTES, name="sync.c1z")
    run.places["store"] = (run.folder / "unpacked.db").read_bytes()
    for command, *rest in EXPORTS:
        run.places[" ".join(("exchanges", command, *rest))] = _printed(command, file, *rest)
    listed = map(json.loads, run.places["exchanges list --json"].splitlines())
    first, *_, last = [each["request_id"] for each in listed]
    for command in (("show", file, first), ("show", file, last), ("show", file, last, "--json")):
        run.places[f"exchanges show {command[2:]}"] = _printed(*command)


def _printed(*command: object) -> bytes:
    ended = exchanges(*command)
    return (ended.out + ended.err).encode()
