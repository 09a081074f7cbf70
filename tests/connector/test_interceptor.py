import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from captured_exchanges import telemetry
from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.capture import Scope, current_scope, intent
from captured_exchanges.connector import CaptureInterceptor, Recorder
from captured_exchanges.exchange import Entry
from captured_exchanges.wire import REQUEST_ID_TYPE_URL, baton
from support.connector_baton import HOST
from support.connector_server import serving, unary
from support.connector_snapshots import PlainRedactor, response, seen

marker = contextvars.ContextVar("marker", default="unset")


class Directory:
    """A host connector: each list call makes one upstream exchange for every object it lists."""

    def __init__(self) -> None:
        self.buffer = CaptureBuffer()
        self.recorder = Recorder(PlainRedactor(), self.buffer)
        self.scopes: list[Scope | None] = []
        self.threads: list[threading.Thread] = []
        self.markers: list[str] = []

    def fetch(self, name: str) -> str:
        """One exchange with the upstream; its request id."""
        pending = self.recorder.begin("http", seen(response(b'{"id":"%s"}' % name.encode())))
        pending.finish()
        return pending.request_id

    def list_resources(self, request: object, _context: object) -> object:
        """Two users."""
        self.scopes.append(current_scope())
        self.threads.append(threading.current_thread())
        self.markers.append(marker.get())
        for name in ("u-1", "u-2"):
            self.fetch(name)
        users = [HOST.Resource(id=HOST.ResourceId(resource_type="user", resource=n)) for n in ("u-1", "u-2")]
        return HOST.ListResourcesResponse(list=users, etag=f"{request.page_size} asked")

    async def list_resources_later(self, request: object, context: object) -> object:
        """The same, as a coroutine that lets others run meanwhile."""
        await asyncio.sleep(0)
        return self.list_resources(request, context)

    def intents(self) -> list[tuple[str, str]]:
        """Sync id and surface of everything captured."""
        entries = self.buffer.read(0, max_exchanges=1000, max_bytes=10**9)
        return [(each.exchange.sync_id, each.exchange.surface) for each in entries if isinstance(each, Entry)]


@pytest.fixture
def directory():
    return Directory()


def lists(behaviour: object) -> grpc.GenericRpcHandler:
    return unary(baton.LIST_RESOURCES, behaviour, HOST.ListResourcesRequest)


async def call(address: str, path: str, request: bytes) -> bytes:
    async with grpc.aio.insecure_channel(address) as channel:
        return await channel.unary_unary(path)(request, timeout=20)


async def ask(address: str, sync_id: str = "s-1") -> object:
    """List users, as baton would."""
    request = HOST.ListResourcesRequest(resource_type_id="user", page_size=7, active_sync_id=sync_id)
    raw = await call(address, baton.LIST_RESOURCES, request.SerializeToString())
    return HOST.ListResourcesResponse.FromString(raw)


def ids_of(found: object) -> list[str]:
    mine = [each for each in found.annotations if each.type_url == REQUEST_ID_TYPE_URL]
    return [HOST.RequestId.FromString(each.value).id for each in mine]


async def test_a_coroutine_handler_is_scoped_and_stamped(directory):
    """Exchanges of a list call carry its intent and sync, and its objects carry their ids."""
    async with serving(
        [lists(directory.list_resources_later)], interceptors=[CaptureInterceptor()]
    ) as address:
        answer = await ask(address)
    (scope,) = directory.scopes
    assert scope.sync_id == "s-1"
    assert scope.intent.as_json() == {
        "surface": "sync",
        "entrypoint": "ListResources",
        "resourceType": "user",
    }
    assert directory.intents() == [("s-1", "sync")] * 2
    first, second = scope.request_ids
    assert [ids_of(each) for each in answer.list] == [[first, second], [second, first]]
    assert answer.etag == "7 asked"


async def test_a_synchronous_handler_is_scoped_in_its_thread(directory):
    """A plain function runs in the server's thread pool, in a copy of the call's context."""

    class Marking(grpc.aio.ServerInterceptor):
        """Sets a context variable for the call, as tracing libraries do."""

        async def intercept_service(self, continuation: object, details: object) -> object:
            """Set it, and go on."""
            marker.set("set by the call")
            return await continuation(details)

    with ThreadPoolExecutor(1) as executor:
        handlers = [lists(directory.list_resources)]
        interceptors = [Marking(), CaptureInterceptor()]
        async with serving(handlers, interceptors=interceptors, executor=executor) as address:
            answer = await ask(address)
            left_behind = await asyncio.get_running_loop().run_in_executor(executor, current_scope)
    assert directory.threads != [threading.main_thread()]
    assert directory.markers == ["set by the call"]
    assert [len(ids_of(each)) for each in answer.list] == [2, 2]
    assert left_behind is None


async def test_calls_at_once_keep_their_scopes_apart(directory):
    """Two list calls of two syncs at the same time never share an exchange."""
    async with serving(
        [lists(directory.list_resources_later)], interceptors=[CaptureInterceptor()]
    ) as address:
        answers = await asyncio.gather(*(ask(address, f"s-{number}") for number in range(8)))
    seen_ids = [set(ids_of(each)) for answer in answers for each in answer.list[:1]]
    assert len(set.union(*seen_ids)) == 16
    assert sorted(directory.intents()) == sorted([(f"s-{n}", "sync") for n in range(8)] * 2)


async def test_another_call_gets_a_scope_and_no_stamp(directory):
    """A unary call that is no list call is scoped by service and method; its bytes are not touched."""
    scopes: list[Scope] = []

    async def validate(request: bytes, _context: object) -> bytes:
        scopes.append(current_scope())
        directory.fetch("u-1")
        return request

    handlers = [unary("/c1.connector.v2.TicketsService/GetTicket", validate)]
    async with serving(handlers, interceptors=[CaptureInterceptor()]) as address:
        assert await call(address, "/c1.connector.v2.TicketsService/GetTicket", b"\xff\x00") == b"\xff\x00"
    assert scopes[0].intent.as_json() == {"surface": "tickets", "entrypoint": "GetTicket"}
    assert len(scopes[0].request_ids) == 1


async def test_a_connector_that_stamps_keeps_its_own(directory):
    """An author's own inner scope and annotations win over the interceptor's."""

    async def list_resources(_request: object, _context: object) -> object:
        directory.fetch("unrelated")
        with intent(resource_type="custom") as scope:
            own = directory.fetch("u-1")
        found = HOST.Resource(id=HOST.ResourceId(resource_type="user", resource="u-1"))
        for annotation in scope.annotations():
            found.annotations.add(type_url=annotation.type_url, value=annotation.value)
        directory.own = own
        assert scope.intent.entrypoint == "ListResources"
        return HOST.ListResourcesResponse(list=[found])

    async with serving([lists(list_resources)], interceptors=[CaptureInterceptor()]) as address:
        answer = await ask(address)
    assert ids_of(answer.list[0]) == [directory.own]


async def test_other_interceptors_see_the_messages_they_know(directory):
    """Interceptors of the host, before and after ours, get its own request and response objects."""
    observed: list[tuple[str, str]] = []

    class Spying(grpc.aio.ServerInterceptor):
        """Looks at both messages."""

        async def intercept_service(self, continuation: object, details: object) -> object:
            """Wrap the behaviour."""
            handler = await continuation(details)

            async def spied(request: object, context: object) -> object:
                answer = await handler.unary_unary(request, context)
                observed.append((type(request).__name__, type(answer).__name__))
                return answer

            return grpc.unary_unary_rpc_method_handler(
                spied, handler.request_deserializer, handler.response_serializer
            )

    interceptors = [Spying(), CaptureInterceptor(), Spying()]
    async with serving([lists(directory.list_resources_later)], interceptors=interceptors) as address:
        answer = await ask(address)
    assert observed == [("ListResourcesRequest", "ListResourcesResponse")] * 2
    assert [len(ids_of(each)) for each in answer.list] == [2, 2]


async def test_an_answer_we_cannot_read_goes_out_as_it_is(directory):
    """A host that answers something else on a list call is not disturbed; the failure is counted."""

    async def odd(_request: bytes, _context: object) -> bytes:
        directory.fetch("u-1")
        return b"\xff\xfe not a list"

    before = dict(telemetry.counters())
    async with serving([unary(baton.LIST_RESOURCES, odd)], interceptors=[CaptureInterceptor()]) as address:
        assert await call(address, baton.LIST_RESOURCES, b"\xff\xff odd too") == b"\xff\xfe not a list"
    after = telemetry.counters()
    for name in ("connector.stamping_failed", "connector.request_unreadable"):
        assert after[name] == before.get(name, 0) + 1


def aborting() -> object:
    """A handler that aborts."""

    async def behaviour(_request: object, context: grpc.aio.ServicerContext) -> object:
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "the directory is closed")

    return behaviour


def setting_a_code() -> object:
    """A handler that sets a status and answers nothing."""

    async def behaviour(_request: object, context: grpc.aio.ServicerContext) -> object:
        context.set_code(grpc.StatusCode.NOT_FOUND)
        context.set_details("no such type")

    return behaviour


def raising() -> object:
    """A handler with a bug."""

    async def behaviour(_request: object, _context: object) -> object:
        raise LookupError("a bug of the host")

    return behaviour


def answering_none() -> object:
    """A handler that forgets to answer."""

    async def behaviour(_request: object, _context: object) -> object:
        return None

    return behaviour


@pytest.mark.parametrize("make", [aborting, setting_a_code, raising, answering_none])
@pytest.mark.parametrize("request_class", [HOST.ListResourcesRequest, None])
async def test_a_call_that_fails_fails_as_without_us(make, request_class):
    """Status and details are the host's, whichever way its handler ends."""
    outcomes = []
    for interceptors in ([], [CaptureInterceptor()]):
        handlers = [unary(baton.LIST_RESOURCES, make(), request_class)]
        async with serving(handlers, interceptors=interceptors) as address:
            outcomes.append(await outcome(address))
    assert outcomes[0] == outcomes[1]


async def outcome(address: str) -> tuple[object, ...]:
    try:
        return ("answered", await call(address, baton.LIST_RESOURCES, b""))
    except grpc.aio.AioRpcError as error:
        return (error.code(), error.details())


async def test_a_request_the_host_refuses_is_refused_as_without_us(directory):
    """Bytes that the host's own class cannot read give the host's own status."""
    outcomes = []
    for interceptors in ([], [CaptureInterceptor()]):
        async with serving([lists(directory.list_resources_later)], interceptors=interceptors) as address:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await call(address, baton.LIST_RESOURCES, b"\xff\xff")
            outcomes.append((refused.value.code(), refused.value.details()))
    assert outcomes[0] == outcomes[1]
    assert directory.scopes == []


async def test_streams_pass_untouched():
    """A handler of another kind is the very handler the host gave."""

    async def streamed(request: bytes, _context: object) -> object:
        for _ in range(3):
            yield request

    handler = grpc.unary_stream_rpc_method_handler(streamed)
    handlers = [grpc.method_handlers_generic_handler("host.Streams", {"Get": handler})]
    async with (
        serving(handlers, interceptors=[CaptureInterceptor()]) as address,
        grpc.aio.insecure_channel(address) as channel,
    ):
        received = [each async for each in channel.unary_stream("/host.Streams/Get")(b"x", timeout=20)]
    assert received == [b"x"] * 3

    async def continuation(_details: object) -> object:
        return handler

    assert await CaptureInterceptor().intercept_service(continuation, None) is handler


async def test_an_unknown_method_is_unimplemented_as_ever():
    """Where the host has no handler there is none to wrap."""
    async with serving(interceptors=[CaptureInterceptor()]) as address:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(address, baton.LIST_GRANTS, b"")
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
