"""A connector that follows a script: a real grpc.aio server on a real socket that can also misbehave.

Each stream runs the next script, an `async def script(peer)`; the last one serves all further streams.
"""

import asyncio
import contextlib
from collections import Counter
from contextlib import AsyncExitStack

import grpc
import grpc.aio

from captured_exchanges.exchange import Ack, Closing, Entry, OutgoingBatch
from captured_exchanges.security import temporary_private_folder, unix_address
from captured_exchanges.wire import METHOD_NAME, SERVICE, decode_request, encode_exchange, encode_response
from support.syncer_messages import captured

PATIENCE = 20.0
HALF_CLOSE = "half-close"


class Peer:
    """The connector's side of one stream. `said` is all that was heard, in order."""

    def __init__(self, context):
        self.context = context
        self.said = []
        self._heard = asyncio.Condition()
        self._taken = Counter()
        self._reader = asyncio.create_task(self._read())

    async def _read(self):
        while (raw := await self.context.read()) is not grpc.aio.EOF:
            await self._hear(decode_request(raw))
        await self._hear(HALF_CLOSE)

    async def _hear(self, request):
        async with self._heard:
            self.said.append(request)
            self._heard.notify_all()

    async def expect(self, kind):
        """The next request of this kind, whatever comes between, or the HALF_CLOSE."""
        number = self._taken[kind]
        self._taken[kind] += 1
        await self._until(lambda: len(self._of(kind)) > number)
        return self._of(kind)[number]

    async def acked(self, through):
        """Wait for an ack of this sequence or a later one."""
        await self._until(lambda: any(ack.through_sequence >= through for ack in self._of(Ack)))

    async def rest(self):
        """Wait for the half-close; all that was said."""
        await self._until(lambda: HALF_CLOSE in self.said)
        return self.said[:-1]

    def _of(self, kind):
        return [
            request
            for request in self.said
            if (request == kind if kind == HALF_CLOSE else isinstance(request, kind))
        ]

    async def _until(self, condition):
        async with asyncio.timeout(PATIENCE), self._heard:
            await self._heard.wait_for(condition)

    async def send(self, *messages):
        """Say these."""
        for message in messages:
            await self.context.write(encode_response(message))

    async def send_raw(self, raw):
        """Say bytes that may be anything."""
        await self.context.write(raw)

    async def close(self, code, reason, epoch):
        """End as the protocol wants it: announce, wait for the half-close, end."""
        await self.send(Closing(epoch, code.value[0], reason))
        await self.rest()
        await self.end(code, reason)

    async def end(self, code, reason=""):
        """End with a status, at once."""
        if code is grpc.StatusCode.OK:
            return
        await self.context.abort(code, reason)

    async def hang(self):
        """Say nothing more until the other side goes."""
        await asyncio.Event().wait()


class ScriptedConnector:
    """Serves scripts in a private folder: `async with ScriptedConnector(script, …) as connector`."""

    def __init__(self, *scripts):
        self._scripts = list(scripts)
        self._stack = AsyncExitStack()
        self.target = ""
        self.streams = 0
        self.failures = []
        self._over = asyncio.Condition()
        self._finished = 0

    async def __aenter__(self):
        folder = self._stack.enter_context(temporary_private_folder())
        self.target = unix_address(folder, "s")
        await self.start()
        return self

    async def __aexit__(self, kind, error, trace):
        await self._server.stop(0)
        await self._stack.aclose()
        if kind is None:
            assert not self.failures, self.failures

    async def start(self):
        """Listen; after `stop` again, at the same address."""
        self._server = grpc.aio.server()
        handler = grpc.stream_stream_rpc_method_handler(self._serve)
        name = METHOD_NAME if self._scripts else "AnotherMethod"
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(SERVICE, {name: handler}),)
        )
        self._server.add_insecure_port(self.target)
        await self._server.start()

    async def stop(self):
        """Die at once, as a killed process does."""
        await self._server.stop(0)

    async def finished(self, number):
        """Wait until so many scripts have run to their end, and raise what failed in them."""
        async with asyncio.timeout(PATIENCE), self._over:
            await self._over.wait_for(lambda: self._finished >= number or self.failures)
        assert not self.failures, self.failures

    async def _serve(self, _requests, context):
        script = self._scripts[min(self.streams, len(self._scripts) - 1)]
        self.streams += 1
        peer = Peer(context)
        try:
            await script(peer)
        except (AssertionError, TimeoutError) as failure:
            self.failures.append(failure)
            raise
        finally:
            peer._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError, grpc.aio.UsageError):
                await peer._reader
            async with self._over:
                self._finished += 1
                self._over.notify_all()


def outgoing(*sequences, epoch="epoch-1", sync_id="", body=b"{}", acked=0):
    """A batch as a connector sends it."""
    rows = [captured(sequence, epoch=epoch, sync_id=sync_id, body=body) for sequence in sequences]
    return OutgoingBatch(epoch, [Entry(row.sequence, encode_exchange(row.exchange)) for row in rows], acked)


async def until(condition):
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.005)
