"""`--serve`: the connector stays up and holds exchanges that nobody has committed, for observers to see.

No owner is there any more, so what is captured now stays in the connector's buffer (bounded; the newest is
dropped once it is full). A page is listed again every few seconds, so that who follows sees something.
"""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from urllib.parse import unquote

import grpc
from rich.console import Console
from rich.text import Text

from captured_exchanges.demo.crawl import list_pages
from captured_exchanges.demo.layout import title
from captured_exchanges.demo.sync_ids import new_sync_id
from captured_exchanges.wire import METHOD, SERVICE, baton

__all__ = ["grpcurl_lines", "serve"]

PAUSE = 5.0
PAGE = 5


async def serve(
    address: str, debug_socket: Path | None, console: Console, command_line: Callable[..., str]
) -> None:
    """Keep something to see in the connector at `address` and say how to look; until it is cancelled."""
    sync_id = new_sync_id()
    async with grpc.aio.insecure_channel(address) as channel:
        await _list_some(channel, sync_id)
        for line in _instructions(address, debug_socket, command_line):
            console.print(line)
        while True:
            await asyncio.sleep(PAUSE)
            await _list_some(channel, sync_id)


async def _list_some(channel: grpc.aio.Channel, sync_id: str) -> None:
    """A short page of users and one of groups, as a syncer would ask for them."""
    for kind in ("user", "group"):
        request = baton.ListResourcesRequest(resource_type_id=kind, page_size=PAGE, active_sync_id=sync_id)
        async with aclosing(list_pages(channel, baton.LIST_RESOURCES, request)) as pages:
            await anext(pages)


def _instructions(address: str, debug_socket: Path | None, command_line: Callable[..., str]) -> list[Text]:
    socket = f"SOCKET={shlex.quote(_path(address))}"
    commands = [*grpcurl_lines(address), command_line("tail", address, "--follow"), socket]
    if debug_socket is not None:  # the same looks, where nobody can become owner
        commands.append(f"grpcurl -plaintext {shlex.quote(f'unix:{debug_socket.absolute()}')} list")
    return [
        title("Serving until Ctrl-C; looking changes nothing. From another terminal:"),
        *(Text(f"  {command}") for command in commands),
    ]


def grpcurl_lines(address: str) -> list[str]:
    """What to type to see the service and what it holds. (grpcurl's own flag for this, -unix, dials TCP in
    its version 1.9.3; an address with its scheme works in all of them.)
    """
    base, target, method = "grpcurl -plaintext", shlex.quote(f"unix:{_path(address)}"), METHOD.lstrip("/")
    return [
        f"{base} {target} list",
        f"{base} {target} describe {SERVICE}",
        f"{base} -d '{{}}' {target} {method}",
        f'{base} -d \'{{"open": {{"follow": true}}}}\' {target} {method}',
    ]


def _path(address: str) -> str:
    """The socket's path, which an address holds percent-encoded."""
    return unquote(address.removeprefix("unix:"))
