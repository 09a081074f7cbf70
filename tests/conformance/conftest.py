"""What every test here runs over: each style of server with each style of client, on each transport."""

import pytest

from captured_exchanges.security import temporary_private_folder
from captured_exchanges.store import open_store
from support.conformance_clients import CLIENTS
from support.conformance_loop import LoopThread
from support.conformance_pairing import Pairing
from support.conformance_servers import SERVERS
from support.conformance_transports import TRANSPORTS


@pytest.fixture(scope="package")
def loop():
    """The loop of all asyncio ends. It ends with the suite: tests elsewhere have loops of their own."""
    loop = LoopThread()
    yield loop
    loop.close()


@pytest.fixture(scope="package", params=TRANSPORTS)
def transport(request):
    """One of the ways that a syncer may take to its connector."""
    with temporary_private_folder() as folder:
        yield TRANSPORTS[request.param](folder)


@pytest.fixture(scope="package", params=SERVERS, ids="{}-server".format)
def servers(request, loop, transport):
    """Servers of one style."""
    return SERVERS[request.param](loop, transport)


@pytest.fixture(scope="package", params=CLIENTS, ids="{}-client".format)
def clients(request, loop, transport):
    """Clients of one style."""
    return CLIENTS[request.param](loop, transport)


@pytest.fixture
def pairing(servers, clients):
    """One of the combinations."""
    return Pairing(servers, clients)


@pytest.fixture
def store(tmp_path):
    """The store of a sync."""
    with open_store(tmp_path / "sync.db", "rw") as store:
        yield store
