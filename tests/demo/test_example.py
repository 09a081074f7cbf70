from captured_exchanges.demo.audit import audit
from captured_exchanges.demo.example import explained
from support.demo_file import SYNC_ID, demo_file, exchange, user


def test_shows_the_user_and_the_redacted_exchange_behind_it(tmp_path):
    """The lines name the user, request, response, markers in place of credentials, near-misses, and rules."""
    path = demo_file(tmp_path / "sync.c1z", [user("2", "r1")], [exchange("r1", "1", "2", "3")])
    text = "\n".join(line.plain for line in explained(audit(path, SYNC_ID).example))
    assert "Where does User 2 come from?" in text
    assert "user:2" in text
    assert "GET http://127.0.0.1:1/v2/Users" in text
    assert "authorization: Bearer [REDACTED:test]" in text
    assert '"password": "[REDACTED:test]"' in text
    assert '"passwordLastChanged": "2026"' in text
    assert "sync / ListResources / user" in text
    assert "4 values (name.password 3, header.authorization 1)" in text
    assert "accept" not in text


def test_says_so_where_the_response_does_not_hold_the_user(tmp_path):
    """A response without the user is shown by its status alone, not by somebody else's attributes."""
    path = demo_file(tmp_path / "sync.c1z", [user("2", "r1")], [exchange("r1", "1")])
    text = "\n".join(line.plain for line in explained(audit(path, SYNC_ID).example))
    assert "200 in 12 ms" in text
    assert "userName" not in text
