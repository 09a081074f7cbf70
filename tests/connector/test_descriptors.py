import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FileDescriptor

from captured_exchanges.connector.descriptors import Descriptors
from captured_exchanges.wire import METHOD_NAME, SERVICE
from support.connector_host_pool import host_file, register


def methods(file: FileDescriptor) -> list[str]:
    """Names of the methods of the file's ConnectorService."""
    return list(file.services_by_name["ConnectorService"].methods_by_name)


@pytest.fixture
def host():
    return descriptor_pool.DescriptorPool()


def test_alone_our_service_is_served(host):
    """Without a host's ConnectorService ours has its one method."""
    assert methods(Descriptors(host).FindFileContainingSymbol(SERVICE)) == [METHOD_NAME]


def test_the_hosts_service_is_served_with_our_method(host):
    """Beside a host's ConnectorService that one is served, with its own methods and ours."""
    register(host)
    file = Descriptors(host).FindFileContainingSymbol(SERVICE)
    assert methods(file) == ["Validate", METHOD_NAME]
    assert file.name == host_file().name


def test_a_host_that_comes_later_is_noticed(host):
    """A ConnectorService registered after the first question is there at the next."""
    descriptors = Descriptors(host)
    assert methods(descriptors.FindFileContainingSymbol(SERVICE)) == [METHOD_NAME]
    register(host)
    assert methods(descriptors.FindFileContainingSymbol(SERVICE)) == ["Validate", METHOD_NAME]


def test_the_hosts_own_pool_is_not_touched(host):
    """Our method appears in reflection alone."""
    register(host)
    Descriptors(host).FindFileContainingSymbol(SERVICE)
    assert methods(host.FindServiceByName(SERVICE).file) == ["Validate"]


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        (f"{SERVICE}.{METHOD_NAME}", "c1/connector/v2/captured_exchanges_service.proto"),
        ("captured_exchanges.v1.Gap", "captured_exchanges/v1/captured_exchanges.proto"),
        ("captured_exchanges.v1.Gap.reason", "captured_exchanges/v1/captured_exchanges.proto"),
        ("captured_exchanges.v1.Role", "captured_exchanges/v1/captured_exchanges.proto"),
        ("google.protobuf.Duration", "google/protobuf/duration.proto"),
    ],
)
def test_symbols_of_every_kind_are_found(host, symbol, name):
    """Methods and fields too, which protobuf's own search does not find."""
    assert Descriptors(host).FindFileContainingSymbol(symbol).name == name


@pytest.mark.parametrize("symbol", [f"{SERVICE}.Nope", "captured_exchanges.v1.Nope", "nope", ""])
def test_what_nobody_knows_is_not_found(host, symbol):
    """A KeyError, which reflection answers with NOT_FOUND."""
    register(host)
    with pytest.raises(KeyError):
        Descriptors(host).FindFileContainingSymbol(symbol)


def test_other_services_of_the_host_are_found(host):
    """Whatever the host has registered can be described."""
    register(host)
    descriptors = Descriptors(host)
    assert (
        descriptors.FindFileContainingSymbol("c1.connector.v2.GrantsService.ListGrants").name
        == host_file().name
    )
    assert descriptors.FindFileByName("google/protobuf/any.proto").package == "google.protobuf"
    assert descriptors.FindMessageTypeByName("host.Extra").full_name == "host.Extra"


def test_a_file_that_imports_the_hosts_service_agrees_with_it(host):
    """Whoever collects files by import gets our method, from whichever symbol it starts."""
    register(host)
    (imported,) = Descriptors(host).FindFileContainingSymbol("host.Extra").dependencies
    assert methods(imported) == ["Validate", METHOD_NAME]


def test_a_baton_that_knows_the_method_is_served_as_it_is(host):
    """Should baton's own service have the method one day, nothing is added to it."""
    file = host_file()
    file.service[0].method.add(
        name=METHOD_NAME, input_type=".c1.connector.v2.Grant", output_type=".c1.connector.v2.Grant"
    )
    host.AddSerializedFile(
        descriptor_pool.Default().FindFileByName("google/protobuf/any.proto").serialized_pb
    )
    host.AddSerializedFile(file.SerializeToString())
    found = Descriptors(host).FindFileContainingSymbol(SERVICE)
    assert found.serialized_pb == host.FindFileByName(file.name).serialized_pb


def test_extensions_are_asked_of_the_same_pool(host):
    """A message that was found here can be asked for its extensions."""
    descriptors = Descriptors(host)
    message = descriptors.FindMessageTypeByName("captured_exchanges.v1.Gap")
    assert descriptors.FindAllExtensions(message) == []
    with pytest.raises(KeyError):
        descriptors.FindExtensionByNumber(message, 1000)


def test_everything_served_is_complete(host):
    """A file's imports, and theirs, are all there: a client can build what it is given."""
    register(host)
    client = descriptor_pool.DescriptorPool()

    def collect(file: FileDescriptor) -> None:
        for dependency in file.dependencies:
            collect(dependency)
        client.AddSerializedFile(file.serialized_pb)

    collect(Descriptors(host).FindFileContainingSymbol(SERVICE))
    method = client.FindServiceByName(SERVICE).methods_by_name[METHOD_NAME]
    assert method.input_type.full_name == "captured_exchanges.v1.StreamCapturedExchangesRequest"
    assert (method.client_streaming, method.server_streaming) == (True, True)
