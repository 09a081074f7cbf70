"""`exchanges merge`, on real files."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from captured_exchanges.exchange import Gap, SyncCount
from captured_exchanges.store import open_store
from support.cli_process import EXCHANGES, exchanges, on_terminal
from support.provenance_files import FIXTURES
from support.store_builders import EPOCH, captured, delivery, run
from support.store_child import child
from support.store_files import HOLDS, names

KNOWN = json.loads((FIXTURES / "go-50.json").read_text())["sync_id"]
FIELDS = [
    *("sidecar", "file", "exchanges", "added", "replaced", "present", "refused", "quarantined", "gaps"),
    *("watermarks", "unknown_syncs", "saved"),
]


@pytest.fixture
def target(tmp_path):
    """A file that a Go syncer has written."""
    return Path(shutil.copy(FIXTURES / "go-50.c1z", tmp_path / "sync.c1z"))


@pytest.fixture
def sidecar(tmp_path):
    """Two exchanges and a gap of the sync that the file holds."""
    path = tmp_path / "side.db"
    lost = Gap(EPOCH, 3, 3, 1, 10, "overflow", (SyncCount(KNOWN, 1),))
    with open_store(path, "rw") as store:
        store.exchanges().commit(delivery(run(1, 2), gaps=[lost], through=3, sync_id=KNOWN))
    return path


def _one_line(outcome, *says):
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1), outcome
    assert outcome.err.startswith("error: ")
    assert all(word in outcome.err for word in says), outcome.err


def test_a_sidecar_is_one_record(target, sidecar):
    """What was merged is one JSON record; the file then holds it, saved; nothing lies beside it."""
    outcome = exchanges("merge", sidecar, "--into", target)
    assert (outcome.code, outcome.err) == (0, "")
    record = json.loads(outcome.out)
    assert list(record) == FIELDS
    assert record == {
        "sidecar": str(sidecar),
        "file": str(target),
        "exchanges": 2,
        "added": 2,
        "replaced": 0,
        "present": 0,
        "refused": 0,
        "quarantined": 0,
        "gaps": 1,
        "watermarks": 1,
        "unknown_syncs": [],
        "saved": True,
    }
    assert names(target.parent) == ["side.db", "sync.c1z"]
    with open_store(target) as store:
        assert store.exchanges().count() == 52


def test_merging_again_changes_nothing(target, sidecar):
    """A second time the file stays byte for byte as it is, and the record says so."""
    exchanges("merge", sidecar, "--into", target)
    before, stamp = target.read_bytes(), target.stat()
    record = json.loads(exchanges("merge", sidecar, "--into", target).out)
    assert (record["present"], record["added"], record["gaps"], record["saved"]) == (2, 0, 0, False)
    assert (target.read_bytes(), target.stat().st_ino) == (before, stamp.st_ino)


def test_several_sidecars_are_a_record_each(target, sidecar, tmp_path):
    """Sidecars are told in the order given, a JSON document a line."""
    other = tmp_path / "other.c1z"
    with open_store(other, "rw") as store:
        store.exchanges().commit(delivery([captured(9)], connector="github", sync_id=KNOWN))
    outcome = exchanges("merge", sidecar, other, "--into", target)
    records = [json.loads(line) for line in outcome.out.splitlines()]
    assert [(record["sidecar"], record["added"]) for record in records] == [
        (str(sidecar), 2),
        (str(other), 1),
    ]


def test_a_sidecar_that_is_named_twice_is_merged_once(target, sidecar):
    """By whatever name it is given."""
    again = sidecar.with_name("link.db")
    again.symlink_to(sidecar)
    outcome = exchanges("merge", sidecar, again, sidecar, "--into", target)
    (record,) = [json.loads(line) for line in outcome.out.splitlines()]
    assert (outcome.code, record["sidecar"], record["added"]) == (0, str(sidecar), 2)


def test_people_read_what_was_merged(target, sidecar):
    """On a terminal the counts are words, and what to do next follows on stderr."""
    shown = on_terminal("merge", sidecar, "--into", target, NO_COLOR="1", TERM="dumb")
    assert shown.code == 0
    assert [line.split(maxsplit=1) for line in shown.out.splitlines()[1:]] == [
        ["exchanges", "2 added"],
        ["gaps", "1 new in the ledger"],
        ["epochs", "1 new or further on"],
        ["saved", "yes"],
    ]
    assert f"stats {target}" in shown.err
    again = on_terminal("merge", sidecar, "--into", target, NO_COLOR="1", TERM="dumb")
    assert "2 there already" in again.out
    assert "nothing had to change" in again.out


def test_exchanges_of_an_unknown_sync_are_told(target, tmp_path):
    """Where the file knows no such sync a note asks whether it is the right one; it is merged anyway."""
    path = tmp_path / "wrong.db"
    with open_store(path, "rw") as store:
        store.exchanges().commit(delivery(run(1, 2), sync_id="no\x1bsuch"))
    outcome = exchanges("merge", path, "--into", target)
    assert outcome.code == 0
    assert json.loads(outcome.out)["unknown_syncs"] == ["no\x1bsuch"]
    assert "knows no sync no\\x1bsuch" in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_plain_database_is_merged_into_too(sidecar, tmp_path):
    """A `.db` is accepted where a `.c1z` is."""
    target = tmp_path / "all.db"
    target.touch()
    assert json.loads(exchanges("merge", sidecar, "--into", target).out)["added"] == 2


def _version_3(path):
    path.write_bytes(b"C1Z3\x00" + bytes(100))
    return path


def test_what_cannot_be_merged_is_one_line(target, sidecar, tmp_path):
    """A missing sidecar or file, a version 3, text, the file itself: one sentence, nothing has changed."""
    before = target.read_bytes()
    notes = tmp_path / "notes.txt"
    notes.write_text("to do: everything")
    three = _version_3(tmp_path / "three.c1z")
    loop = tmp_path / "loop.db"
    loop.symlink_to(loop)
    cases = [
        (tmp_path / "no.db", target, "no.db", "no such file"),
        (sidecar, tmp_path / "no.c1z", "no.c1z", "merge after the sync has written it"),
        (three, target, "three.c1z", "version 3"),
        (sidecar, three, "three.c1z", "version 3"),
        (notes, target, "notes.txt", "not a .c1z"),
        (tmp_path, target, "is a folder"),
        (target, target, "is the file to merge into"),
        (loop, target, "loop.db"),
        (sidecar, loop, "loop.db"),
    ]
    for source, into, *says in cases:
        _one_line(exchanges("merge", source, "--into", into), *says)
    assert target.read_bytes() == before
    assert names(tmp_path) == ["loop.db", "notes.txt", "side.db", "sync.c1z", "three.c1z"]


def test_a_file_that_is_being_written_is_one_line(target, sidecar):
    """Another process of ours that writes the file, or still the sidecar, is named; nothing has changed."""
    with child(HOLDS, target) as other:
        assert other.stdout.readline() == "held\n"
        _one_line(exchanges("merge", sidecar, "--into", target), "sync.c1z", f"another process ({other.pid})")
    with child(HOLDS, sidecar) as other:
        assert other.stdout.readline() == "held\n"
        _one_line(exchanges("merge", sidecar, "--into", target), "side.db", "may still write it")


def test_a_full_disk_leaves_the_file_as_it_was(target, tmp_path):
    """Where the disk takes no more (a limit on file size stands in): one line, the file as it was."""
    path = tmp_path / "big.db"
    with open_store(path, "rw") as store:
        rows = [captured(number, request_json=os.urandom(100_000)) for number in range(1, 21)]
        store.exchanges().commit(delivery(rows, sync_id=KNOWN))
    before = target.read_bytes()
    limited = ("sh", "-c", 'ulimit -f 1000; exec "$0" "$@"', EXCHANGES)
    _one_line(exchanges("merge", path, "--into", target, command=limited), "sync.c1z", "the disk")
    assert target.read_bytes() == before
    assert names(tmp_path) == ["big.db", "sync.c1z"]


def test_the_objects_explain_themselves_afterwards(tmp_path, target):
    """Exchanges that the sync's objects name are found in the file once they are merged."""
    sidecar = tmp_path / "taken.db"
    with open_store(target) as store:
        rows = store.exchanges().iterate(limit=100)
    with open_store(target, "rw") as store, store.transaction() as connection:
        connection.execute("DELETE FROM v1_exchanges")
    assert json.loads(exchanges("explain", target, "user:user-02").out)["exchanges"] == []
    with open_store(sidecar, "rw") as store:
        taken = [captured(row.id, KNOWN, request_json=row.request_json) for row in rows]
        store.exchanges().commit(delivery(taken))
    with closing(sqlite3.connect(sidecar)) as connection:
        connection.execute("UPDATE v1_exchanges SET request_id = printf('req-%06d', substr(request_id, 2))")
        connection.commit()
    assert exchanges("merge", sidecar, "--into", target).code == 0
    explained = json.loads(exchanges("explain", target, "user:user-02").out)
    assert [row["request_id"] for row in explained["exchanges"]] == ["req-000004", "req-000005", "req-000006"]


@pytest.mark.parametrize("words", [("merge", "a.db"), ("merge", "--into", "x.c1z")], ids=repr)
def test_both_ends_must_be_named(words):
    """Without a sidecar, or without --into: wrong usage."""
    outcome = exchanges(*words)
    assert (outcome.code, outcome.out) == (2, "")
    assert "Usage: exchanges merge" in outcome.err
