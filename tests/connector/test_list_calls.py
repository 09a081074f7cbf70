import pytest
from google.protobuf.message import DecodeError

from captured_exchanges.connector.list_calls import LIST_CALLS, Asked
from captured_exchanges.wire import baton
from support.connector_baton import HOST


def resource(kind: str, name: str) -> object:
    return HOST.Resource(id=HOST.ResourceId(resource_type=kind, resource=name))


ASKED = {
    baton.LIST_RESOURCE_TYPES: (HOST.ListResourceTypesRequest(active_sync_id="s"), Asked("", "s")),
    baton.LIST_RESOURCES: (
        HOST.ListResourcesRequest(resource_type_id="user", page_size=7, active_sync_id="s"),
        Asked("user", "s"),
    ),
    baton.LIST_ENTITLEMENTS: (
        HOST.ListEntitlementsRequest(resource=resource("group", "g-1"), active_sync_id="s"),
        Asked("group", "s"),
    ),
    baton.LIST_GRANTS: (
        HOST.ListGrantsRequest(resource=resource("app", "a-1"), active_sync_id="s"),
        Asked("app", "s"),
    ),
}


@pytest.mark.parametrize("path", LIST_CALLS)
def test_a_request_tells_type_and_sync(path):
    """From the bytes of each of the four requests come the resource type and the sync id."""
    request, expected = ASKED[path]
    assert LIST_CALLS[path].asked(request.SerializeToString()) == expected


@pytest.mark.parametrize("path", LIST_CALLS)
def test_an_empty_request_tells_nothing(path):
    """What is not set is empty."""
    assert LIST_CALLS[path].asked(b"") == Asked("", "")


def test_bytes_that_are_no_request_are_an_error():
    """Garbage is not read as something."""
    with pytest.raises(DecodeError):
        LIST_CALLS[baton.LIST_RESOURCES].asked(b"\xff\xff")


def test_upstream_ids_are_those_that_upstream_knows():
    """An object is looked for under the ids that come from upstream, not under composed ones."""
    group, user = resource("group", "g-1"), resource("user", "u-1")
    membership = HOST.Entitlement(resource=group, id="group:g-1:member")
    grant = HOST.Grant(entitlement=membership, principal=user, id="group:g-1:member:user:u-1")
    listed = {
        baton.LIST_RESOURCE_TYPES: (HOST.ResourceType(id="user"), ("user",)),
        baton.LIST_RESOURCES: (user, ("u-1",)),
        baton.LIST_ENTITLEMENTS: (membership, ("g-1",)),
        baton.LIST_GRANTS: (grant, ("u-1", "g-1")),
    }
    for path, (found, expected) in listed.items():
        name = path.rpartition("/")[2]
        raw = getattr(HOST, f"{name}Response")(list=[found]).SerializeToString()
        call = LIST_CALLS[path]
        assert call.upstream_ids(call.answer(raw).list[0]) == expected
