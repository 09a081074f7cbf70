import grpc
import pytest

from captured_exchanges.connector import SERVER_OPTIONS
from captured_exchanges.connector.listening import listen
from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security import issue_run_credentials, new_token, temporary_private_folder
from captured_exchanges.security.issuing import Authority
from support.access_files import connector_of


class Recording:
    """A server that only notes what it is asked."""

    def __init__(self):
        self.opened = []

    def add_insecure_port(self, address):
        """Note it."""
        self.opened.append(("plain", address))
        return 4321

    def add_secure_port(self, address, _credentials):
        """Note it."""
        self.opened.append(("TLS", address))
        return 4321


@pytest.fixture(scope="module")
def tls():
    return issue_run_credentials().connector


@pytest.mark.parametrize(
    "address", ["0.0.0.0:0", "127.0.0.1:0", "[::]:0", "unix-abstract:x", "dns:///localhost:0"]
)
def test_without_credentials_no_port_is_opened(address):
    """Refused with a sentence, before the server hears of it."""
    server = Recording()
    with pytest.raises(ConnectionRefused, match=r"unix:PATH"):
        listen(server, address, None)
    assert server.opened == []


def test_a_token_opens_loopback_alone():
    """In plain, where nobody but the kernel carries it."""
    server = Recording()
    with pytest.raises(ConnectionRefused, match="loopback alone"):
        listen(server, "0.0.0.0:0", new_token())
    assert server.opened == []
    assert listen(server, "localhost:0", new_token()) == "127.0.0.1:4321"
    assert server.opened == [("plain", "127.0.0.1:0")]


def test_with_mutual_tls_everything_is_tls(tls):
    """On any port, and on a socket too."""
    server = Recording()
    assert listen(server, "0.0.0.0:0", tls) == "0.0.0.0:4321"
    with temporary_private_folder() as folder:
        assert listen(server, f"unix:{folder}/s", tls) == f"unix:{folder}/s"
    assert [kind for kind, _ in server.opened] == ["TLS", "TLS"]


def test_a_certificate_that_cannot_be_used_opens_nothing():
    """The sentence says what is wrong with it, where gRPC would say that it cannot bind."""
    server = Recording()
    with pytest.raises(ConnectionRefused, match="has expired"):
        listen(server, "127.0.0.1:0", connector_of(Authority(-60)))
    assert server.opened == []


async def test_a_port_is_one_servers(tls):
    """A second one is refused, of the same user too: else it would get some of the calls."""
    for access in (tls, new_token()):
        first = grpc.aio.server(options=SERVER_OPTIONS)
        second = grpc.aio.server(options=SERVER_OPTIONS)
        address = listen(first, "127.0.0.1:0", access)
        await first.start()
        with pytest.raises(ConnectionRefused, match=f"{address} cannot be listened on"):
            listen(second, address, access)
        await first.stop(0)
        await second.stop(None)


async def test_an_address_of_another_machine_is_a_sentence(tls):
    """What the system refuses is told with the address."""
    server = grpc.aio.server()
    with pytest.raises(ConnectionRefused, match=r"192\.0\.2\.1:1 cannot be listened on"):
        listen(server, "192.0.2.1:1", tls)
    await server.stop(None)
