"""What the README calls `acme`: a newcomer's list calls and sync, small and unaware of captured exchanges.

The README's test copies this file beside the README's own blocks.
"""

from __future__ import annotations

import os
from typing import Any

import grpc
import httpx

from captured_exchanges.demo.objects import ObjectWriter
from captured_exchanges.store import Store
from captured_exchanges.wire.baton import (
    LIST_RESOURCES,
    ListResourcesRequest,
    ListResourcesResponse,
    Resource,
    ResourceId,
)

API = os.environ.get("ACME_API", "")


def add_list_calls(server: grpc.aio.Server, client: httpx.AsyncClient) -> None:
    """Serve baton's ListResources with the users of the API."""

    async def list_resources(_: ListResourcesRequest, __: Any) -> ListResourcesResponse:
        users = (await client.get("/users")).raise_for_status().json()["users"]
        return ListResourcesResponse(
            list=[Resource(id=ResourceId(resource_type="user", resource=user["id"])) for user in users]
        )

    _, service, method = LIST_RESOURCES.split("/")
    handler = grpc.unary_unary_rpc_method_handler(
        list_resources,
        request_deserializer=ListResourcesRequest.FromString,
        response_serializer=ListResourcesResponse.SerializeToString,
    )
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {method: handler}),))


async def sync(address: str, store: Store, sync_id: str) -> None:
    """List the users and write them into the store."""
    writer = ObjectWriter(store, sync_id)
    writer.begin()
    async with grpc.aio.insecure_channel(address) as channel:
        list_resources = channel.unary_unary(
            LIST_RESOURCES,
            request_serializer=ListResourcesRequest.SerializeToString,
            response_deserializer=ListResourcesResponse.FromString,
        )
        request = ListResourcesRequest(resource_type_id="user", active_sync_id=sync_id)
        answer = await list_resources(request, wait_for_ready=True)
    writer.write_resources(answer.list)
    writer.end()
