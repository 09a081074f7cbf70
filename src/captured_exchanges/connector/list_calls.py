"""Baton's four list calls, told apart by their path and read through views of our own.

The connector's generated classes are not needed: requests and answers are looked at as bytes. What a view
does not know stays in the message as unknown fields.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from captured_exchanges.wire import baton

__all__ = ["LIST_CALLS", "Answer", "Asked", "BatonObject", "ListCall"]

BatonObject: TypeAlias = baton.ResourceType | baton.Resource | baton.Entitlement | baton.Grant
"""What a list call lists."""
Answer: TypeAlias = (
    baton.ListResourceTypesResponse
    | baton.ListResourcesResponse
    | baton.ListEntitlementsResponse
    | baton.ListGrantsResponse
)
"""A page of objects, in `list`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list call asks for: the resource type (empty where it asks for all), and for which sync."""

    resource_type: str
    sync_id: str


@dataclass(frozen=True, slots=True)
class ListCall:
    """How one of the calls is read. `upstream_ids` are the ids in an object that upstream's responses may
    mention; an entitlement's and a grant's own ids are composed by the connector.
    """

    request: Callable[[bytes], Any]
    answer: Callable[[bytes], Answer]
    resource_type: Callable[[Any], str]
    upstream_ids: Callable[[Any], tuple[str, ...]]

    def asked(self, raw: bytes) -> Asked:
        """Read a request. Raises google.protobuf.message.DecodeError where the bytes are none."""
        request = self.request(raw)
        return Asked(self.resource_type(request), request.active_sync_id)


def _of_resource(request: baton.ListEntitlementsRequest | baton.ListGrantsRequest) -> str:
    return request.resource.id.resource_type


def _ids_of_grant(grant: baton.Grant) -> tuple[str, ...]:
    return grant.principal.id.resource, grant.entitlement.resource.id.resource


LIST_CALLS = {
    baton.LIST_RESOURCE_TYPES: ListCall(
        baton.ListResourceTypesRequest.FromString,
        baton.ListResourceTypesResponse.FromString,
        lambda _request: "",
        lambda found: (found.id,),
    ),
    baton.LIST_RESOURCES: ListCall(
        baton.ListResourcesRequest.FromString,
        baton.ListResourcesResponse.FromString,
        lambda request: str(request.resource_type_id),
        lambda found: (found.id.resource,),
    ),
    baton.LIST_ENTITLEMENTS: ListCall(
        baton.ListEntitlementsRequest.FromString,
        baton.ListEntitlementsResponse.FromString,
        _of_resource,
        lambda found: (found.resource.id.resource,),
    ),
    baton.LIST_GRANTS: ListCall(
        baton.ListGrantsRequest.FromString,
        baton.ListGrantsResponse.FromString,
        _of_resource,
        _ids_of_grant,
    ),
}
"""By path on the wire."""
