from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue

import grpc
import pytest
from grpc_reflection.v1alpha import reflection, reflection_pb2

from captured_exchanges.connector import enable_reflection
from captured_exchanges.connector.reflection import REFLECTION_V1
from captured_exchanges.security import temporary_private_folder, unix_address
from captured_exchanges.wire import METHOD_NAME, SERVICE
from support.connector_reflection import V1ALPHA, files, listed, reflect
from support.connector_server import serving


@pytest.mark.parametrize("version", [V1ALPHA, REFLECTION_V1])
async def test_services_are_listed(version):
    """Ours, reflection and those the host names, in both versions of the protocol."""

    def prepare(server: grpc.aio.Server) -> None:
        enable_reflection(server, ["host.Service"])

    async with serving(prepare=prepare) as address:
        assert await listed(address, version) == [SERVICE, V1ALPHA, "host.Service"]


@pytest.mark.parametrize("symbol", [SERVICE, f"{SERVICE}.{METHOD_NAME}"])
async def test_service_and_method_are_described(symbol):
    """A client gets our file and all that it imports, for the service and for the method alone."""
    async with serving(prepare=enable_reflection) as address:
        names = {file.name for file in await files(address, symbol)}
    assert names == {
        "c1/connector/v2/captured_exchanges_service.proto",
        "captured_exchanges/v1/captured_exchanges.proto",
        "google/protobuf/duration.proto",
        "google/protobuf/timestamp.proto",
    }


async def test_an_unknown_symbol_is_not_found():
    """The answer is an error message, and the stream lives on."""
    async with serving(prepare=enable_reflection) as address:
        answer = await reflect(address, file_containing_symbol="nope.Nothing")
    assert answer.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]


async def test_ours_replaces_a_hosts_reflection():
    """A host that enabled reflection before gets its list by naming its services to us."""

    def prepare(server: grpc.aio.Server) -> None:
        reflection.enable_server_reflection(["host.Service"], server)
        enable_reflection(server, ["host.Service"])

    async with serving(prepare=prepare) as address:
        assert await listed(address) == [SERVICE, V1ALPHA, "host.Service"]


@pytest.mark.parametrize("version", [V1ALPHA, REFLECTION_V1])
def test_a_threaded_server_keeps_its_workers(version):
    """Four that look at a server of one worker and do not leave take none of it; each gets its answers,
    asked for at the same time.
    """
    asked = reflection_pb2.ServerReflectionRequest(file_containing_symbol=SERVICE)
    with ExitStack() as stack:
        server = grpc.server(stack.enter_context(ThreadPoolExecutor(1)))
        enable_reflection(server, ["host.Service"])
        address = unix_address(stack.enter_context(temporary_private_folder()), "s")
        server.add_insecure_port(address)
        server.start()
        stack.callback(lambda: server.stop(0).wait())
        channel = stack.enter_context(grpc.insecure_channel(address))
        method = channel.stream_stream(
            f"/{version}/ServerReflectionInfo",
            reflection_pb2.ServerReflectionRequest.SerializeToString,
            reflection_pb2.ServerReflectionResponse.FromString,
        )
        questions = [SimpleQueue() for _ in range(4)]
        calls = [method(iter(each.get, None), timeout=20) for each in questions]
        for _ in range(5):
            for each in questions:
                each.put(asked)
            answers = [next(call).file_descriptor_response.file_descriptor_proto for call in calls]
            assert [len(files) for files in answers] == [4] * 4
        for each in questions:
            each.put(None)
