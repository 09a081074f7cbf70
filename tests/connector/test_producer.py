import asyncio
import secrets

import grpc
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from captured_exchanges.connector import SERVER_OPTIONS, ExchangeProducer
from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.exchange import Batch, Closing, Drained, Open, Opened
from captured_exchanges.redaction import Redactor
from captured_exchanges.security import temporary_private_folder, unix_address
from captured_exchanges.wire import REQUEST_ID_TYPE_URL, SERVICE, baton
from support.connector_baton import HOST
from support.connector_reflection import V1ALPHA, listed
from support.connector_server import serving, unary
from support.connector_snapshots import response, seen
from support.handoff_calls import Caller

OWNER = Open(consumer_id="c-1", sync_id="store")


class Connector:
    """A connector as its author writes it: one list call that asks upstream once."""

    def __init__(self, producer: ExchangeProducer) -> None:
        self.producer = producer

    async def list_resources(self, _request: object, _context: object) -> object:
        """One user."""
        self.producer.recorder.begin("http", seen(response(b'{"id":"u-1"}'))).finish()
        return HOST.ListResourcesResponse(
            list=[HOST.Resource(id=HOST.ResourceId(resource_type="user", resource="u-1"))]
        )

    def serving(self, **attach: object) -> object:
        """Its server."""
        return serving(
            [unary(baton.LIST_RESOURCES, self.list_resources, HOST.ListResourcesRequest)],
            interceptors=[self.producer.interceptor()],
            prepare=lambda server: self.producer.attach(server, **attach),
            options=SERVER_OPTIONS,
        )


async def list_users(channel: grpc.aio.Channel, sync_id: str) -> list[str]:
    """Call as baton does; the request ids on the one object of the answer."""
    request = HOST.ListResourcesRequest(resource_type_id="user", active_sync_id=sync_id)
    raw = await channel.unary_unary(baton.LIST_RESOURCES)(request.SerializeToString(), timeout=20)
    (found,) = HOST.ListResourcesResponse.FromString(raw).list
    assert {each.type_url for each in found.annotations} == {REQUEST_ID_TYPE_URL}
    return [HOST.RequestId.FromString(each.value).id for each in found.annotations]


async def health_of(channel: grpc.aio.Channel, service: str = "") -> int:
    return (
        await health_pb2_grpc.HealthStub(channel).Check(
            health_pb2.HealthCheckRequest(service=service), timeout=20
        )
    ).status


async def test_an_object_leads_to_its_exchange():
    """The id on a listed object is that of an exchange which the owner of the stream receives, under the
    sync of the call; the drain attests to it.
    """
    producer = ExchangeProducer("acme-connector", version="1.2.3")
    async with Connector(producer).serving() as address, grpc.aio.insecure_channel(address) as channel:
        (request_id,) = await list_users(channel, "s-1")
        owner = Caller(channel)
        await owner.say(OWNER)
        opened = await owner.until(Opened)
        await owner.drain()
        await owner.exchanges(1, ack=True)
        drained = await owner.until(Drained)
        await owner.half_close()
        assert isinstance((await owner.rest())[-1], Closing)
    (captured,) = next(message for message in owner.heard if isinstance(message, Batch)).exchanges
    assert (captured.exchange.request_id, captured.exchange.sync_id) == (request_id, "s-1")
    assert (opened.connector.name, opened.connector.version) == ("acme-connector", "1.2.3")
    assert opened.redaction_policy == producer.redactor.policy
    assert [(each.sync_id, each.captured, each.acked) for each in drained.counters] == [("s-1", 1, 1)]
    assert producer.buffer.facts().retained_exchanges == 0


async def test_a_secret_in_the_connectors_name_does_not_travel():
    """Name and version pass the same redaction as everything else."""
    secret = secrets.token_hex(16)
    redactor = Redactor()
    redactor.register_secret(secret)
    producer = ExchangeProducer(f"acme {secret}", version=secret, redactor=redactor)
    async with Connector(producer).serving() as address, grpc.aio.insecure_channel(address) as channel:
        observer = Caller(channel)
        await observer.half_close()
        opened = await observer.until(Opened)
        await observer.rest()
    assert secret not in f"{opened}"
    assert opened.connector.name.startswith("acme ")


async def test_reflection_and_health_come_with_it():
    """What the server serves can be listed, the host's own services by name."""
    producer = ExchangeProducer("acme-connector")
    services = ["c1.connector.v2.ResourcesService"]
    async with (
        Connector(producer).serving(services=services) as address,
        grpc.aio.insecure_channel(address) as channel,
    ):
        assert await listed(address) == [SERVICE, *services, health.SERVICE_NAME, V1ALPHA]
        assert await health_of(channel, SERVICE) == health_pb2.HealthCheckResponse.SERVING


async def test_a_host_may_keep_its_own_health_and_reflection():
    """Turned off, ours does not stand before the host's."""
    theirs = health.aio.HealthServicer()
    await theirs.set("host.Service", health_pb2.HealthCheckResponse.NOT_SERVING)
    producer = ExchangeProducer("acme-connector")

    def prepare(server: grpc.aio.Server) -> None:
        health_pb2_grpc.add_HealthServicer_to_server(theirs, server)
        producer.attach(server, health=False, reflection=False)

    async with serving(prepare=prepare) as address, grpc.aio.insecure_channel(address) as channel:
        assert await health_of(channel, "host.Service") == health_pb2.HealthCheckResponse.NOT_SERVING
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await channel.stream_stream(f"/{V1ALPHA}/ServerReflectionInfo")(iter([b""]), timeout=20).read()
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_stopping_refuses_the_next_owner_and_tells_what_is_left():
    """`stop` takes health away, ends streams UNAVAILABLE, and answers with what nobody has committed."""
    producer = ExchangeProducer("acme-connector")
    producer.recorder.begin("http", seen(None)).finish()
    async with (
        Connector(producer).serving() as address,
        grpc.aio.insecure_channel(address) as channel,
        asyncio.timeout(30),
    ):
        owner = Caller(channel)
        await owner.say(OWNER)
        await owner.exchanges(1)
        stopping = asyncio.create_task(producer.stop(0.1))
        closing = await owner.until(Closing)
        await owner.half_close()
        left = await stopping
        assert await health_of(channel) == health_pb2.HealthCheckResponse.NOT_SERVING
        late = Caller(channel)
        await late.say(Open(consumer_id="c-2"))
        assert await late.rest() == []
        assert (await late.status())[0] is grpc.StatusCode.UNAVAILABLE
    assert closing.code == grpc.StatusCode.UNAVAILABLE.value[0]
    assert left.retained_exchanges == 1


async def test_it_listens_where_only_the_user_gets_in():
    """A private socket is listened on, at its canonical address."""
    producer = ExchangeProducer("acme-connector")
    server = grpc.aio.server()
    producer.attach(server)
    with temporary_private_folder() as folder:
        address = producer.listen(server, f"unix:{folder}/acme sock")
        assert address == unix_address(folder, "acme sock")
        await server.start()
        async with grpc.aio.insecure_channel(address) as channel:
            assert await health_of(channel) == health_pb2.HealthCheckResponse.SERVING
        await server.stop(0)


async def test_it_listens_nowhere_else():
    """A port, and a socket in an open folder, are refused before anything is opened."""
    producer = ExchangeProducer("acme-connector")
    server = grpc.aio.server()
    with temporary_private_folder() as folder:
        folder.chmod(0o755)
        for address in ("127.0.0.1:0", f"unix:{folder}/s"):
            with pytest.raises(ConnectionRefused):
                producer.listen(server, address)
        assert list(folder.iterdir()) == []
    await server.stop(None)


@pytest.mark.parametrize("name", ["", "x" * 257, "ü" * 129])
def test_a_name_is_bounded(name):
    """A connector has a name, and it fits the field it travels in."""
    with pytest.raises(ValueError, match="256"):
        ExchangeProducer(name)
