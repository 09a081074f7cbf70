"""The demo's list calls over a directory, served in this process without any capture."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import httpx

from captured_exchanges.demo.lists import ScimConnector, list_handlers
from captured_exchanges.demo.scim import ScimDirectory
from captured_exchanges.demo.seed import seed
from support.demo_directory import RunningDirectory


@asynccontextmanager
async def bare_connector(
    url: str, token: str, address: str = "127.0.0.1:0"
) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to the four list calls over the directory at `url`."""
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
        server = grpc.aio.server()
        server.add_generic_rpc_handlers(list_handlers(ScimConnector(ScimDirectory(client))))
        port = server.add_insecure_port(address)
        target = address if address.startswith("unix:") else f"127.0.0.1:{port}"
        await server.start()
        try:
            async with grpc.aio.insecure_channel(target) as channel:
                yield channel
        finally:
            await server.stop(None)


@asynccontextmanager
async def seeded_connector(
    directory: RunningDirectory, users: int, groups: int, address: str = "127.0.0.1:0"
) -> AsyncIterator[grpc.aio.Channel]:
    """The same over a running directory that is filled first."""
    await seed(directory.url, directory.token, directory.options(users, groups), lambda _: None)
    async with bare_connector(directory.url, directory.token, address) as channel:
        yield channel
