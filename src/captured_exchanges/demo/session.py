"""One run of the demo: three processes, started in order and always ended, and what is told in between.

The parent makes the credentials, fills the directory and watches; it captures nothing and stores nothing.
What the children report comes over pipes, see `processes`; what it all came to is printed by `outcome`.
"""

from __future__ import annotations

import asyncio
import secrets
import signal
import time
from dataclasses import replace

from rich.console import Console

from captured_exchanges.demo.audit import audit
from captured_exchanges.demo.layout import counted
from captured_exchanges.demo.options import DemoFailed, DemoOptions
from captured_exchanges.demo.outcome import Outcome, print_outcome
from captured_exchanges.demo.processes import Child, Report, started, while_alive
from captured_exchanges.demo.progress import Progress
from captured_exchanges.demo.screen import screens
from captured_exchanges.demo.seed import seed
from captured_exchanges.demo.serving import serve
from captured_exchanges.demo.target import check_target, discard_unfinished, remove_earlier
from captured_exchanges.security import temporary_private_folder, unix_address

__all__ = ["session"]

SOCKET_NAME = "connector.sock"


async def session(options: DemoOptions) -> int:
    """Run it all; the exit code. SIGTERM cancels it, as Ctrl-C does by way of `asyncio.run`."""
    check_target(options.out)
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    stdout, stderr = screens()
    progress = Progress(stderr)
    try:
        await _Session(options, progress, stdout).run()
    finally:
        progress.stop()
    return 0


class _Session:
    """What the parent knows in the course of one run."""

    def __init__(self, options: DemoOptions, progress: Progress, stdout: Console) -> None:
        self._options = options
        self._progress = progress
        self._stdout = stdout
        self._secrets: list[str] = []
        self._started = time.monotonic()

    async def run(self) -> None:
        """From nothing to a file in which everything is traced; raises DemoFailed."""
        token = secrets.token_urlsafe(32)
        self._note(token)
        self._progress.doing("starting a SCIM directory")
        async with started("directory", "directory", {"token": token}, self._scrubbed) as directory:
            url: str = (await directory.expect("ready"))["url"]
            self._progress.done("directory", f"{url}, bearer token required")
            with temporary_private_folder() as folder:
                await self._crawl(directory, url, token, unix_address(folder, SOCKET_NAME))

    async def _crawl(self, directory: Child, url: str, token: str, address: str) -> None:
        lossless = not self._options.serve
        configuration = {"url": url, "token": token, "address": address, "lossless": lossless}
        configuration["policy"] = self._options.policy
        if (debug_socket := self._options.debug_socket) is not None:
            configuration["debug_socket"] = str(debug_socket.absolute())
            configuration["channelz"] = self._options.channelz
        async with started("connector", "connector", configuration, self._scrubbed) as connector:
            await while_alive(self._fill(url, token), directory)  # the connector loads meanwhile
            await connector.expect("ready")
            self._progress.done("connector", address)
            saved = await self._sync(address, directory, connector)
            growth = {"syncer": saved["memory"]["growth"]}
            if self._options.serve:
                await self._tell(saved, growth)
                await while_alive(
                    serve(address, debug_socket, self._stdout, self._options.command_line),
                    directory,
                    connector,
                )
            growth["connector"] = (await connector.stop())["memory"]["growth"]
            await self._tell(saved, growth)

    async def _fill(self, url: str, token: str) -> None:
        options = replace(self._options, on_secret=self._note)
        total = options.users + options.groups

        def progress(count: int) -> None:
            self._progress.doing(f"filling the directory: {count:,} of {total:,}")

        await seed(url, token, options, progress)
        self._progress.done("filled", counted({"user": options.users, "group": options.groups}))

    async def _sync(self, address: str, directory: Child, connector: Child) -> Report:
        out = self._options.out.absolute()
        remove_earlier(out)
        self._progress.doing("starting the syncer")
        configuration = {"target": address, "out": str(out)}
        try:
            async with started("syncer", "syncer", configuration, self._scrubbed) as syncer:
                saved = await while_alive(syncer.expect("saved", self._listed), directory, connector)
                await syncer.finish()
        except BaseException:
            discard_unfinished(out)  # one that had to be killed could not do it itself
            raise
        self._progress.done("synced", counted(saved["counts"]))
        return saved

    def _listed(self, told: Report) -> None:
        self._progress.doing(f"syncing: {counted(told['counts'])}")

    async def _tell(self, saved: Report, growth: dict[str, int]) -> None:
        self._progress.doing("tracing every object")
        result = await asyncio.to_thread(audit, self._options.out, saved["sync_id"])
        self._progress.stop()
        seconds = time.monotonic() - self._started
        outcome = Outcome(
            self._options.out, saved["report"], result, growth, seconds, serving=self._options.serve
        )
        print_outcome(self._stdout, outcome, self._options.command_line)
        if result.untraced:
            raise DemoFailed(
                f"{len(result.untraced)} objects lead to no stored exchange, the first: {result.untraced[0]}"
            )

    def _note(self, secret: str) -> None:
        self._secrets.append(secret)
        if self._options.on_secret is not None:
            self._options.on_secret(secret)

    def _scrubbed(self, text: str) -> str:
        """A child's words without any credential of this run."""
        from captured_exchanges.redaction import Redactor  # noqa: PLC0415 - slow to load, for failures only

        redactor = Redactor()
        for secret in self._secrets:
            redactor.register_secret(secret)
        return redactor.scrub(text)
