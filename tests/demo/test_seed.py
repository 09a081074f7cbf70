import httpx
import pytest

from captured_exchanges.demo.options import DemoFailed
from captured_exchanges.demo.seed import seed
from support.demo_directory import running_directory


async def test_creates_users_with_passwords_and_groups_with_members():
    """Seeding leaves that many users and groups behind, tells each password once, and counts up."""
    with running_directory() as directory:
        seen = []
        await seed(directory.url, directory.token, directory.options(12, 3), seen.append)
        headers = {"authorization": f"Bearer {directory.token}"}
        async with httpx.AsyncClient(base_url=directory.url, headers=headers, trust_env=False) as client:
            users = (await client.get("/Users")).json()["Resources"]
            groups = (await client.get("/Groups")).json()["Resources"]
    assert sorted(user["password"] for user in users) == sorted(directory.secrets)
    assert seen == list(range(1, 16))
    assert len(groups) == 3
    assert all(group["members"] for group in groups)


async def test_says_what_the_directory_answered():
    """A refusal is one sentence with the status."""
    with running_directory() as directory, pytest.raises(DemoFailed, match="answered 401 to POST /Users"):
        await seed(directory.url, "not-the-token", directory.options(1, 0), lambda _: None)
