"""Baton's four list calls, answered from a SCIM directory.

An ordinary connector: nothing here knows that its calls are captured. The scope that ties an exchange to
the call that caused it is the interceptor's work, and so are the annotations in the answers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import grpc
import httpx
from google.protobuf.message import Message

from captured_exchanges.demo.scim import ScimDirectory
from captured_exchanges.wire import baton

__all__ = ["MEMBER", "ScimConnector", "list_handlers"]

MEMBER = "member"
PAGE_SIZE = 100
TYPES = {"User": "user", "Group": "group"}
ENDPOINTS = {"user": "/Users", "group": "/Groups"}
QUERIES: dict[str, dict[str, str]] = {"user": {}, "group": {"excludedAttributes": "members"}}
TRAITS = {"user": baton.ResourceType.TRAIT_USER, "group": baton.ResourceType.TRAIT_GROUP}


class ScimConnector:
    """Users, groups, one entitlement `group:<id>:member` a group, and a grant of it to each member."""

    def __init__(self, directory: ScimDirectory) -> None:
        self._directory = directory

    async def resource_types(self, _: baton.ListResourceTypesRequest) -> baton.ListResourceTypesResponse:
        """The types of the directory that this connector understands."""
        found = [TYPES[each["id"]] for each in await self._directory.resource_types() if each["id"] in TYPES]
        types = [
            baton.ResourceType(id=name, display_name=name.title(), traits=[TRAITS[name]]) for name in found
        ]
        return baton.ListResourceTypesResponse(list=types)

    async def resources(self, request: baton.ListResourcesRequest) -> baton.ListResourcesResponse:
        """A page of users or groups; the page token is SCIM's start index."""
        kind = request.resource_type_id
        if kind not in ENDPOINTS:
            return baton.ListResourcesResponse()
        start = int(request.page_token or 1)
        count = min(request.page_size or PAGE_SIZE, PAGE_SIZE)
        page = await self._directory.page(ENDPOINTS[kind], start, count, **QUERIES[kind])
        return baton.ListResourcesResponse(
            list=[_resource(kind, each["id"], each["displayName"]) for each in page.resources],
            next_page_token=str(page.next_index or ""),
        )

    async def entitlements(self, request: baton.ListEntitlementsRequest) -> baton.ListEntitlementsResponse:
        """Membership, for a group; nothing for a user."""
        if request.resource.id.resource_type != "group":
            return baton.ListEntitlementsResponse()
        group = await self._directory.group(request.resource.id.resource, "displayName")
        return baton.ListEntitlementsResponse(list=[_membership(group)])

    async def grants(self, request: baton.ListGrantsRequest) -> baton.ListGrantsResponse:
        """A group's members, users and groups; SCIM has no pages within a resource, so it is one page."""
        if request.resource.id.resource_type != "group":
            return baton.ListGrantsResponse()
        group = await self._directory.group(request.resource.id.resource, "displayName,members")
        membership = _membership(group)
        return baton.ListGrantsResponse(list=[_grant(membership, each) for each in group.get("members", ())])


def _resource(kind: str, identity: str, name: str) -> baton.Resource:
    return baton.Resource(id=baton.ResourceId(resource_type=kind, resource=identity), display_name=name)


def _membership(group: dict[str, Any]) -> baton.Entitlement:
    return baton.Entitlement(
        resource=_resource("group", group["id"], group["displayName"]),
        id=f"group:{group['id']}:{MEMBER}",
        display_name=f"{group['displayName']} member",
        slug=MEMBER,
    )


def _grant(membership: baton.Entitlement, member: dict[str, Any]) -> baton.Grant:
    kind = TYPES[member.get("type", "User")]
    return baton.Grant(
        entitlement=membership,
        principal=_resource(kind, member["value"], member.get("display", "")),
        id=f"{membership.id}:{kind}:{member['value']}",
    )


_Method: TypeAlias = Callable[[Any], Awaitable[Message]]


def list_handlers(connector: ScimConnector) -> tuple[grpc.GenericRpcHandler, ...]:
    """The four calls for `server.add_generic_rpc_handlers`, on the paths that baton calls."""
    return (
        _handler(baton.LIST_RESOURCE_TYPES, baton.ListResourceTypesRequest, connector.resource_types),
        _handler(baton.LIST_RESOURCES, baton.ListResourcesRequest, connector.resources),
        _handler(baton.LIST_ENTITLEMENTS, baton.ListEntitlementsRequest, connector.entitlements),
        _handler(baton.LIST_GRANTS, baton.ListGrantsRequest, connector.grants),
    )


def _handler(path: str, request_type: type[Message], method: _Method) -> grpc.GenericRpcHandler:
    service, name = path.lstrip("/").split("/")
    handler = grpc.unary_unary_rpc_method_handler(
        _translating(method),
        request_deserializer=request_type.FromString,
        response_serializer=_serialized,
    )
    return grpc.method_handlers_generic_handler(service, {name: handler})


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()  # the base class's own method would raise


def _translating(method: _Method) -> Callable[[Any, grpc.aio.ServicerContext[Any, Any]], Awaitable[Message]]:
    """What the directory does wrong becomes a status; the texts of httpx stay here, they quote URLs."""

    async def call(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Message:  # noqa: ANN401
        try:
            return await method(request)
        except httpx.HTTPStatusError as error:
            status = f"the directory answered {error.response.status_code}"
            return await context.abort(grpc.StatusCode.FAILED_PRECONDITION, status)
        except httpx.HTTPError as error:
            return await context.abort(grpc.StatusCode.UNAVAILABLE, f"the directory: {type(error).__name__}")

    return call
