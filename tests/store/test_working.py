import os
import stat

import pytest

from captured_exchanges.errors import StoreError, StoreLocked
from captured_exchanges.store.files import create_private
from captured_exchanges.store.working import CopyLock, WorkingFolder, folder_of
from support.store_child import child

HOLD = """
from pathlib import Path
from captured_exchanges.store.working import WorkingFolder
folder = WorkingFolder.claim(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def target(tmp_path):
    """A `.c1z` with something in it."""
    path = tmp_path / "x.c1z"
    path.write_bytes(b"saved")
    return path


def started(target):
    """A folder with a database, as after an open."""
    folder = WorkingFolder.claim(target)
    with create_private(folder.begin()) as file:
        file.write(b"database")
    folder.began()
    return folder


def test_one_process_at_a_time(target):
    """A second claim is refused, in this process or another, and names the process that holds it."""
    with child(HOLD, target) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreLocked, match=rf"another process \({other.pid}\)"):
            WorkingFolder.claim(target)
    mine = WorkingFolder.claim(target)
    with pytest.raises(StoreLocked, match=str(os.getpid())):
        WorkingFolder.claim(target)
    mine.remove()


def test_death_releases_the_lock(target):
    """A killed holder holds nothing: the kernel gives the lock to the next."""
    with child(HOLD, target) as other:
        assert other.stdout.readline() == "held\n"
        other.kill()
        other.wait()
        WorkingFolder.claim(target).remove()


def test_nothing_stays_after_removal(target):
    """Removing takes the folder away with all that is in it, and another claim makes it anew."""
    folder = started(target)
    assert {path.name for path in folder.path.iterdir()} == {"lock", "database.db", "base.json"}
    folder.remove()
    assert not folder.path.exists()
    WorkingFolder.claim(target).remove()


def test_halves_of_a_crashed_save_go_too(target):
    """Whatever a crash left half made is taken away with the rest."""
    started(target).leave()
    for name in ("unpacking", "packed", "spare", "base.json.new", "database.db-wal", "database.db-journal"):
        (folder_of(target) / name).write_bytes(b"half")
    WorkingFolder.claim(target).remove()
    assert not folder_of(target).exists()


def test_a_claim_survives_the_removal_it_waited_for(target, monkeypatch):
    """Whoever opened the lock file just before its owner removed it starts over and holds a real one."""
    first = started(target)
    opened = os.open
    raced = []

    def open_then_lose(path, *arguments, **more):
        descriptor = opened(path, *arguments, **more)
        if str(path).endswith("lock") and not raced:
            raced.append(path)
            first.remove()
        return descriptor

    monkeypatch.setattr(os, "open", open_then_lose)
    second = WorkingFolder.claim(target)
    assert raced
    with pytest.raises(StoreLocked):
        WorkingFolder.claim(target)
    second.remove()


def test_modes_are_private_whatever_the_umask(target):
    """Folder and files are 0700 and 0600 under umask 0."""
    before = os.umask(0)
    try:
        folder = started(target)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.path.iterdir()} == {0o600}
    folder.remove()


def test_what_a_crash_leaves_is_recoverable(target):
    """A complete database is recoverable; a half made one is not and goes away at the next beginning."""
    started(target).leave()
    folder = WorkingFolder.claim(target)
    assert folder.is_recoverable()
    folder.database.unlink()
    (folder.path / "unpacking").write_bytes(b"half")
    (folder.path / "database.db-wal").write_bytes(b"stale")
    assert not folder.is_recoverable()
    assert not folder.begin().exists()
    assert not (folder.path / "database.db-wal").exists()
    folder.remove()


def test_a_replaced_file_is_not_undone(target):
    """Where another program replaced the file since the crash, going on is refused."""
    started(target).leave()
    target.write_bytes(b"saved by another program")
    folder = WorkingFolder.claim(target)
    with pytest.raises(StoreError, match="replaced after a run that crashed"):
        folder.is_recoverable()
    folder.leave()
    assert folder.database.read_bytes() == b"database"


@pytest.mark.parametrize("crash", ["before", "after"])
def test_a_crash_around_the_rename_knows_its_own_file(target, monkeypatch, crash):
    """The database stands for the old file and for the new one until the save is over."""
    folder = started(target)
    with create_private(folder.packed) as file:
        file.write(b"saved by us")

    def stop(source, target):
        if target == folder.target:
            if crash == "after":
                source.replace(target)
            raise KeyboardInterrupt
        source.replace(target)

    monkeypatch.setattr("captured_exchanges.store.working.replace", stop)
    with pytest.raises(KeyboardInterrupt):
        folder.publish()
    folder.leave()
    assert target.read_bytes() == (b"saved" if crash == "before" else b"saved by us")
    folder = WorkingFolder.claim(target)
    assert folder.is_recoverable()
    folder.remove()


def test_publishing_replaces_the_file(target):
    """Publishing puts the packed file in place; the database then stands for the new file alone."""
    folder = started(target)
    with create_private(folder.packed) as file:
        file.write(b"saved by us")
    folder.publish()
    assert target.read_bytes() == b"saved by us"
    assert folder.is_recoverable()
    target.write_bytes(b"saved")
    with pytest.raises(StoreError, match="replaced"):
        folder.is_recoverable()
    folder.remove()


def test_readers_copy_only_what_nobody_writes(target):
    """A reader is given the database that a crash left: not a live writer's, nor one older than the file."""
    with CopyLock(target) as nothing:
        assert nothing is None
    folder = started(target)
    with CopyLock(target) as live:
        assert live is None
    folder.leave()
    with CopyLock(target) as left:
        assert left == folder_of(target) / "database.db"
    target.write_bytes(b"newer")
    with CopyLock(target) as old:
        assert old is None


def test_a_writer_waits_for_copying_readers(target, monkeypatch):
    """A reader who copies what a crash left delays the next writer and does not fail it."""
    started(target).leave()
    reader = CopyLock(target)
    assert reader.__enter__() is not None
    waits = []

    class Event:
        def wait(self, seconds):
            waits.append(seconds)
            if len(waits) == 3:
                reader.__exit__()

    monkeypatch.setattr("threading.Event", Event)
    WorkingFolder.claim(target).remove()
    assert len(waits) == 3


def test_a_writer_does_not_wait_for_ever(target, monkeypatch):
    """Past its patience a writer says that the file is in use."""
    started(target).leave()
    monkeypatch.setattr("captured_exchanges.store.working._READERS_PATIENCE", 0.0)
    with CopyLock(target) as left:
        assert left is not None
        with pytest.raises(StoreLocked):
            WorkingFolder.claim(target)
    WorkingFolder.claim(target).remove()


def test_a_strangers_file_in_the_folder_stays(target):
    """Removing leaves what is not ours, and the folder with it."""
    folder = started(target)
    (folder.path / "notes.txt").write_text("mine")
    folder.remove()
    assert [path.name for path in folder.path.iterdir()] == ["notes.txt"]


def test_a_planted_folder_is_not_read(target, tmp_path, monkeypatch):
    """A crashed run's folder is read only where it belongs to this user or to the file's owner."""
    new = tmp_path / "new.c1z"
    for path in (target, new):
        started(path).leave()
    with CopyLock(new) as own:
        assert own is not None
    stranger = target.stat().st_uid + 1
    monkeypatch.setattr(os, "geteuid", lambda: stranger)
    with CopyLock(target) as owners, CopyLock(new) as planted:
        assert owners is not None
        assert planted is None
