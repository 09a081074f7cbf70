import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import grpc
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from captured_exchanges.connector import SERVER_OPTIONS, ExchangeProducer, ThreadedExchangeProducer
from captured_exchanges.exchange import Batch, Closing, Drain, Drained, Open, Opened
from captured_exchanges.security import temporary_private_folder, unix_address
from captured_exchanges.wire import REQUEST_ID_TYPE_URL, SERVICE, baton
from support.connector_baton import HOST
from support.connector_reflection import V1ALPHA, listed
from support.connector_server import unary
from support.connector_snapshots import response, seen
from support.threaded_calls import PATIENCE, Caller

OWNER = Open(consumer_id="c-1", sync_id="store")


class Connector:
    """A connector as its author writes it: one list call that asks upstream once."""

    def __init__(self, stack: ExitStack, workers: int = 2) -> None:
        self.producer = ThreadedExchangeProducer("acme-connector", version="1.2.3")
        pool = stack.enter_context(ThreadPoolExecutor(workers))
        server = grpc.server(pool, interceptors=[self.producer.interceptor()], options=SERVER_OPTIONS)
        server.add_generic_rpc_handlers(
            (unary(baton.LIST_RESOURCES, self.list_resources, HOST.ListResourcesRequest),)
        )
        self.producer.attach(server, services=["c1.connector.v2.ResourcesService"])
        folder = stack.enter_context(temporary_private_folder())
        self.address = self.producer.listen(server, unix_address(folder, "s"))
        server.start()
        stack.callback(lambda: server.stop(0).wait(PATIENCE))
        self.channel = stack.enter_context(grpc.insecure_channel(self.address))

    def list_resources(self, _request, _context):
        """One user."""
        self.producer.recorder.begin("http", seen(response(b'{"id":"u-1"}'))).finish()
        return HOST.ListResourcesResponse(
            list=[HOST.Resource(id=HOST.ResourceId(resource_type="user", resource="u-1"))]
        )

    def list_users(self, sync_id):
        """Call as baton does; the request ids on the one object of the answer."""
        request = HOST.ListResourcesRequest(resource_type_id="user", active_sync_id=sync_id)
        raw = self.channel.unary_unary(baton.LIST_RESOURCES)(request.SerializeToString(), timeout=PATIENCE)
        (found,) = HOST.ListResourcesResponse.FromString(raw).list
        assert {each.type_url for each in found.annotations} == {REQUEST_ID_TYPE_URL}
        return [HOST.RequestId.FromString(each.value).id for each in found.annotations]

    def health(self, service=""):
        """What it says of itself."""
        stub = health_pb2_grpc.HealthStub(self.channel)
        return stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=PATIENCE).status


@pytest.fixture
def connector():
    with ExitStack() as stack:
        yield Connector(stack)


def test_an_object_leads_to_its_exchange(connector):
    """As with the ExchangeProducer: the id on a listed object is that of an exchange which the owner gets."""
    (request_id,) = connector.list_users("s-1")
    owner = Caller(connector.channel)
    owner.say(OWNER)
    opened = owner.until(Opened)
    owner.exchanges(1, ack=True)
    owner.say_next(Drain(5.0))
    drained = owner.until(Drained)
    owner.half_close()
    owner.rest()
    (captured,) = next(message for message in owner.heard if isinstance(message, Batch)).exchanges
    assert (captured.exchange.request_id, captured.exchange.sync_id) == (request_id, "s-1")
    assert (opened.connector.name, opened.connector.version) == ("acme-connector", "1.2.3")
    assert [(each.sync_id, each.captured, each.acked) for each in drained.counters] == [("s-1", 1, 1)]


def test_reflection_and_health_come_with_it(connector):
    """What the server serves can be listed, the host's own services by name."""
    services = asyncio.run(listed(connector.address))
    assert services == [SERVICE, "c1.connector.v2.ResourcesService", health.SERVICE_NAME, V1ALPHA]
    assert connector.health(SERVICE) == health_pb2.HealthCheckResponse.SERVING


def test_stopping_tells_what_is_left_and_takes_health_away(connector):
    """`stop` ends streams UNAVAILABLE, and answers with what nobody has committed."""
    connector.list_users("s-1")
    owner = Caller(connector.channel)
    owner.say(OWNER)
    owner.exchanges(1)
    left = []
    stopping = threading.Thread(target=lambda: left.append(connector.producer.stop(0.1)))
    stopping.start()
    assert owner.until(Closing).code == grpc.StatusCode.UNAVAILABLE.value[0]
    owner.half_close()
    stopping.join(PATIENCE)
    assert left[0].retained_exchanges == 1
    assert connector.health() == health_pb2.HealthCheckResponse.NOT_SERVING
    owner.give_up()


async def test_each_kind_of_server_has_its_producer():
    """The other one is named, before a handler of the wrong kind sits in the server."""
    with ThreadPoolExecutor(1) as pool:
        threaded, asynchronous = grpc.server(pool), grpc.aio.server()
        for producer, server, instead in (
            (ExchangeProducer("a"), threaded, "ThreadedExchangeProducer"),
            (ThreadedExchangeProducer("a"), asynchronous, "an ExchangeProducer"),
        ):
            with pytest.raises(TypeError, match=instead):
                producer.attach(server)
            with pytest.raises(TypeError, match=instead):
                producer.listen(server, "unix:/x/s")
        await asynchronous.stop(None)
        threaded.stop(None)
