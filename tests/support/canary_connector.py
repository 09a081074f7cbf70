"""The demo's connector with canaries in all that it sends, and with rules that fail now and then.

python canary_connector.py PIPE     each canary goes down the pipe

stdin   {"url": …, "token": …, "access": …, "without": a family that is not looked for}
stdout  {"event": "ready", "address": …}, at the end {"event": "stopped", …} with counters
the working folder: `reprs`: the words of all objects of ours
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from dataclasses import replace
from pathlib import Path

import grpc
import httpx

from captured_exchanges import telemetry
from captured_exchanges.capture.httpx import instrument_client
from captured_exchanges.connector import SERVER_OPTIONS, ExchangeProducer
from captured_exchanges.connector import recorder as recording
from captured_exchanges.demo.child import read_configuration, report, run_child, stop_requested
from captured_exchanges.demo.lists import ScimConnector, list_handlers
from captured_exchanges.demo.scim import ScimDirectory
from captured_exchanges.redaction import DEFAULT_POLICY, Redactor
from captured_exchanges.redaction.bodies import Bodies
from captured_exchanges.security import load_access
from support.canaries import Canaries, document, request_headers, request_params
from support.canary_reprs import reprs

FAILS = {"render": 7, "encode": 7}
"""Each so manieth body and exchange fails, its message full of what was captured."""


class PlantingClient(httpx.AsyncClient):
    """Plants before capture sees the request, as a connector's own code would have written it."""

    made: Canaries

    async def send(self, request: httpx.Request, **options: object) -> httpx.Response:
        params, headers = request_params(self.made), request_headers(self.made)
        headers |= dict(request.headers) | {"X-Planted": ",".join(params)}
        url = request.url.copy_merge_params(params)
        planted = httpx.Request(request.method, url, headers=headers, json=document(self.made))
        planted.extensions = request.extensions
        return await super().send(planted, **options)


class WatchedRedactor(Redactor):
    """Notes the words of all that it is given and gives back."""

    words: list[str]

    def redact(self, exchange):
        redacted = super().redact(exchange)
        self.words += reprs(exchange, redacted)
        return redacted


def failing(every: int, work):
    """Every so manieth call raises, and quotes all it was given."""
    count = 0

    def call(*arguments, **named):
        nonlocal count
        count += 1
        if count % every == 0:
            raise RuntimeError(f"cannot do this with {_quoted(arguments)}")
        return work(*arguments, **named)

    return call


def _quoted(arguments: tuple) -> str:
    return " ".join(repr(getattr(each, "data", getattr(each, "request_json", each))) for each in arguments)


def policy(without: str):
    """The default one, but for a family."""
    families = tuple(row for row in DEFAULT_POLICY.families if row.name != without)
    return replace(DEFAULT_POLICY, families=families)


async def serve(configuration: dict, tell) -> int:
    """Serve until told to stop; then say what there is to be said."""
    stop = stop_requested()
    access = load_access(configuration["access"])
    redactor = WatchedRedactor(policy(configuration["without"]), on_failure=telemetry.count)
    redactor.words = []
    redactor.register_secret(configuration["token"])
    producer = ExchangeProducer("canaries", redactor=redactor, access=access)
    headers = {"authorization": f"Bearer {configuration['token']}"}
    async with PlantingClient(base_url=configuration["url"], headers=headers, trust_env=False) as client:
        client.made = Canaries(tell)
        instrument_client(client, producer.recorder)
        server = grpc.aio.server(interceptors=[producer.interceptor()], options=SERVER_OPTIONS)
        server.add_generic_rpc_handlers(list_handlers(ScimConnector(ScimDirectory(client))))
        producer.attach(server)
        address = producer.listen(server, "127.0.0.1:0")
        await server.start()
        await _unanswered(client)
        report("ready", address=address)
        await stop.wait()
        words = [*redactor.words, *reprs(producer, redactor, producer.recorder, producer.buffer, client)]
        await asyncio.to_thread(Path("reprs").write_text, "\n".join(words))
        await producer.stop(10)
        await server.stop(10)
    report(
        "stopped",
        counters=telemetry.counters(),
        failures=redactor.failures(),
        facts=str(producer.buffer.facts()),
    )
    return 0


async def _unanswered(client: httpx.AsyncClient) -> None:
    """A call that nobody answers: its error is captured, and its words are the library's."""
    try:
        await client.get("http://127.0.0.1:9/v2/Users")
    except httpx.ConnectError:
        return
    raise AssertionError("somebody answers at the discard port")


def main(pipe: str) -> int:
    """With the log of this package as loud as can be."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("captured_exchanges").setLevel(logging.DEBUG)
    Bodies.render = failing(FAILS["render"], Bodies.render)
    recording.encode_exchange = failing(FAILS["encode"], recording.encode_exchange)

    def tell(secret: str) -> None:
        os.write(int(pipe), secret.encode() + b"\0")

    return run_child(serve(read_configuration(), tell))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
