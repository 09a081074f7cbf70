"""A connection that can be cut: bytes between a Unix socket and the one behind it, until told otherwise."""

import asyncio
from contextlib import asynccontextmanager, suppress

from captured_exchanges.security import temporary_private_folder, unix_address
from support.syncer_server import until


class Relay:
    """`cut` breaks every connection at once, as a network does; new ones are taken."""

    def __init__(self, target):
        self._path = target.removeprefix("unix:")
        self._ends = set()
        self.address = ""

    async def serve(self, reader, writer):
        far_reader, far_writer = await asyncio.open_unix_connection(self._path)
        ends = {writer, far_writer}
        self._ends |= ends
        await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
        for end in ends:
            with suppress(ConnectionError):
                await end.wait_closed()
        self._ends -= ends

    def cut(self):
        for end in self._ends:
            end.transport.abort()

    async def over(self):
        """Cut, and wait until nothing of it is left."""
        self.cut()
        await until(lambda: not self._ends)


@asynccontextmanager
async def relay(target):
    """A relay to a connector's socket, at an address of its own."""
    through = Relay(target)
    with temporary_private_folder() as folder:
        through.address = unix_address(folder, "r")
        path = through.address.removeprefix("unix:")
        async with await asyncio.start_unix_server(through.serve, path):
            yield through
            await through.over()


async def _copy(reader, writer):
    """Until either side is gone; then the other one is closed too."""
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
