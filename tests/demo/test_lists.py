import pytest

from captured_exchanges.demo.crawl import list_pages
from captured_exchanges.demo.options import DemoFailed
from captured_exchanges.wire import baton
from support.demo_connector import bare_connector, seeded_connector
from support.demo_directory import running_directory


async def rows(channel, path, request):
    return [row async for page in list_pages(channel, path, request) for row in page.list]


async def test_users_come_in_pages_that_add_up():
    """Pages of the size that was asked for hold every user once, and the last one has no token."""
    with running_directory() as directory:
        async with seeded_connector(directory, 7, 1) as channel:
            request = baton.ListResourcesRequest(resource_type_id="user", page_size=3)
            pages = [page async for page in list_pages(channel, baton.LIST_RESOURCES, request)]
    assert [len(page.list) for page in pages] == [3, 3, 1]
    assert [bool(page.next_page_token) for page in pages] == [True, True, False]
    assert len({user.id.resource for page in pages for user in page.list}) == 7
    assert all(user.display_name for page in pages for user in page.list)


async def test_groups_have_one_entitlement_and_a_grant_for_each_member():
    """A group offers `group:<id>:member`, granted to each member, groups too; a user offers nothing."""
    with running_directory() as directory:
        async with seeded_connector(directory, 20, 3) as channel:
            types = await rows(channel, baton.LIST_RESOURCE_TYPES, baton.ListResourceTypesRequest())
            users = await rows(
                channel, baton.LIST_RESOURCES, baton.ListResourcesRequest(resource_type_id="user")
            )
            groups = await rows(
                channel, baton.LIST_RESOURCES, baton.ListResourcesRequest(resource_type_id="group")
            )
            nested = next(group for group in groups if group.display_name == "Auditors")
            entitlements = await rows(
                channel, baton.LIST_ENTITLEMENTS, baton.ListEntitlementsRequest(resource=nested)
            )
            grants = await rows(channel, baton.LIST_GRANTS, baton.ListGrantsRequest(resource=nested))
            nothing = await rows(
                channel, baton.LIST_ENTITLEMENTS, baton.ListEntitlementsRequest(resource=users[0])
            )
    assert sorted(each.id for each in types) == ["group", "user"]
    member = f"group:{nested.id.resource}:member"
    assert [entitlement.id for entitlement in entitlements] == [member]
    principals = [grant.principal.id for grant in grants]
    assert [grant.id for grant in grants] == [f"{member}:{p.resource_type}:{p.resource}" for p in principals]
    assert sorted({principal.resource_type for principal in principals}) == ["group", "user"]
    assert {p.resource for p in principals} <= {each.id.resource for each in [*users, *groups]}
    assert nothing == []


async def test_what_the_directory_refuses_is_a_status_without_its_url():
    """A refusal or a dead directory is a gRPC status that quotes neither URL nor token."""
    asked = (baton.LIST_RESOURCE_TYPES, baton.ListResourceTypesRequest())
    with running_directory() as directory:
        async with bare_connector(directory.url, "wrong") as channel:
            with pytest.raises(DemoFailed, match=r"FAILED_PRECONDITION: the directory answered 401$"):
                await rows(channel, *asked)
    async with bare_connector(directory.url, "wrong") as channel:
        with pytest.raises(DemoFailed, match=r"UNAVAILABLE: the directory: ConnectError$"):
            await rows(channel, *asked)
