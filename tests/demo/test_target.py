import pytest

from captured_exchanges.demo.options import DemoFailed
from captured_exchanges.demo.target import check_target, discard_unfinished, remove_earlier
from captured_exchanges.store import open_store
from support.demo_file import demo_file, exchange, user


def test_an_earlier_demos_file_may_be_replaced(tmp_path):
    """A file that the demo's connector was drained into may be replaced; so may nothing at all."""
    path = tmp_path / "sync.c1z"
    check_target(path)
    demo_file(path, [user("1", "r1")], [exchange("r1")])
    check_target(path)
    remove_earlier(path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"C1ZF\x00", b"anything", b"SQLite format 3\x00"])
def test_a_file_that_is_not_the_demos_stays(tmp_path, content):
    """What the demo has not made, whatever it is, is refused by name and not touched."""
    path = tmp_path / "sync.c1z"
    path.write_bytes(content)
    with pytest.raises(DemoFailed, match=r"sync\.c1z was not made by the demo .*--out"):
        check_target(path)
    assert path.read_bytes() == content


def test_another_connectors_file_stays(tmp_path):
    """A real sync's file is refused, saved or left behind by a crash."""
    path = demo_file(tmp_path / "sync.c1z", [user("1", "r1")], [exchange("r1")], connector="okta")
    with pytest.raises(DemoFailed, match="not made by the demo"):
        check_target(path)
    path.unlink()
    store = open_store(path, "rw")
    with store.transaction() as database:
        database.execute("CREATE TABLE something (a)")
    store.close()
    with pytest.raises(DemoFailed, match="not made by the demo"):
        check_target(path)


def test_says_what_is_wrong_with_a_path(tmp_path):
    """A folder that is missing and a name that is no .c1z are told before anything starts."""
    with pytest.raises(DemoFailed, match=r"missing is no folder: make it"):
        check_target(tmp_path / "missing" / "sync.c1z")
    with pytest.raises(DemoFailed, match=r"writes a \.c1z"):
        check_target(tmp_path / "sync.db")


def test_nothing_stays_of_an_unfinished_run(tmp_path):
    """A working folder that was left unsaved is gone after discarding; without one nothing happens."""
    path = tmp_path / "sync.c1z"
    store = open_store(path, "rw")
    with store.transaction() as database:
        database.execute("CREATE TABLE something (a)")
    store.close()
    assert list(tmp_path.iterdir())
    discard_unfinished(path)
    discard_unfinished(path)
    assert list(tmp_path.iterdir()) == []
