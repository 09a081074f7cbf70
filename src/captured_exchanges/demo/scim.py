"""Reading a SCIM directory with httpx: the part of the connector that knows HTTP and nothing of gRPC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

__all__ = ["ScimDirectory", "ScimPage"]


@dataclass(frozen=True, slots=True)
class ScimPage:
    """One page of a listing; `next_index` is where the next one starts, 0 after the last."""

    resources: list[dict[str, Any]]
    next_index: int


class ScimDirectory:
    """The reads that a connector needs. As safe to share as the client is."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def resource_types(self) -> list[dict[str, Any]]:
        """What kinds of resources there are (RFC 7644, section 4)."""
        answer = await self._get("/ResourceTypes")
        return list(answer["Resources"])

    async def page(self, endpoint: str, start: int, count: int, **query: str) -> ScimPage:
        """Resources `start` (from 1) to `start + count - 1` of a listing (RFC 7644, section 3.4.2.4)."""
        answer = await self._get(endpoint, startIndex=str(start), count=str(count), **query)
        resources = list(answer.get("Resources", ()))
        following = start + len(resources)
        return ScimPage(resources, following if resources and following <= answer["totalResults"] else 0)

    async def group(self, group_id: str, attributes: str) -> dict[str, Any]:
        """Some attributes of one group."""
        return await self._get(f"/Groups/{group_id}", attributes=attributes)

    async def _get(self, path: str, **query: str) -> dict[str, Any]:
        answer = await self._client.get(path, params=query)
        answer.raise_for_status()
        parsed: dict[str, Any] = answer.json()
        return parsed
