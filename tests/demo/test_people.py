import json
from urllib.parse import quote

from captured_exchanges.demo import people


def test_users_differ_and_are_the_same_in_every_run():
    """A user is computed from its index: names and addresses are unique and do not change between runs."""
    users = [people.user(index, "p") for index in range(600)]
    assert len({user["userName"] for user in users}) == 600
    assert users == [people.user(index, "p") for index in range(600)]


def test_passwords_are_fresh_and_awkward():
    """No two passwords are equal, and among a few hundred some need escaping in JSON and some in URLs."""
    passwords = {people.new_password() for _ in range(300)}
    assert len(passwords) == 300
    assert any(json.dumps(password) != f'"{password}"' for password in passwords)
    assert any(quote(password) != password for password in passwords)
    assert min(map(len, passwords)) > 20


def test_groups_have_users_and_the_last_one_groups():
    """Every group of a demo has users, no two have one name, and the last one holds two groups."""
    users = [people.member("User", {"id": f"u{n}", "displayName": f"U {n}"}) for n in range(300)]
    groups = [people.member("Group", {"id": f"g{n}", "displayName": f"G {n}"}) for n in range(20)]
    made = [people.group(index, 20, users, groups[:index]) for index in range(20)]
    assert min(len(group["members"]) for group in made) >= 10
    assert [member["value"] for member in made[-1]["members"] if member["type"] == "Group"] == ["g0", "g1"]
    assert len({people.group(index, 40, users, [])["displayName"] for index in range(40)}) == 40
