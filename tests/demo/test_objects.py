import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from captured_exchanges.demo.objects import ObjectWriter, database_time
from captured_exchanges.store import MAX_UNPACKED_BYTES, open_store
from captured_exchanges.store.packing import unpack_file
from captured_exchanges.wire import baton, request_id_annotation

FIXTURES = Path(__file__).parent.parent / "fixtures"


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "sync.c1z", "rw") as opened:
        yield opened


def unpacked(path, tmp_path):
    target = tmp_path / f"{path.name}.db"
    unpack_file(path, target, limit=MAX_UNPACKED_BYTES, name=path.name)
    database = sqlite3.connect(target)
    database.row_factory = sqlite3.Row
    return database


def rows(database, table):
    return [dict(row) for row in database.execute(f"SELECT * FROM {table} ORDER BY id")]  # noqa: S608


def annotated(message, *request_ids):
    message.annotations.extend(request_id_annotation(each) for each in request_ids)
    return message


def test_writes_resources_as_batons_sdk_does(store, tmp_path):
    """The fixture's own objects, written anew, give its rows again in all columns but the times."""
    theirs = unpacked(FIXTURES / "go-50.c1z", tmp_path)
    run = rows(theirs, "v1_sync_runs")[0]
    writer = ObjectWriter(store, run["sync_id"])
    writer.begin()
    types = [baton.ResourceType.FromString(row["data"]) for row in rows(theirs, "v1_resource_types")]
    writer.write_resource_types(types)
    writer.write_resources([baton.Resource.FromString(row["data"]) for row in rows(theirs, "v1_resources")])
    writer.end()
    store.save()
    ours = unpacked(store.path, tmp_path)
    for table in ("v1_resource_types", "v1_resources"):
        expected = [{**row, "discovered_at": ""} for row in rows(theirs, table)]
        assert [{**row, "discovered_at": ""} for row in rows(ours, table)] == expected
    ignored = {"started_at": "", "ended_at": "", "stats": None}
    assert {**rows(ours, "v1_sync_runs")[0], **ignored} == {**run, **ignored}
    theirs.close()
    ours.close()


def test_writes_entitlements_and_grants_under_the_names_that_baton_looks_up(store, tmp_path):
    """Columns of entitlements and grants name resource, entitlement and principal; the data is as it came."""
    group = baton.Resource(id=baton.ResourceId(resource_type="group", resource="g1"))
    user = baton.Resource(id=baton.ResourceId(resource_type="user", resource="u:1"))
    member = annotated(baton.Entitlement(id="group:g1:member", resource=group, slug="member"), "r1")
    grant = annotated(baton.Grant(id="group:g1:member:user:u:1", entitlement=member, principal=user), "r2")
    writer = ObjectWriter(store, "s1")
    writer.begin()
    writer.write_entitlements([member])
    writer.write_grants([grant])
    writer.end()
    store.save()
    ours = unpacked(store.path, tmp_path)
    (entitlement,) = rows(ours, "v1_entitlements")
    (granted,) = rows(ours, "v1_grants")
    ours.close()
    assert (entitlement["resource_type_id"], entitlement["resource_id"]) == ("group", "g1")
    assert entitlement["external_id"] == granted["entitlement_id"] == "group:g1:member"
    assert (granted["resource_type_id"], granted["resource_id"]) == ("group", "g1")
    assert (granted["principal_resource_type_id"], granted["principal_resource_id"]) == ("user", "u:1")
    assert (granted["expansion"], granted["needs_expansion"]) == (None, 0)
    assert granted["data"] == grant.SerializeToString()
    assert entitlement["sync_id"] == granted["sync_id"] == "s1"


def test_an_object_listed_twice_is_stored_once(store):
    """Where a listing shows an object twice, the later one stays."""
    writer = ObjectWriter(store, "s1")
    writer.begin()
    for name in ("old", "new"):
        resource = baton.Resource(id=baton.ResourceId(resource_type="user", resource="1"), display_name=name)
        writer.write_resources([resource])
    (row,) = store.object_rows("resource", "user:1")
    assert baton.Resource.FromString(row.data).display_name == "new"


def test_a_second_sync_goes_beside_the_first(store):
    """Another sync in the same file, as after a crash, keeps its objects apart."""
    for sync_id in ("s1", "s2"):
        writer = ObjectWriter(store, sync_id)
        writer.begin()
        writer.write_resource_types([baton.ResourceType(id="user")])
        writer.end()
    assert store.sync_ids() == ["s1", "s2"]
    assert [row.sync_id for row in store.object_rows("resource_type", "user")] == ["s1", "s2"]


def test_times_read_as_batons_do(monkeypatch):
    """Times are UTC text with nanoseconds whose trailing zeros are dropped."""
    before = datetime.now(UTC)
    assert datetime.fromisoformat(database_time()[:26]).replace(tzinfo=UTC) >= before.replace(microsecond=0)
    moments = iter((0, 500_000_000, 1))
    monkeypatch.setattr("time.time_ns", lambda: 1_790_000_000_000_000_000 + next(moments))
    assert [database_time()[10:] for _ in range(3)] == [" 14:13:20", " 14:13:20.5", " 14:13:20.000000001"]
