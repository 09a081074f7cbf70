"""Listing everything a connector has, over baton's four calls: the asking half of the demo's syncer.

Entitlements and grants are asked for on every resource, as baton's syncer does; for users the answers are
empty and cost the connector no upstream call.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any, Protocol, TypeAlias

import grpc
from google.protobuf.message import Message

from captured_exchanges.demo.options import DemoFailed
from captured_exchanges.wire import baton

__all__ = ["Crawl", "ObjectSink", "Page", "list_pages"]

Page: TypeAlias = Any
"""One of baton's list responses."""

_RESPONSES: dict[str, type[Message]] = {
    baton.LIST_RESOURCE_TYPES: baton.ListResourceTypesResponse,
    baton.LIST_RESOURCES: baton.ListResourcesResponse,
    baton.LIST_ENTITLEMENTS: baton.ListEntitlementsResponse,
    baton.LIST_GRANTS: baton.ListGrantsResponse,
}


class ObjectSink(Protocol):
    """Where pages of objects go. May block: it is called off the event loop, one call at a time."""

    def write_resource_types(self, types: Sequence[baton.ResourceType], /) -> None:
        """Take a page of resource types."""
        ...

    def write_resources(self, resources: Sequence[baton.Resource], /) -> None:
        """Take a page of resources."""
        ...

    def write_entitlements(self, entitlements: Sequence[baton.Entitlement], /) -> None:
        """Take a page of entitlements."""
        ...

    def write_grants(self, grants: Sequence[baton.Grant], /) -> None:
        """Take a page of grants."""
        ...


async def list_pages(channel: grpc.aio.Channel, path: str, request: Any) -> AsyncGenerator[Page]:  # noqa: ANN401 - one of baton's list requests
    """Every page of one list call; `request` is moved on from token to token.

    Raises DemoFailed: the connector answered with an error, or gave one token twice (it would never end).
    """
    call = channel.unary_unary(
        path, request_serializer=_serialized, response_deserializer=_RESPONSES[path].FromString
    )
    while True:
        try:
            page: Page = await call(request)
        except grpc.aio.AioRpcError as error:
            raise DemoFailed(
                f"the connector answered {path} with {error.code().name}: {error.details()}"
            ) from error
        yield page
        if not page.next_page_token:
            return
        if page.next_page_token == request.page_token:
            raise DemoFailed(f"{path} gave the same page token twice")
        request.page_token = page.next_page_token


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()  # the base class's own method would raise


class Crawl:
    """One walk over everything. `progress` is told after each page how many objects of each kind came."""

    def __init__(
        self,
        channel: grpc.aio.Channel,
        sync_id: str,
        sink: ObjectSink,
        progress: Callable[[Counter[str]], None],
    ) -> None:
        self._channel = channel
        self._sync_id = sync_id
        self._sink = sink
        self._progress = progress
        self.counts: Counter[str] = Counter()

    async def run(self) -> None:
        """List it all: types, then their resources, then what can be had and who has it."""
        request = baton.ListResourceTypesRequest(active_sync_id=self._sync_id)
        types = await self._collect(baton.LIST_RESOURCE_TYPES, request, self._sink.write_resource_types)
        resources = [each for kind in types for each in await self._resources(kind.id)]
        for resource in resources:
            await self._memberships(resource)

    async def _resources(self, kind: str) -> list[baton.Resource]:
        request = baton.ListResourcesRequest(resource_type_id=kind, active_sync_id=self._sync_id)
        return await self._collect(baton.LIST_RESOURCES, request, self._sink.write_resources, kind)

    async def _memberships(self, resource: baton.Resource) -> None:
        can = baton.ListEntitlementsRequest(resource=resource, active_sync_id=self._sync_id)
        await self._collect(baton.LIST_ENTITLEMENTS, can, self._sink.write_entitlements)
        does = baton.ListGrantsRequest(resource=resource, active_sync_id=self._sync_id)
        await self._collect(baton.LIST_GRANTS, does, self._sink.write_grants)

    async def _collect(
        self, path: str, request: Message, write: Callable[[list[Any]], None], kind: str = ""
    ) -> list[Any]:
        found: list[Any] = []
        async for page in list_pages(self._channel, path, request):
            if page.list:
                await asyncio.to_thread(write, list(page.list))
                found += page.list
            self.counts[kind or _KINDS[path]] += len(page.list)
            self._progress(self.counts)
        return found


_KINDS = {
    baton.LIST_RESOURCE_TYPES: "resource_type",
    baton.LIST_ENTITLEMENTS: "entitlement",
    baton.LIST_GRANTS: "grant",
}
