"""Baton's own SDK and this package write the same `.c1z`, and neither harms the other's part."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from captured_exchanges.demo.options import CONNECTOR_NAME
from captured_exchanges.exchange import CapturedExchange, RedactedExchange
from captured_exchanges.provenance import explain
from captured_exchanges.store import Delivery, open_store
from support.cli_process import exchanges
from support.demo_live import SMALL
from support.go_programs import GO_TIMEOUT

pytestmark = GO_TIMEOUT
FIXTURES = Path(__file__).parents[1] / "fixtures"
KINDS = {
    "resource_types": "resource_type",
    "resources": "resource",
    "entitlements": "entitlement",
    "grants": "grant",
}


@pytest.fixture
def c1z(c1z_binary):
    """Let baton's SDK do something with a file; what it said."""

    def run(*words):
        done = subprocess.run([c1z_binary, *map(str, words)], capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The file that the demo's syncer leaves."""
    folder = tmp_path_factory.mktemp("demo")
    done = exchanges("demo", *SMALL, cwd=folder)
    assert done.code == 0, done.err
    return folder / "sync.c1z"


@pytest.fixture
def synced(demo, tmp_path):
    """A copy of it to write into."""
    return Path(shutil.copy(demo, tmp_path / "sync.c1z"))


def as_we_read(path):
    """What our reader has to say of every object, in the words of the Go program."""
    with open_store(path) as store:
        return {
            plural: {
                object_id: _explained(store, object_id, kind)
                for object_id in store.object_ids(kind, "", limit=10**6)
            }
            for plural, kind in KINDS.items()
        }


def _explained(store, object_id, kind):
    found = next(each for each in explain(store, object_id) if each.kind == kind)
    return {
        "id": found.object_id,
        "name": found.display_name,
        "request_ids": list(found.request_ids),
        "rows": [_row(exchange) for exchange in found.exchanges],
    }


def _row(exchange):
    documents = (exchange.request_json, exchange.response_json, exchange.intent_json)
    request, response, intent = (None if each is None else each.decode() for each in documents)
    return {
        "request_id": exchange.request_id,
        "sync_id": exchange.sync_id,
        "kind": exchange.transport_kind,
        "request": request,
        "response": response,
        "intent": intent,
    }


def by_id(listed):
    """A listing of the Go program, by id."""
    return {kind: {each["id"]: each for each in listed[kind] or ()} for kind in KINDS}


def provenance(path):
    """All that a file holds of this package's: rows, and each of its own tables."""
    with open_store(path) as store, store._database.reading() as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'v1_exchange*'"
        ).fetchall()
        return {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()  # noqa: S608
            for (name,) in names
        }


# what we wrote


def test_lists_what_our_reader_lists(demo, c1z):
    """Types, users, groups, entitlements and grants, their names and annotations, are the same to both."""
    listed = by_id(c1z("list", demo))
    assert listed == as_we_read(demo)
    users = [each for each in listed["resources"] if each.startswith("user:")]
    assert (len(users), len(listed["resources"]), len(listed["entitlements"])) == (25, 28, 3)
    assert listed["grants"]


def test_finds_the_row_of_every_annotation(demo, c1z):
    """Whatever request id an object carries, its row is there and tells of a call that names it."""
    listed = by_id(c1z("list", demo))
    for each in (one for kind in listed.values() for one in kind.values()):
        assert each["request_ids"]
        assert [row["request_id"] for row in each["rows"]] == each["request_ids"]
    for user_id, user in listed["resources"].items():
        _, _, identity = user_id.partition(":")
        assert any(identity in row["response"] for row in user["rows"])


def test_an_appended_file_is_kept_and_goes_on(synced, c1z):
    """A user and an exchange that Go appended are explained beside the rest; our tables, rows, watermark
    and attestation are as they were; and the next delivery follows them.
    """
    before, read_before = provenance(synced), as_we_read(synced)
    c1z("append", synced, "gopher", "go-1")
    after, read_after = provenance(synced), as_we_read(synced)
    added = read_after["resources"].pop("user:gopher")
    assert (added["name"], added["rows"][0]["request_id"]) == ("The user gopher", "go-1")
    assert read_after == read_before
    assert [row[1] for row in after["v1_exchanges"][len(before["v1_exchanges"]) :]] == ["go-1"]
    del after["v1_exchanges"][len(before["v1_exchanges"]) :]
    assert after == before
    assert "v1_exchange_watermarks" in before

    with open_store(synced, "rw") as store:
        (mark,) = store.exchanges().watermarks(CONNECTOR_NAME)
        assert mark.drained
        assert store.exchanges().attestation(CONNECTOR_NAME, mark.epoch).through_sequence > 0
        store.exchanges().commit(following(mark, store.sync_ids()[-1]))
    assert store.pruned == 0
    with open_store(synced) as store:
        assert store.exchanges().get_exchange("after-go").request_json == b'{"kind":"http"}'
    assert by_id(c1z("list", synced)) == as_we_read(synced)


def following(mark, sync_id):
    """One exchange more, after a watermark."""
    exchange = RedactedExchange("after-go", sync_id, "http", b'{"kind":"http"}', None, None, 0)
    through = mark.through_sequence + 1
    return Delivery(
        mark.connector, mark.epoch, mark.through_sequence, through, [CapturedExchange(through, exchange)]
    )


def test_explain_answers_for_what_go_appended(synced, c1z):
    """The command says which exchange built a user that came by way of baton's SDK."""
    c1z("append", synced, "gopher", "go-1")
    said = json.loads(exchanges("explain", synced, "user:gopher", "--json").out)
    assert "https://go.example/users" in json.dumps(said)


def test_batons_cleanup_leaves_ours_and_saving_prunes_it(synced, c1z):
    """After another sync baton deletes the old one's objects; our rows of it stay until we next save."""
    stored = len(provenance(synced)["v1_exchanges"])
    newest = c1z("sync", synced, "gopher")
    with open_store(synced) as store:
        assert store.sync_ids() == [newest]
    assert len(provenance(synced)["v1_exchanges"]) == stored
    with open_store(synced, "rw") as store:
        store.save()
        assert store.pruned == stored
    assert by_id(c1z("list", synced))["resources"].keys() == {"user:gopher"}


# what Go wrote


@pytest.mark.parametrize("name", ["go-0", "go-50", "old"])
def test_reads_the_fixtures_as_we_do(name, c1z):
    """Files of earlier makes, with exchanges, without and from before there were any."""
    path = FIXTURES / f"{name}.c1z"
    assert by_id(c1z("list", path)) == as_we_read(path)


def test_a_file_that_go_made_is_read_and_written(tmp_path, c1z):
    """Objects, rows and a dangling id are read as written; what we add, Go reads."""
    path = tmp_path / "go.c1z"
    sync_id = c1z("create", path)
    listed = by_id(c1z("list", path))
    assert listed == as_we_read(path)
    assert listed["entitlements"]["group:staff:member"]["request_ids"] == ["go-2", "go-3"]
    assert listed["grants"]["group:staff:member:user:ann"]["rows"] == []
    with open_store(path, "rw") as store:
        (found,) = explain(store, "group:staff:member:user:ann")
        assert (found.sync_id, found.dangling) == (sync_id, ("go-3",))
        exchange = RedactedExchange("go-3", sync_id, "http", b"{}", b'{"status":200}', None, 0)
        store.exchanges().commit(Delivery("acme", "epoch", 0, 1, [CapturedExchange(1, exchange)]))
    assert by_id(c1z("list", path))["grants"]["group:staff:member:user:ann"]["rows"][0]["request"] == "{}"
    assert by_id(c1z("list", path)) == as_we_read(path)
