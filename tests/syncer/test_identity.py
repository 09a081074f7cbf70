"""Who a consumer says it is."""

from pathlib import Path

from captured_exchanges.store import open_store
from captured_exchanges.syncer import default_consumer_id


def test_the_same_file_gives_the_same_id_in_every_run(tmp_path, monkeypatch):
    """A syncer that is started again claims what the crashed one owned, however the path is spelled."""
    with open_store(tmp_path / "sync.db", "rw") as store:
        first = default_consumer_id(store)
    (tmp_path / "link.db").symlink_to(tmp_path / "sync.db")
    with open_store(tmp_path / "link.db", "rw") as store:
        assert default_consumer_id(store) == first
    monkeypatch.chdir(tmp_path)
    with open_store("sync.db", "rw") as store:
        assert default_consumer_id(store) == first


def test_different_files_give_different_ids_that_show_no_path(tmp_path):
    """Two syncers never pass for one another, and the connector learns no path."""
    ids = []
    for name in ("a", "b"):
        with open_store(tmp_path / f"{name}.db", "rw") as store:
            ids.append(default_consumer_id(store))
    assert ids[0] != ids[1]
    assert not any(tmp_path.name in id_ or "a.db" in id_ for id_ in ids)
    assert all(len(id_.encode()) <= 256 for id_ in ids)


def test_a_store_without_a_path_gets_a_random_id():
    """There is nothing stable to derive it from."""
    assert default_consumer_id(object()) != default_consumer_id(object())


def test_a_path_that_is_no_text_is_taken_too():
    """File names are bytes that may not be UTF-8."""

    class Odd:
        path = Path(b"/tmp/\xff.db".decode("utf-8", "surrogateescape"))

    assert default_consumer_id(Odd()) == default_consumer_id(Odd())
