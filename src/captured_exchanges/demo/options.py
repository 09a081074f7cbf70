"""What a run of the demo may be told."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from captured_exchanges.errors import CapturedExchangesError

__all__ = ["CONNECTOR_NAME", "DemoFailed", "DemoOptions"]

CONNECTOR_NAME = "demo-scim-connector"
"""What the demo's connector calls itself, in files too: an earlier demo's file is known by it."""


class DemoFailed(CapturedExchangesError):
    """The demo could not do what it shows; the message is one sentence for a person."""


def _command_line(*words: str) -> str:
    return shlex.join(["exchanges", *words])


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How big a directory, which file, and whether to stay.

    `out` is the `.c1z` to write; an earlier run's file is replaced, any other is refused. `serve` keeps
    the connector up until Ctrl-C. `on_secret` is told each credential of the run as it is made (the
    bearer token, then one password per user): a test's way to search for them afterwards, for they are
    written nowhere. `command_line` says how to type a command of this package: the words after `exchanges`
    go in, a line for a shell comes out. `debug_socket` is a second socket of the connector, for observers
    alone, in a folder of mode 0700; `channelz` has gRPC's own account of the process served there. `policy`
    names what the connector redacts by: a profile or a file; empty: the default.
    """

    out: Path = Path("sync.c1z")
    users: int = 300
    groups: int = 20
    serve: bool = False
    debug_socket: Path | None = None
    channelz: bool = False
    policy: str = ""
    on_secret: Callable[[str], None] | None = None
    command_line: Callable[..., str] = _command_line
