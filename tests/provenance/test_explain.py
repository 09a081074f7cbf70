"""From an object to the exchanges that built it."""

import json

import pytest

from captured_exchanges.errors import CorruptStore
from captured_exchanges.provenance import ObjectNotFound, explain
from captured_exchanges.store import open_store
from support.provenance_files import FIXTURES, SyncFile


@pytest.fixture
def explained(tmp_path):
    """Save a file, explain an object in it."""

    def run(file, reference, **more):
        with open_store(file.save(tmp_path / "sync.c1z")) as store:
            return explain(store, reference, **more)

    return run


def _ids(explanation):
    return [exchange.request_id for exchange in explanation.exchanges]


@pytest.mark.parametrize("name", ["go-0", "go-50", "old"])
def test_every_object_of_the_fixtures_is_explained_as_they_say(name):
    """What baton's own SDK annotated and stored is found, object by object; the rest dangles."""
    said = json.loads((FIXTURES / f"{name}.json").read_text())
    with open_store(FIXTURES / f"{name}.c1z") as store:
        for resource in said["resources"]:
            (found,) = explain(store, f"user:{resource['id']}")
            wanted = resource.get("request_ids", [])
            assert list(found.request_ids) == wanted
            assert _ids(found) == (wanted if said["exchanges"] else [])
            assert list(found.dangling) == ([] if said["exchanges"] else wanted)
            assert (found.kind, found.sync_id) == ("resource", said["sync_id"])


def test_dangling_ids_are_told_apart_in_order(explained):
    """Stored and dangling ids are both kept, each in the order of the annotations."""
    file = SyncFile().resource("user:a", ["r3", "gone-2", "r1", "gone-1"]).exchange("r1").exchange("r3")
    (found,) = explained(file, "user:a")
    assert found.request_ids == ("r3", "gone-2", "r1", "gone-1")
    assert _ids(found) == ["r3", "r1"]
    assert found.dangling == ("gone-2", "gone-1")


def test_an_id_counts_once(explained):
    """An annotation that repeats is one exchange; an empty one is none."""
    (found,) = explained(SyncFile().resource("user:a", ["r1", "", "r1"]).exchange("r1"), "user:a")
    assert (found.request_ids, _ids(found)) == (("r1",), ["r1"])


@pytest.mark.parametrize("reference", ["user:arn:aws:iam::1:user/a", "user::", "user:a b'\"%_*?[x]"])
def test_ids_may_hold_anything(explained, reference):
    """Colons, quotes and wildcards in an id are part of the id."""
    file = SyncFile().resource(reference, ["r1"]).resource("user:other", ["r2"])
    (found,) = explained(file, reference)
    assert (found.object_id, found.request_ids) == (reference, ("r1",))


def test_every_kind_of_object_is_found(explained):
    """Entitlements, grants and resource types are explained by their own ids."""
    file = (
        SyncFile()
        .entitlement("group:g:member", ["r1"], name="Member")
        .grant("group:g:member:user:a", ["r2"], principal="Ann", entitlement="Member")
        .resource_type("group", ["r3"])
    )
    entitlement, grant, kind = (
        explained(file, reference)[0] for reference in ("group:g:member", "group:g:member:user:a", "group")
    )
    assert (entitlement.kind, entitlement.display_name) == ("entitlement", "Member")
    assert (grant.kind, grant.display_name) == ("grant", "Ann → Member")
    assert (kind.kind, kind.display_name) == ("resource_type", "Group")
    assert (entitlement.request_ids, grant.request_ids, kind.request_ids) == (("r1",), ("r2",), ("r3",))


def test_one_name_of_several_kinds_is_all_of_them(explained):
    """A resource and an entitlement of the same id are both explained."""
    file = SyncFile().resource("group:g", ["r1"]).entitlement("group:g", ["r2"])
    assert [found.kind for found in explained(file, "group:g")] == ["resource", "entitlement"]


def test_several_syncs_are_explained_newest_first(explained):
    """Each sync that holds the object has its own explanation, the newest sync first."""
    file = SyncFile()
    for number, sync_id in enumerate(["oldest", "old", "newest"]):
        file.sync(sync_id).resource("user:a", [f"r{number}"], sync_id=sync_id)
    file.resource("user:a", sync_id="of no run")
    assert [found.sync_id for found in explained(file, "user:a")] == ["newest", "old", "oldest", "of no run"]
    (asked,) = explained(file, "user:a", sync_id="old")
    assert (asked.sync_id, asked.request_ids) == ("old", ("r1",))


def test_the_exchange_of_the_objects_own_sync_wins(explained):
    """Where several syncs stored the same request id, each object gets its own sync's exchange."""
    file = SyncFile()
    for sync_id in ("one", "two"):
        file.sync(sync_id).resource("user:a", ["same"], sync_id=sync_id)
        file.exchange("same", sync_id=sync_id, response={"status": sync_id})
    for found in explained(file, "user:a"):
        assert [exchange.sync_id for exchange in found.exchanges] == [found.sync_id]
        assert found.from_other_syncs == ()


def test_an_exchange_of_another_sync_is_better_than_none_and_says_so(explained):
    """Without one of its own sync an object gets the newest of that id, named as foreign."""
    file = SyncFile().resource("user:a", ["r1", "r2"], sync_id="mine").exchange("r2", sync_id="mine")
    for sync_id in ("first", "second"):
        file.exchange("r1", sync_id=sync_id)
    (found,) = explained(file, "user:a")
    assert [exchange.sync_id for exchange in found.exchanges] == ["second", "mine"]
    assert (found.from_other_syncs, found.dangling) == (("r1",), ())


def test_an_object_that_is_not_there_is_an_error_with_hints(explained):
    """A near miss names at most three ids that begin alike."""
    file = SyncFile()
    for number in range(9):
        file.resource(f"user:alice-{number}")
    with pytest.raises(ObjectNotFound, match="user:alice-x") as error:
        explained(file, "user:alice-x")
    assert len(error.value.similar) == 3
    assert all(similar.startswith("user:alice-") for similar in error.value.similar)
    assert error.value.similar[0] in str(error.value)


@pytest.mark.parametrize("reference", ["", "user:a_ice", "group", "%", "*"])
def test_an_object_that_is_not_there_is_an_error_whatever_it_looks_like(explained, reference):
    """Wildcards find nothing, and nothing similar is no crash."""
    with pytest.raises(ObjectNotFound):
        explained(SyncFile().resource("user:alice"), reference)


def test_a_sync_that_is_not_there_is_named(explained):
    """Asked for another sync than holds the object, the error says which syncs do."""
    file = SyncFile().sync("here").resource("user:a", sync_id="here")
    with pytest.raises(ObjectNotFound, match="here"):
        explained(file, "user:a", sync_id="elsewhere")


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"\x22\x05\x0a\x01x\x12\xff", "text", None], ids=repr)
def test_data_that_is_no_message_is_a_clear_error(explained, data):
    """A damaged row is named with its sync; nothing else is raised."""
    file = SyncFile().resource("user:a", data=b"" if data is None else data)
    if data is None:
        assert explained(file, "user:a")[0].request_ids == ()
        return
    with pytest.raises(CorruptStore, match=r"user:a.*sync-1"):
        explained(file, "user:a")


def test_a_database_without_object_tables_has_no_objects(tmp_path):
    """A side-car that holds only exchanges is no error of SQLite."""
    empty = tmp_path / "side.db"
    empty.touch()
    with open_store(empty) as store, pytest.raises(ObjectNotFound):
        explain(store, "user:a")
