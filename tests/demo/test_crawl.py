from collections import Counter

import grpc
import pytest

from captured_exchanges.demo.crawl import Crawl, list_pages
from captured_exchanges.demo.options import DemoFailed
from captured_exchanges.wire import baton
from support.demo_connector import seeded_connector
from support.demo_directory import running_directory


class Collected:
    """An ObjectSink in memory."""

    def __init__(self):
        self.types, self.resources, self.entitlements, self.grants = [], [], [], []
        self.write_resource_types = self.types.extend
        self.write_resources = self.resources.extend
        self.write_entitlements = self.entitlements.extend
        self.write_grants = self.grants.extend


async def test_lists_everything_once_and_counts_it():
    """A crawl brings every type, resource, entitlement and grant to the sink once, and tells how many."""
    with running_directory() as directory:
        async with seeded_connector(directory, 130, 4) as channel:
            sink, told = Collected(), []
            crawl = Crawl(channel, "sync", sink, lambda counts: told.append(dict(counts)))
            await crawl.run()
    assert crawl.counts == Counter(resource_type=2, user=130, group=4, entitlement=4, grant=len(sink.grants))
    assert told[-1] == dict(crawl.counts)
    assert len({grant.id for grant in sink.grants}) == len(sink.grants) > 40
    assert len({str(each.id) for each in sink.resources}) == len(sink.resources) == 134


async def test_a_token_that_comes_twice_ends_the_crawl():
    """A connector that gives one page token for ever is told apart from a long listing."""
    same_page = baton.ListResourcesResponse(next_page_token="again")  # noqa: S106 - a page token

    async def stuck(_request, _context):
        return same_page.SerializeToString()

    server = grpc.aio.server()
    handlers = {"ListResources": grpc.unary_unary_rpc_method_handler(stuck)}
    service = baton.LIST_RESOURCES.split("/")[1]
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        with pytest.raises(DemoFailed, match="same page token twice"):
            async for _ in list_pages(channel, baton.LIST_RESOURCES, baton.ListResourcesRequest()):
                pass
    await server.stop(None)
