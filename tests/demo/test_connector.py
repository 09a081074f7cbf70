import grpc
import pytest

from captured_exchanges.demo.crawl import list_pages
from captured_exchanges.demo.options import DemoFailed
from captured_exchanges.demo.processes import started
from captured_exchanges.demo.seed import seed
from captured_exchanges.security import temporary_private_folder, unix_address
from captured_exchanges.wire import baton, request_ids
from support.demo_directory import running_directory


async def list_types(address):
    async with grpc.aio.insecure_channel(address) as channel:
        pages = list_pages(channel, baton.LIST_RESOURCE_TYPES, baton.ListResourceTypesRequest())
        return [found async for page in pages for found in page.list]


@pytest.mark.parametrize("lossless", [True, False])
async def test_process_serves_captures_and_tells_what_is_left(lossless):
    """The process answers list calls with stamped objects; what nobody has committed is told when it stops,
    and is worth its exit code where that was asked for.
    """
    with running_directory() as directory, temporary_private_folder() as folder:
        await seed(directory.url, directory.token, directory.options(2, 1), lambda _: None)
        address = unix_address(folder, "connector.sock")
        told = {"url": directory.url, "token": directory.token, "address": address, "lossless": lossless}
        async with started("connector", "connector", told, str) as connector:
            await connector.expect("ready")
            types = await list_types(address)
            if lossless:
                with pytest.raises(DemoFailed, match=r"exit code 1: .* no syncer has committed: 1$"):
                    await connector.stop()
            else:
                last = await connector.stop()
                assert last["left"] == 1
                assert last["memory"]["peak"] >= last["memory"]["idle"] > 0
    assert [len(request_ids(found.annotations)) for found in types] == [1, 1]


@pytest.fixture
def open_folder(tmp_path):
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    return folder


async def test_an_address_that_others_could_reach_is_refused(open_folder):
    """A socket in an open folder is a sentence, not a server."""
    told = {"url": "http://127.0.0.1:1", "token": "t", "address": f"unix:{open_folder}/s", "lossless": True}
    async with started("connector", "connector", told, str) as connector:
        with pytest.raises(DemoFailed, match=r"exit code 1: the socket folder .* must be 0700"):
            await connector.expect("ready")
