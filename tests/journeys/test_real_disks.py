"""`exchanges consume` onto a disk that is really full, and one that is really read-only."""

import asyncio

import pytest

from captured_exchanges.store import open_store
from support.cli_connector import capture, connector
from support.cli_process import exchanges
from support.mounts import Disk, tmpfs

COUNT = 12_000
ROOM = 2 << 20
"""Bytes that do not take them all."""


@pytest.fixture(params=["sync.c1z", "sync.db"])
def name(request):
    return request.param


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    with tmpfs(folder, "24m") as mounted:
        yield Disk(folder, mounted=mounted)


async def consume(disk, address, path):
    """Run the command until its drain is answered, or it has failed."""
    words = ("consume", address, "--store", path, "--sync-id", "sync-1", "--drain")
    return await asyncio.to_thread(exchanges, *words, command=disk.command)


def ids_in(path):
    """The request ids in a store, in the order of their rows."""
    with open_store(path) as store:
        return [row.request_id for row in store.exchanges().iterate(limit=10 * COUNT)]


def names(count):
    """Of the first so many that were captured."""
    return [f"req-{number}" for number in range(count)]


async def test_a_full_disk_acks_nothing_that_is_not_on_it(disk, name):
    """Exit 1 and one line; released is only what the file, or its working folder, holds. With room again the
    rest comes, each exchange once and in order.
    """
    path = disk.folder / name
    async with connector() as (buffer, address):
        for number in range(COUNT):
            capture(buffer, number)
        with disk.full(ROOM):
            full = await consume(disk, address, path)
            acked = buffer.facts().acked_through
            assert 0 < acked < COUNT
            assert buffer.facts().retained_exchanges == COUNT - acked
            assert ids_in(path)[:acked] == names(acked)
        again = await consume(disk, address, path)
    assert (full.code, again.code) == (1, 0), (full.err, again.err)
    assert f"{path}: the disk " in full.err
    assert ids_in(path) == names(COUNT)


async def test_a_read_only_disk_takes_nothing_from_the_connector(disk, name):
    """Exit 1 and one line, be the file there or not; the connector holds all that it held."""
    path = disk.folder / name
    async with connector() as (buffer, address):
        capture(buffer, 0)
        assert (await consume(disk, address, path)).code == 0
        capture(buffer, 1)
        with disk.read_only():
            for place in (path, disk.folder / f"another-{name}"):
                outcome = await consume(disk, address, place)
                (line,) = [line for line in outcome.err.splitlines() if line.startswith("error: ")]
                assert (outcome.code, outcome.out, line.count(str(place)) > 0) == (1, "", True), outcome
                assert "may not be written" in line or "permission denied" in line
            assert (buffer.facts().acked_through, buffer.facts().retained_exchanges) == (1, 1)
            assert ids_in(path) == names(1)
        assert (await consume(disk, address, path)).code == 0
    assert ids_in(path) == names(2)
