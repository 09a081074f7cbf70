"""The connection of a consumer, and another one where nothing comes over it any more.

gRPC goes on using a connection that swallows what is written to it, for new calls too, until its own
keepalive gives it up: much later than a consumer finds its connector silent. A channel that the host gave
is the host's affair, and stays.
"""

from __future__ import annotations

import asyncio
import threading

import grpc
import grpc.aio

from captured_exchanges.security import Access
from captured_exchanges.syncer.channel import open_channel, open_threaded_channel, require_address

__all__ = ["AioConnection", "ThreadedConnection"]


class AioConnection:
    """For one event loop. `target` is an address, where `access` is shown, or a channel."""

    def __init__(self, target: str | grpc.aio.Channel, access: Access | None = None) -> None:
        require_address(target, access)
        self._target = target
        self._access = access
        self._channel: grpc.aio.Channel | None = None
        self._left: set[asyncio.Task[None]] = set()

    @property
    def channel(self) -> grpc.aio.Channel:
        """Where to call; raises ConnectionRefused where the rules of who may connect forbid the address."""
        if not isinstance(self._target, str):
            return self._target
        if self._channel is None:
            self._channel = open_channel(self._target, self._access)
        return self._channel

    def leave(self) -> None:
        """Nothing comes: the next call goes over another one, if it is ours to choose."""
        channel, self._channel = self._channel, None
        if channel is not None:
            task = asyncio.create_task(channel.close(), name="exchange-hang-up")
            self._left.add(task)
            task.add_done_callback(self._left.discard)

    async def close(self) -> None:
        """Close what is ours. No call may be in progress."""
        self.leave()
        if self._left:
            await asyncio.wait(self._left)


class ThreadedConnection:
    """As AioConnection, for one thread."""

    def __init__(self, target: str | grpc.Channel, access: Access | None = None) -> None:
        require_address(target, access)
        self._target = target
        self._access = access
        self._channel: grpc.Channel | None = None
        self._left: list[threading.Thread] = []

    @property
    def channel(self) -> grpc.Channel:
        """As that of AioConnection."""
        if not isinstance(self._target, str):
            return self._target
        if self._channel is None:
            self._channel = open_threaded_channel(self._target, self._access)
        return self._channel

    def leave(self) -> None:
        """As that of AioConnection. To close one waits for its calls: not here."""
        channel, self._channel = self._channel, None
        self._left = [thread for thread in self._left if thread.is_alive()]
        if channel is not None:
            self._left += _closing(channel)

    def close(self) -> None:
        """As that of AioConnection."""
        if self._channel is not None:
            self._channel.close()
        for thread in self._left:
            thread.join()


def _closing(channel: grpc.Channel) -> list[threading.Thread]:
    thread = threading.Thread(target=channel.close, name="exchange-hang-up", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # no more threads
        channel.close()
        return []
    return [thread]
