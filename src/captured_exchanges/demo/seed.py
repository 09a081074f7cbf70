"""Filling the directory through its own API, as an administrator's script would: one POST a resource.

This is not the connector and captures nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import httpx

from captured_exchanges.demo import people
from captured_exchanges.demo.options import DemoFailed, DemoOptions

__all__ = ["seed"]


async def seed(url: str, token: str, options: DemoOptions, progress: Callable[[int], None]) -> None:
    """Create the options' users and groups; `progress` is told how many resources there are.

    `trust_env=False`: a proxy named in the environment must not get what is meant for loopback.
    Raises DemoFailed where the directory refuses.
    """
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30, trust_env=False) as client:
        users = await _users(client, options, progress)
        groups: list[people.Scim] = []
        for index in range(options.groups):
            resource = people.group(index, options.groups, users, groups)
            groups.append(people.member("Group", await _create(client, "/Groups", resource)))
            progress(len(users) + len(groups))


async def _users(
    client: httpx.AsyncClient, options: DemoOptions, progress: Callable[[int], None]
) -> list[people.Scim]:
    users: list[people.Scim] = []
    for index in range(options.users):
        password = people.new_password()
        if options.on_secret:
            options.on_secret(password)
        manager = users[index // 8]["value"] if index else ""
        resource = people.user(index, password, manager)
        users.append(people.member("User", await _create(client, "/Users", resource)))
        progress(len(users))
    return users


async def _create(client: httpx.AsyncClient, endpoint: str, resource: people.Scim) -> people.Scim:
    try:
        answer = await client.post(endpoint, json=resource)
    except httpx.HTTPError as error:
        raise DemoFailed(f"POST {endpoint} failed in the directory: {type(error).__name__}") from error
    if answer.status_code != httpx.codes.CREATED:
        raise DemoFailed(f"the directory answered {answer.status_code} to POST {endpoint}")
    created: people.Scim = answer.json()
    return created
