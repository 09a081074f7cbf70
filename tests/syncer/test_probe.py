"""What listeners of every kind say of themselves."""

import pytest

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.syncer.probe import probe
from captured_exchanges.wire import SERVICE
from support.cli_connector import connector
from support.listeners import listening
from support.serving import serving

PATIENCE = 20.0
SHORT = 0.5


async def test_a_connector_says_what_it_serves():
    """A whole connector is healthy, and reflection lists the exchange stream."""
    async with serving() as served:
        found = await probe(served.target, PATIENCE)
    assert (found.speaks, found.health, found.trouble) == (True, "SERVING", "")
    assert SERVICE in found.services


async def test_a_server_may_have_neither_health_nor_reflection():
    """What a server does not serve is told as not served, not as an error."""
    async with connector() as (_, address):
        found = await probe(address, PATIENCE)
    assert (found.speaks, found.health, found.services, found.trouble) == (True, "", None, "")


async def test_a_connector_that_stops_is_not_serving():
    """Health tells of the end before it comes."""
    async with serving() as served:
        await served.producer.stop(0.1)
        found = await probe(served.target, PATIENCE)
    assert found.health == "NOT_SERVING"


@pytest.mark.parametrize("kind", ["silent", "http", "echo", "slam", "flood"])
async def test_what_is_no_grpc_server_is_told(kind):
    """Whatever answers, or does not, in another protocol: no handshake, and gRPC's words about it."""
    with listening(kind) as address:
        found = await probe(address, SHORT)
    assert (found.speaks, found.health, found.services) == (False, "", None)
    assert found.trouble


async def test_a_server_that_never_answers_is_told():
    """After the handshake a call has its deadline."""
    with listening("half_a_handshake") as address:
        found = await probe(address, SHORT)
    assert (found.speaks, found.health) == (True, "")
    assert found.trouble.startswith("DEADLINE_EXCEEDED")


async def test_a_forbidden_address_is_not_dialled():
    """The rules of who may connect hold for a look too."""
    with pytest.raises(ConnectionRefused):
        await probe("localhost:1", SHORT)
