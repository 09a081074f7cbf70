"""What the contenders of the handoff benchmark share: the exchanges, the parts that each brings, the path."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import grpc
import orjson

from benchmarks.pages import page_of
from captured_exchanges.exchange import RedactedExchange, new_request_id
from captured_exchanges.wire import METHOD_NAME, SERVICE

__all__ = ["EPOCH", "SYNC", "Connector", "Contender", "exchanges", "stream_handler"]

SYNC = "sync"
EPOCH = "e" * 32

_REQUEST = orjson.dumps({"method": "GET", "url": "https://directory.example/v2/Users?startIndex=1"})
_INTENT = orjson.dumps({"surface": "sync", "entrypoint": "ListResources", "resourceType": "user"})


class Connector(Protocol):
    """One contender's connector, before it listens."""

    def handler(self) -> grpc.GenericRpcHandler:
        """What serves the stream."""
        ...

    def fill(self, captured: Iterable[RedactedExchange]) -> None:
        """Hold these, in whatever form this contender keeps what was captured."""
        ...


@dataclass(frozen=True, slots=True)
class Contender:
    """Its connector's end and its syncer's.

    `consume` takes a target, the path of a database to make, and how many exchanges are to come. It
    returns the seconds from dialling until the last of them is durable; what happens once in a file's
    life, making tables, is not among them.
    """

    connector: Callable[[], Connector]
    consume: Callable[[str, Path, int], Awaitable[float]]


def exchanges(size: int, count: int) -> Iterator[RedactedExchange]:
    """So many exchanges whose three documents are `size` bytes together, alike but for their ids."""
    response = _response(size - len(_REQUEST) - len(_INTENT))
    for number in range(count):
        yield RedactedExchange(
            new_request_id(), SYNC, "http", _REQUEST, response, _INTENT, 1_700_000_000_000_000_000 + number
        )


def stream_handler(method: grpc.RpcMethodHandler[Any, Any]) -> grpc.GenericRpcHandler:
    """Serves the stream's path with a method."""
    return grpc.method_handlers_generic_handler(SERVICE, {METHOD_NAME: method})


def _response(size: int) -> bytes:
    """A document of `size` bytes, within a few; below the shortest, the shortest. Not all of it is ASCII."""
    empty = orjson.dumps({"status": 200, "body": ""})
    body = page_of(size + 1000).decode().replace('"', "'")
    room = max(0, size - len(empty))
    text = body.encode()[:room].decode(errors="ignore")
    return orjson.dumps({"status": 200, "body": text})
