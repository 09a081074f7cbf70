"""A network that can be broken: a TCP proxy on loopback before a connector, that does harm when told to.

What is done to a connection is done to those that are open; later ones pass, unless the network is `down`.

cut, reset        both ends are told: by a FIN, by a RST
delay             everything stands still for a while, then arrives in order
blackhole         nothing arrives any more, nobody is told
half_open_*       one end is told, the other one never hears of it
corrupt           in the next bytes of either direction one bit is another one
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

__all__ = ["LOUD", "SILENT", "BadNetwork", "bad_network"]

LOUD = ("cut", "reset")
"""Faults that the transport tells of at once."""
SILENT = ("blackhole", "half_open_to_client", "half_open_to_server")
"""Faults of which at least one end learns by nothing but silence."""
_CHUNK = 65536
End = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class BadNetwork:
    """`address` is where clients go; `target` is a connector's `unix:PATH` or `HOST:PORT`. For one loop."""

    def __init__(self, target: str, rng: random.Random) -> None:
        self._target = target
        self._rng = rng
        self._links: set[Link] = set()
        self.address = ""
        self.down = False
        self.accepted = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its beginning to its end."""
        self.accepted += 1
        with suppress(ConnectionError):
            link = Link((reader, writer), await _connected(self._target), self._rng)
            link.swallows = self.down
            self._links.add(link)
            await link.run()
            self._links.discard(link)

    def cut(self) -> None:
        """Close every connection in order."""
        for link in self._links:
            link.close(0, 1)

    def reset(self) -> None:
        """Reset every connection."""
        for link in self._links:
            link.reset()

    def delay(self, seconds: float) -> None:
        """Hold back what is under way for so long."""
        for link in self._links:
            link.hold(0, 1)
            asyncio.get_running_loop().call_later(seconds, link.flow)

    def hold_requests(self) -> None:
        """Hold back what clients say, until it may `flow`."""
        for link in self._links:
            link.hold(0)

    def flow(self) -> None:
        """Let go of what is held back."""
        for link in self._links:
            link.flow()

    def blackhole(self) -> None:
        """Let nothing through any more."""
        for link in self._links:
            link.swallows = True

    def half_open_to_client(self) -> None:
        """The client goes on with a connection that its connector knows to be over."""
        self._half_open(1)

    def half_open_to_server(self) -> None:
        """The connector goes on with a connection that its client knows to be over."""
        self._half_open(0)

    def corrupt(self) -> None:
        """Let a bit of what comes next be wrong, in either direction."""
        for link in self._links:
            link.corrupts = 2

    def hang_up(self) -> None:
        """End whatever is left."""
        for link in self._links:
            link.swallows = False
            link.close(0, 1)

    def _half_open(self, end: int) -> None:
        for link in self._links:
            link.swallows = True
            link.close(end)


class Link:
    """A client's connection (end 0) and the one to its connector (end 1)."""

    def __init__(self, client: End, connector: End, rng: random.Random) -> None:
        self._ends = (client, connector)
        self._rng = rng
        self._flows = (asyncio.Event(), asyncio.Event())
        self.flow()
        self.swallows = False
        self.corrupts = 0

    async def run(self) -> None:
        """Until both ends are over."""
        await asyncio.gather(self._copy(0, 1), self._copy(1, 0))
        self.close(0, 1)
        for _, writer in self._ends:
            with suppress(OSError):
                await writer.wait_closed()

    def close(self, *ends: int) -> None:
        """Close these; what was written goes out before."""
        for end in ends:
            self._ends[end][1].close()

    def reset(self) -> None:
        """RST, where it is TCP, and not closed already by an earlier fault."""
        for _, writer in self._ends:
            raw = writer.get_extra_info("socket")
            if raw.family != socket.AF_UNIX and raw.fileno() >= 0:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    def hold(self, *sources: int) -> None:
        """Let nothing pass that comes from these."""
        for source in sources:
            self._flows[source].clear()

    def flow(self) -> None:
        """Let everything pass."""
        for flows in self._flows:
            flows.set()

    async def _copy(self, source: int, sink: int) -> None:
        reader, writer = self._ends[source][0], self._ends[sink][1]
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                await self._flows[source].wait()
                if not self.swallows:
                    writer.write(self._treated(data))
                    await writer.drain()
        if not self.swallows:
            writer.close()

    def _treated(self, data: bytes) -> bytes:
        if not self.corrupts:
            return data
        self.corrupts -= 1
        wrong = bytearray(data)
        wrong[self._rng.randrange(len(data))] ^= 1 << self._rng.randrange(8)
        return bytes(wrong)


@asynccontextmanager
async def bad_network(target: str, rng: random.Random) -> AsyncIterator[BadNetwork]:
    """Between whoever comes and a connector, for the length of a block."""
    network = BadNetwork(target, rng)
    server = await asyncio.start_server(network.serve, "127.0.0.1", 0)
    network.address = "{}:{}".format(*server.sockets[0].getsockname())
    async with server:
        try:
            yield network
        finally:
            server.close()
            network.hang_up()
            async with asyncio.timeout(20):
                while network._links:
                    network.hang_up()
                    await asyncio.sleep(0.01)


async def _connected(target: str) -> End:
    if target.startswith("unix:"):
        return await asyncio.open_unix_connection(target.removeprefix("unix:"))
    host, _, port = target.rpartition(":")
    return await asyncio.open_connection(host, int(port))
