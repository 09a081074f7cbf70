"""Baton's list calls and objects, as views under our own package name (proto/captured_exchanges/baton)."""

from __future__ import annotations

from captured_exchanges.wire.generated.baton_pb2 import (
    Entitlement,
    Grant,
    ListEntitlementsRequest,
    ListEntitlementsResponse,
    ListGrantsRequest,
    ListGrantsResponse,
    ListResourcesRequest,
    ListResourcesResponse,
    ListResourceTypesRequest,
    ListResourceTypesResponse,
    Resource,
    ResourceId,
    ResourceType,
)

__all__ = [  # noqa: RUF022 - in sections
    # objects
    "Entitlement",
    "Grant",
    "Resource",
    "ResourceId",
    "ResourceType",
    # list calls
    "LIST_ENTITLEMENTS",
    "LIST_GRANTS",
    "LIST_RESOURCES",
    "LIST_RESOURCE_TYPES",
    "ListEntitlementsRequest",
    "ListEntitlementsResponse",
    "ListGrantsRequest",
    "ListGrantsResponse",
    "ListResourceTypesRequest",
    "ListResourceTypesResponse",
    "ListResourcesRequest",
    "ListResourcesResponse",
]

LIST_RESOURCE_TYPES = "/c1.connector.v2.ResourceTypesService/ListResourceTypes"
LIST_RESOURCES = "/c1.connector.v2.ResourcesService/ListResources"
LIST_ENTITLEMENTS = "/c1.connector.v2.EntitlementsService/ListEntitlements"
LIST_GRANTS = "/c1.connector.v2.GrantsService/ListGrants"
