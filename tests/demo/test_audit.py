from captured_exchanges.demo.audit import audit
from support.demo_file import SYNC_ID, demo_file, exchange, user


def test_finds_what_is_traced_and_what_is_not(tmp_path):
    """An object counts as traced when it has request ids, and the file holds the exchange of each of them."""
    users = [user("1", "r1"), user("2", "r1", "r2"), user("3"), user("4", "r9"), user("5", "r1", "r9")]
    path = demo_file(tmp_path / "sync.c1z", users, [exchange("r1", "1", "2"), exchange("r2", "2")])
    result = audit(path, SYNC_ID)
    assert result.objects == {"user": 5}
    assert result.traced == {"user": 2}
    assert result.untraced == ("resource user:3", "resource user:4", "resource user:5")
    assert result.exchanges == 2
    assert result.example.object_id == "user:1"


def test_looks_at_the_named_sync_only(tmp_path):
    """Objects of another sync in the file are none of the audit's business."""
    path = demo_file(tmp_path / "sync.c1z", [user("1")], [exchange("r1")])
    assert audit(path, "another").objects == {}
