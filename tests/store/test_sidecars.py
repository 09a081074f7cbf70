import os

import pytest

from captured_exchanges.errors import StoreError, StoreLocked
from captured_exchanges.store import open_sidecar, open_store
from captured_exchanges.store.working import folder_of
from support.store_builders import redacted
from support.store_child import child
from support.store_files import HOLDS, ids, made


@pytest.fixture
def target(tmp_path):
    """A file to merge into."""
    return made(tmp_path / "sync.c1z", "a")


def test_another_store_is_opened_for_reading(tmp_path, target):
    """A sidecar opens as any store does, for reading."""
    with open_sidecar(made(tmp_path / "x.db", "b"), into=target) as store:
        assert ids(store) == ["b"]
        with pytest.raises(StoreError, match="open for reading"):
            store.exchanges().put_exchanges([redacted()])


def test_the_target_is_no_sidecar(tmp_path, target):
    """The target itself, by whatever name, and what lies in its working folder are refused."""
    hard, soft = tmp_path / "hard.c1z", tmp_path / "soft.c1z"
    os.link(target, hard)
    soft.symlink_to(target)
    inside = folder_of(target) / "database.db"
    for path in (target, hard, soft, tmp_path / "." / "sync.c1z", inside):
        with pytest.raises(StoreError, match="is the file to merge into"):
            open_sidecar(path, into=target)


@pytest.mark.parametrize("name", ["x.c1z", "x.db"])
def test_a_sidecar_that_is_still_written_is_refused(tmp_path, target, name):
    """While a consumer has it open, one sentence says so; afterwards it opens."""
    path = made(tmp_path / name, "b")
    with child(HOLDS, path) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreLocked, match=r"may still write it: end the consumer, then merge"):
            open_sidecar(path, into=target)
        other.communicate("")
    with open_sidecar(path, into=target) as store:
        assert ids(store) == ["b", "mine"]


def test_what_a_crash_left_is_read(tmp_path, target):
    """A sidecar whose writer crashed opens with what it had committed."""
    path = made(tmp_path / "x.c1z", "b")
    store = open_store(path, "rw")
    store.exchanges().put_exchanges([redacted("c")])
    store.close()
    with open_sidecar(path, into=target) as found:
        assert (ids(found), found.recovered) == (["b", "c"], True)


def test_a_missing_sidecar_is_told(tmp_path, target):
    """A path where nothing is, is an error of opening."""
    with pytest.raises(StoreError, match="no such file"):
        open_sidecar(tmp_path / "no.db", into=target)
