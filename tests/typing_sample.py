"""The public API as its users type it. Never run: mypy reads it in `make check`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import httpx
import httpx2

from captured_exchanges import CapturedExchangesError
from captured_exchanges.capture import Scope, current_scope, intent
from captured_exchanges.capture import httpx as capture_httpx
from captured_exchanges.capture import httpx2 as capture_httpx2
from captured_exchanges.connector import (
    SERVER_OPTIONS,
    ExchangeProducer,
    ThreadedExchangeProducer,
    serve_until_stopped,
    threaded_serve_until_stopped,
)
from captured_exchanges.exchange import Exchange, RedactedExchange, Response, StoredExchange
from captured_exchanges.provenance import Explanation, explain
from captured_exchanges.redaction import Redactor
from captured_exchanges.security import Access, BearerToken, MutualTLS, issue_run_credentials, new_token
from captured_exchanges.store import ExchangesProvider, open_store
from captured_exchanges.syncer import (
    ConsumerReport,
    ConsumersReport,
    ExchangeConsumer,
    ExchangeConsumers,
    ThreadedExchangeConsumer,
    ThreadedExchangeConsumers,
    observe,
    observe_threaded,
    open_channel,
    open_threaded_channel,
)
from captured_exchanges.wire import encode_exchange


async def a_connector(address: str) -> None:
    producer = ExchangeProducer("acme", version="1.0")
    capture_httpx.instrument_client(httpx.AsyncClient(), producer.recorder)
    capture_httpx2.instrument_client(httpx2.Client(), producer.recorder)
    server: grpc.aio.Server = grpc.aio.server(interceptors=[producer.interceptor()], options=SERVER_OPTIONS)
    producer.attach(server)
    producer.listen(server, address)
    await serve_until_stopped(server, producer)


def a_threaded_connector(address: str, access: Access) -> None:
    producer = ThreadedExchangeProducer("acme", access=access)
    server: grpc.Server = grpc.server(ThreadPoolExecutor(), interceptors=[producer.interceptor()])
    producer.attach(server)
    producer.listen(server, address)
    producer.listen_for_observers(Path("run/debug.sock"))
    threaded_serve_until_stopped(server, producer)


async def some_credentials(address: str) -> None:
    token: BearerToken = new_token()
    connector, syncer = issue_run_credentials()
    each: list[MutualTLS] = [connector, syncer, MutualTLS.from_files("ca.pem", Path("cert.pem"), "key.pem")]
    channel: grpc.aio.Channel = open_channel(address, each[0])
    threaded: grpc.Channel = open_threaded_channel(address, token)
    await channel.close()
    threaded.close()


def a_scope() -> tuple[str, ...]:
    with intent(surface="sync", resource_type="user", sync_id="s", page=3) as scope:
        inner: Scope | None = current_scope()
        assert inner is scope
    return scope.request_ids


async def a_syncer(address: str, path: Path) -> ConsumerReport | None:
    try:
        with open_store(path, "rw") as store:
            async with ExchangeConsumer(address, store, sync_id="s") as consumer:
                return await consumer.drain()
    except CapturedExchangesError:
        return None


def a_threaded_syncer(address: str, path: Path) -> ConsumerReport:
    with open_store(path, "rw") as store:
        with ThreadedExchangeConsumer(address, store, sync_id="s") as consumer:
            report: ConsumerReport = consumer.drain(30.0, settle=1.0)
        with grpc.insecure_channel(address) as channel, ThreadedExchangeConsumer(channel, store):
            pass
    return report


async def a_syncer_of_several(addresses: list[str], path: Path) -> int:
    with open_store(path, "rw") as store:
        async with ExchangeConsumers({"okta": addresses[0], "github": addresses[1]}, store) as consumers:
            report: ConsumersReport = await consumers.drain()
        with ThreadedExchangeConsumers(addresses, store, sync_id="s") as threaded:
            each: dict[str, ConsumerReport] = dict(threaded.drain().connectors)
    return report.committed + sum(one.committed for one in each.values())


async def an_onlooker(address: str) -> list[Response]:
    seen: list[Response] = [response async for response in observe(address, follow=True)]
    return [*seen, *observe_threaded(address)]


def an_engineer(path: Path) -> list[StoredExchange]:
    with open_store(path) as store:
        provider: ExchangesProvider = store
        newest: StoredExchange | None = provider.exchanges().get_exchange("req-1")
        explanations: list[Explanation] = explain(store, "user:alice")
    assert newest is not None
    return [exchange for explanation in explanations for exchange in explanation.exchanges]


def nothing_unredacted_is_encoded(raw: Exchange) -> None:
    encode_exchange(raw)  # type: ignore[arg-type]
    redacted: RedactedExchange = Redactor().redact(raw)
    encode_exchange(redacted)
