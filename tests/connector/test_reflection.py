import grpc
import pytest
from grpc_reflection.v1alpha import reflection

from captured_exchanges.connector import enable_reflection
from captured_exchanges.connector.reflection import REFLECTION_V1
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
