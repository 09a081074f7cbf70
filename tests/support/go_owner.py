"""The Go owner as a process: started on a connector, told that the sync is over, killed."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass

from captured_exchanges.store import open_store

PATIENCE = 60


@dataclass(frozen=True)
class Ended:
    """How an owner ended: its exit code, its report, what it said on stderr."""

    code: int
    report: dict
    err: str


class GoOwner:
    """A running owner. `store` is the file that it writes."""

    def __init__(self, process, store):
        self._process = process
        self.store = store

    async def finish(self):
        """The sync is over: let it drain, and wait for its end."""
        self._process.stdin.close()
        return await self.ended()

    async def ended(self):
        """Wait until it ends by itself."""
        async with asyncio.timeout(PATIENCE):
            out, err = await asyncio.gather(self._process.stdout.read(), self._process.stderr.read())
            code = await self._process.wait()
        return Ended(code, json.loads(out) if out else {}, err.decode())

    async def says(self, part):
        """Wait for a line on stderr with this in it."""
        async with asyncio.timeout(PATIENCE):
            while part not in (line := (await self._process.stderr.readline()).decode()):
                assert line, f"it ended before {part!r}"

    async def kill(self):
        """SIGKILL; True if it was still running."""
        running = self._process.returncode is None
        if running:
            self._process.kill()
        await self._process.wait()
        return running


@asynccontextmanager
async def go_owner(binary, target, store, *, consumer="go", sync="sync-1", flags=()):
    """Start one; it is gone when the block ends."""
    process = await asyncio.create_subprocess_exec(
        binary, "-target", target, "-store", store, "-consumer-id", consumer, "-sync-id", sync, *flags,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    owner = GoOwner(process, store)
    try:
        yield owner
    finally:
        await owner.kill()
        process._transport.close()


def lines(store, kind="exchange"):
    """What a store of JSON lines holds of a kind, with the sync it is stored under, in order."""
    documents = map(json.loads, store.read_text().splitlines())
    return [(each["sync_id"], each[kind]) for each in documents if kind in each]


def request_ids(store):
    """The stored exchanges, in order, of either kind of store."""
    if store.suffix != ".db":
        return [exchange["requestId"] for _, exchange in lines(store)]
    with open_store(store) as opened:
        return [row.request_id for row in opened.exchanges().iterate(limit=10**6)]
