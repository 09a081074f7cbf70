import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from captured_exchanges import telemetry
from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.capture import Scope, current_scope
from captured_exchanges.connector import Recorder, ThreadedCaptureInterceptor
from captured_exchanges.exchange import Entry
from captured_exchanges.security import temporary_private_folder, unix_address
from captured_exchanges.wire import REQUEST_ID_TYPE_URL, baton
from support.connector_baton import HOST
from support.connector_server import unary
from support.connector_snapshots import PlainRedactor, response, seen


class Directory:
    """A host connector: each list call makes one upstream exchange for every object it lists."""

    def __init__(self) -> None:
        self.buffer = CaptureBuffer()
        self.recorder = Recorder(PlainRedactor(), self.buffer)
        self.scopes: list[Scope | None] = []
        self.threads: list[str] = []

    def fetch(self, name: str) -> None:
        """One exchange with the upstream."""
        self.recorder.begin("http", seen(response(b'{"id":"%s"}' % name.encode()))).finish()

    def list_resources(self, request: object, _context: object) -> object:
        """Two users."""
        self.scopes.append(current_scope())
        self.threads.append(threading.current_thread().name)
        for name in ("u-1", "u-2"):
            self.fetch(name)
        users = [HOST.Resource(id=HOST.ResourceId(resource_type="user", resource=n)) for n in ("u-1", "u-2")]
        return HOST.ListResourcesResponse(list=users, etag=f"{request.page_size} asked")

    def intents(self) -> list[tuple[str, str]]:
        """Sync id and surface of everything captured."""
        entries = self.buffer.read(0, max_exchanges=1000, max_bytes=10**9)
        return [(each.exchange.sync_id, each.exchange.surface) for each in entries if isinstance(each, Entry)]


@pytest.fixture
def directory():
    return Directory()


@contextlib.contextmanager
def serving(*handlers: grpc.GenericRpcHandler, interceptors: object = None):
    """A threaded server of four workers on a socket; a channel to it."""
    mine = (ThreadedCaptureInterceptor(),) if interceptors is None else tuple(interceptors)
    with ThreadPoolExecutor(4, "host") as pool, temporary_private_folder() as folder:
        server = grpc.server(pool, interceptors=mine)
        server.add_generic_rpc_handlers(handlers)
        server.add_insecure_port(unix_address(folder, "s"))
        server.start()
        try:
            with grpc.insecure_channel(unix_address(folder, "s")) as channel:
                yield channel
        finally:
            server.stop(0).wait(20)


def lists(behaviour: object) -> grpc.GenericRpcHandler:
    return unary(baton.LIST_RESOURCES, behaviour, HOST.ListResourcesRequest)


def call(channel: grpc.Channel, request: bytes, path: str = baton.LIST_RESOURCES) -> bytes:
    return channel.unary_unary(path)(request, timeout=20)


def ask(channel: grpc.Channel, sync_id: str = "s-1") -> object:
    """List users, as baton would."""
    request = HOST.ListResourcesRequest(resource_type_id="user", page_size=7, active_sync_id=sync_id)
    return HOST.ListResourcesResponse.FromString(call(channel, request.SerializeToString()))


def ids_of(found: object) -> list[str]:
    mine = [each for each in found.annotations if each.type_url == REQUEST_ID_TYPE_URL]
    return [HOST.RequestId.FromString(each.value).id for each in mine]


def test_a_list_call_is_scoped_and_stamped(directory):
    """Exchanges of a list call carry its intent and sync, and its objects carry their ids."""
    with serving(lists(directory.list_resources)) as channel:
        answer = ask(channel)
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


def test_calls_at_once_keep_their_scopes_apart(directory):
    """Four list calls at the same time, in four threads, never share an exchange; no thread keeps a scope."""
    together = threading.Barrier(4, timeout=20)

    def list_together(request: object, context: object) -> object:
        assert current_scope() not in directory.scopes
        together.wait()
        return directory.list_resources(request, context)

    with serving(lists(list_together)) as channel, ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda number: ask(channel, f"s-{number}"), range(8)))
    seen_ids = [set(ids_of(answer.list[0])) for answer in answers]
    assert len(set.union(*seen_ids)) == 16
    assert sorted(directory.intents()) == sorted([(f"s-{n}", "sync") for n in range(8)] * 2)


def test_another_call_gets_a_scope_and_no_stamp(directory):
    """A unary call that is no list call is scoped by service and method; its bytes are not touched."""
    path = "/c1.connector.v2.TicketsService/GetTicket"
    scopes: list[Scope] = []

    def ticket(request: bytes, _context: object) -> bytes:
        scopes.append(current_scope())
        directory.fetch("u-1")
        return request

    with serving(unary(path, ticket)) as channel:
        assert call(channel, b"\xff\x00", path) == b"\xff\x00"
    assert scopes[0].intent.as_json() == {"surface": "tickets", "entrypoint": "GetTicket"}
    assert len(scopes[0].request_ids) == 1


def test_a_pool_that_a_handler_asks_for_is_kept(directory):
    """A host's handler that names a thread pool of its own still runs there."""
    with ThreadPoolExecutor(1, "special") as special:

        def behave(request: object, context: object) -> object:
            return directory.list_resources(request, context)

        behave.experimental_thread_pool = special
        with serving(lists(behave)) as channel:
            assert [len(ids_of(each)) for each in ask(channel).list] == [2, 2]
    assert [name.partition("_")[0] for name in directory.threads] == ["special"]


def test_other_interceptors_see_the_messages_they_know(directory):
    """Interceptors of the host, before and after ours, get its own request and response objects."""
    observed: list[tuple[str, str]] = []

    class Spying(grpc.ServerInterceptor):
        """Looks at both messages."""

        def intercept_service(self, continuation: object, details: object) -> object:
            """Wrap the behaviour."""
            handler = continuation(details)

            def spied(request: object, context: object) -> object:
                answer = handler.unary_unary(request, context)
                observed.append((type(request).__name__, type(answer).__name__))
                return answer

            return grpc.unary_unary_rpc_method_handler(
                spied, handler.request_deserializer, handler.response_serializer
            )

    interceptors = [Spying(), ThreadedCaptureInterceptor(), Spying()]
    with serving(lists(directory.list_resources), interceptors=interceptors) as channel:
        answer = ask(channel)
    assert observed == [("ListResourcesRequest", "ListResourcesResponse")] * 2
    assert [len(ids_of(each)) for each in answer.list] == [2, 2]


def test_an_answer_we_cannot_read_goes_out_as_it_is(directory):
    """A host that answers something else on a list call is not disturbed; the failure is counted."""

    def odd(_request: bytes, _context: object) -> bytes:
        directory.fetch("u-1")
        return b"\xff\xfe not a list"

    before = dict(telemetry.counters())
    with serving(unary(baton.LIST_RESOURCES, odd)) as channel:
        assert call(channel, b"\xff\xff odd too") == b"\xff\xfe not a list"
    after = telemetry.counters()
    for name in ("connector.stamping_failed", "connector.request_unreadable"):
        assert after[name] == before.get(name, 0) + 1


def aborting(_request: object, context: grpc.ServicerContext) -> object:
    """A handler that aborts."""
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, "the directory is closed")


def setting_a_code(_request: object, context: grpc.ServicerContext) -> object:
    """A handler that sets a status and answers nothing."""
    context.set_code(grpc.StatusCode.NOT_FOUND)
    context.set_details("no such type")


def raising(_request: object, _context: object) -> object:
    """A handler with a bug."""
    raise LookupError("a bug of the host")


def answering_none(_request: object, _context: object) -> object:
    """A handler that forgets to answer."""
    return


@pytest.mark.parametrize("request_class", [HOST.ListResourcesRequest, None])
@pytest.mark.parametrize("behaviour", [aborting, setting_a_code, raising, answering_none])
def test_a_call_that_fails_fails_as_without_us(behaviour, request_class):
    """Status and details are the host's, whichever way its handler ends."""
    outcomes = []
    for interceptors in ([], [ThreadedCaptureInterceptor()]):
        handler = unary(baton.LIST_RESOURCES, behaviour, request_class)
        with serving(handler, interceptors=interceptors) as channel, pytest.raises(grpc.RpcError) as failed:
            call(channel, b"")
        outcomes.append((failed.value.code(), failed.value.details()))
    assert outcomes[0] == outcomes[1]


def test_a_request_the_host_refuses_is_refused_as_without_us(directory):
    """Bytes that the host's own class cannot read give the host's own status."""
    outcomes = []
    for interceptors in ([], [ThreadedCaptureInterceptor()]):
        handler = lists(directory.list_resources)
        with serving(handler, interceptors=interceptors) as channel, pytest.raises(grpc.RpcError) as refused:
            call(channel, b"\xff\xff")
        outcomes.append((refused.value.code(), refused.value.details()))
    assert outcomes[0] == outcomes[1]
    assert directory.scopes == []


def test_streams_pass_untouched():
    """A handler of another kind is the very handler the host gave."""
    handler = grpc.unary_stream_rpc_method_handler(lambda request, _context: iter([request] * 3))
    with serving(grpc.method_handlers_generic_handler("host.Streams", {"Get": handler})) as channel:
        assert list(channel.unary_stream("/host.Streams/Get")(b"x", timeout=20)) == [b"x"] * 3
    assert ThreadedCaptureInterceptor().intercept_service(lambda _details: handler, None) is handler


def test_an_unknown_method_is_unimplemented_as_ever():
    """Where the host has no handler there is none to wrap."""
    with serving() as channel, pytest.raises(grpc.RpcError) as refused:
        call(channel, b"", baton.LIST_GRANTS)
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
