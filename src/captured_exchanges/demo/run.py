"""The door of the demo: what can be said before anything starts, and how a run ends.

Importing this imports no gRPC and no library of the extra `demo`.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os

from captured_exchanges.demo.options import DemoFailed, DemoOptions
from captured_exchanges.errors import MissingExtra

__all__ = ["run_demo"]

INTERRUPTED, TERMINATED = 130, 143
NEEDED = ("httpx", "scim2_models", "scim2_server")


def run_demo(options: DemoOptions) -> int:
    """Crawl a fresh SCIM directory into `options.out` and print what came of it; the exit code.

    0: every object is traced. 130 after Ctrl-C, 143 after SIGTERM. However it ends, every process it
    started is gone. Blocks; call it from the main thread, outside of an event loop.

    Raises:
        MissingExtra: A library of the extra `demo` is not installed.
        DemoFailed: A process ended early, an object is not traced, or the file is not the demo's own.
        CapturedExchangesError: From the rooms it uses.
    """
    _check_platform()
    if options.policy:
        from captured_exchanges.redaction import policy_named  # noqa: PLC0415 - slow to load, for few runs only

        policy_named(options.policy)  # one that cannot be used is told before anything starts
    from captured_exchanges.demo.session import session  # noqa: PLC0415 - loads gRPC and the extra

    try:
        return asyncio.run(session(options))
    except KeyboardInterrupt:
        return INTERRUPTED
    except asyncio.CancelledError:
        return TERMINATED


def _check_platform() -> None:
    if os.name != "posix":
        raise DemoFailed("the demo speaks over Unix sockets: run it on Linux, macOS or in WSL")
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtra(
            f"the demo needs {', '.join(missing)}, not installed here: pip install 'captured-exchanges[demo]'"
        )
