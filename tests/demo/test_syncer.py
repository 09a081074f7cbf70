import pytest

from captured_exchanges.demo.options import DemoFailed
from captured_exchanges.demo.processes import started
from captured_exchanges.security import temporary_private_folder, unix_address
from support.demo_connector import seeded_connector
from support.demo_directory import running_directory


async def test_a_syncer_that_cannot_reach_its_connector_says_so_and_leaves_nothing(tmp_path):
    """Where nothing listens the process ends with one sentence, and no working folder stays."""
    with temporary_private_folder() as folder:
        told = {"target": unix_address(folder, "nobody.sock"), "out": str(tmp_path / "sync.c1z")}
        async with started("syncer", "syncer", told, str) as syncer:
            with pytest.raises(DemoFailed, match=r"exit code 1: the connector answered .* with UNAVAILABLE"):
                await syncer.expect("saved")
    assert list(tmp_path.iterdir()) == []


async def test_a_connector_without_exchanges_is_a_failed_demo(tmp_path):
    """Where the connector hands over nothing there is nothing to show: the process says why it failed."""
    with running_directory() as directory, temporary_private_folder() as folder:
        address = unix_address(folder, "bare.sock")
        async with seeded_connector(directory, 3, 1, address):
            told = {"target": address, "out": str(tmp_path / "sync.c1z")}
            async with started("syncer", "syncer", told, str) as syncer:
                with pytest.raises(DemoFailed, match="exit code 1: the drain failed"):
                    await syncer.expect("saved")
    assert list(tmp_path.iterdir()) == []
