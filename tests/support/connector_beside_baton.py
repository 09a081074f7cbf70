"""A process in which another package registers baton's ConnectorService in the default pool.

Run as a script with `first`, `last` or `late`: before our package is imported, after it, or once our server
has started. It then serves, looks at the stream through a raw call, consumes it into a store, asks
reflection, and uses the other package's own descriptors; what it found is printed as JSON.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

import grpc
from google.protobuf import descriptor_pool, message_factory

from support.connector_host_pool import register


def main(moment: str) -> None:
    """Register at that moment, and look."""
    if moment == "first":
        register(descriptor_pool.Default())
    import captured_exchanges.connector  # noqa: PLC0415 - the order of imports is the experiment
    import captured_exchanges.syncer  # noqa: F401, PLC0415

    if moment == "last":
        register(descriptor_pool.Default())
    json.dump(asyncio.run(look(moment)), sys.stdout)


async def look(moment: str) -> dict[str, object]:
    """Serve, and ask everything."""
    from captured_exchanges.buffer import CaptureBuffer  # noqa: PLC0415 - after the registration
    from captured_exchanges.connector import ExchangeServicer, enable_reflection  # noqa: PLC0415
    from captured_exchanges.exchange import ConnectorInfo, PolicyInfo, RedactedExchange  # noqa: PLC0415
    from captured_exchanges.wire import SERVICE, encode_exchange  # noqa: PLC0415
    from support.connector_reflection import files, listed  # noqa: PLC0415
    from support.connector_server import serving, unary  # noqa: PLC0415

    buffer = CaptureBuffer(epoch="e")
    buffer.accept(encode_exchange(RedactedExchange("r-1", "s", "http", b"{}", None, None, 0)))
    servicer = ExchangeServicer(
        buffer, connector=ConnectorInfo("host", "1"), policy=PolicyInfo("default", "1", "")
    )
    handlers = [unary(f"/{SERVICE}/Validate", validate), servicer.handler()]
    async with serving(handlers, prepare=enable_reflection) as address:
        if moment == "late":
            register(descriptor_pool.Default())
        described = [file for file in await files(address, SERVICE) if file.service]
        return {
            "services": await listed(address),
            "methods": [method.name for method in described[0].service[0].method],
            "validated": await call(address, f"/{SERVICE}/Validate"),
            "observed": await observe(address),
            "consumed": await consume(address),
            "own": list(descriptor_pool.Default().FindServiceByName(SERVICE).methods_by_name),
            "own_message": str(own_message()),
        }


async def validate(request: bytes, _context: object) -> bytes:
    """The host's own method of the same service."""
    return request


async def call(address: str, path: str) -> str:
    """A unary call."""
    async with grpc.aio.insecure_channel(address) as channel:
        return (await channel.unary_unary(path)(b"valid", timeout=20)).decode()


async def observe(address: str) -> list[str]:
    """A look at the stream: one empty request, then a half-close; the kinds of the answers."""
    from captured_exchanges.wire import METHOD, decode_response  # noqa: PLC0415 - after the registration

    async with grpc.aio.insecure_channel(address) as channel:
        stream = channel.stream_stream(METHOD)(iter([b""]), timeout=20)
        return [type(decode_response(raw)).__name__ async for raw in stream]


async def consume(address: str) -> list[object]:
    """A whole handoff, as the owner: what is in the store then, and whether both ends agree."""
    from captured_exchanges.store import open_store  # noqa: PLC0415 - after the registration
    from captured_exchanges.syncer import ExchangeConsumer  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "s.c1z", "rw") as store:
        async with ExchangeConsumer(address, store, sync_id="s") as consumer:
            report = await consumer.drain(20)
        return [*(row.request_id for row in store.exchanges().iterate()), report.consistent]


def own_message() -> object:
    """The other package's messages still work."""
    found = descriptor_pool.Default().FindMessageTypeByName("c1.connector.v2.ResourceId")
    return message_factory.GetMessageClass(found)(flavour="salty")


if __name__ == "__main__":
    main(sys.argv[1])
