"""Callers that speak the protocol by hand, in either style, behind one interface.

    caller.say(request, …)      write; bytes go as they are
    caller.half_close()         write no more
    caller.hear()               the next message, None at the end; `until`, `exchanges`, `rest` hear more
    caller.status()             how the call ended
    caller.cancel()             end the call; `cut` ends its connection
    caller.another()            one more call over the same connection

They are the callers of the servicers' own tests, on whatever channel a transport gives.
"""

from __future__ import annotations

import contextlib
from typing import Any

import grpc
import grpc.aio

from captured_exchanges.exchange import Closing, Request
from support import handoff_calls, threaded_calls

__all__ = ["AsyncioCaller", "ThreadedCaller", "ending"]


def ending(caller: Any) -> tuple[grpc.StatusCode, str]:
    """How a call ends: with nothing after a `closing`, and with the status that this announced."""
    heard = caller.rest()
    assert [type(message) for message in heard].count(Closing) == 1, heard
    closing, (code, detail) = heard[-1], caller.status()
    assert closing.code == code.value[0]
    assert code is grpc.StatusCode.OK or closing.reason == detail  # an OK has no details on the wire
    return code, closing.reason


class AsyncioCaller(handoff_calls.Caller):
    """A call of grpc.aio on a channel of its own; for the loop."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        super().__init__(channel)
        self._channel = channel

    async def say(self, *requests: Request | bytes) -> None:
        """Write requests; where the server has ended the call, they are lost and `status` tells."""
        with contextlib.suppress(grpc.aio.AioRpcError):
            await super().say(*requests)

    async def another(self) -> AsyncioCaller:
        """One more call over the same connection."""
        return AsyncioCaller(self._channel)

    async def say_next(self, request: Request) -> None:
        """As `say`, which waits until grpc has taken what it was given."""
        await self.say(request)

    async def cancel(self) -> None:
        """End the call, not its connection."""
        self.call.cancel()

    async def cut(self) -> None:
        """End the connection under the call."""
        await self._channel.close()


class ThreadedCaller(threaded_calls.Caller):
    """A call of the synchronous grpc on a channel of its own."""

    def __init__(self, channel: grpc.Channel) -> None:
        super().__init__(channel)
        self._channel = channel

    def another(self) -> ThreadedCaller:
        """One more call over the same connection."""
        return ThreadedCaller(self._channel)

    def cancel(self) -> None:
        """End the call, not its connection."""
        self.give_up()

    def cut(self) -> None:
        """End the connection under the call."""
        self._channel.close()
        self.half_close()  # lets the thread go that grpc reads our requests with
