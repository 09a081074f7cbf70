"""A seeded directory in this process, and a real one in another."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from threading import Thread

from captured_exchanges.demo.directory import server
from captured_exchanges.demo.options import DemoOptions


@dataclass(frozen=True)
class RunningDirectory:
    """Where a directory serves, and what opens it."""

    url: str
    token: str
    secrets: list[str] = field(default_factory=list)

    def options(self, users: int, groups: int) -> DemoOptions:
        """Options of that size whose secrets are collected here."""
        return DemoOptions(Path("unused.c1z"), users, groups, on_secret=self.secrets.append)


@contextmanager
def running_directory() -> Iterator[RunningDirectory]:
    """An empty directory, served by a thread."""
    token = token_urlsafe(24)
    with server(token) as listening:
        thread = Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield RunningDirectory(f"http://127.0.0.1:{listening.server_port}/v2", token)
        finally:
            listening.shutdown()
            thread.join()
