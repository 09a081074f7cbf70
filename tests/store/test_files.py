import errno
import os
import stat

import pytest

from captured_exchanges.errors import StoreError, UnsupportedStore
from captured_exchanges.store.c1z import HEADER
from captured_exchanges.store.files import (
    SQLITE_HEADER,
    contents,
    create_private,
    private_folder,
    replace,
    stamp,
)


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o777])
def umask(request):
    """Every kind of umask, put back afterwards."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("x.c1z", HEADER + b"rest", "c1z"),
        ("x", HEADER, "c1z"),
        ("x.c1z", b"", "c1z"),
        ("x", b"", "c1z"),
        ("x.db", b"", "sqlite"),
        ("x.sqlite", SQLITE_HEADER, "sqlite"),
        ("x.SQLite3", SQLITE_HEADER, "sqlite"),
        ("x", SQLITE_HEADER + b"rest", "sqlite"),
        ("x.data", SQLITE_HEADER, "sqlite"),
    ],
)
def test_a_file_is_told_by_its_content_or_name(tmp_path, name, data, expected):
    """SQLite's names say so; any other file tells by its first bytes, and an empty one is a .c1z."""
    path = tmp_path / name
    assert contents(path) == ("sqlite" if "db" in name or "sqlite" in name.lower() else "c1z", False)
    path.write_bytes(data)
    assert contents(path) == (expected, True)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (SQLITE_HEADER + b"rest", "bare SQLite database: rename it to end in .db"),
        (b"C1Z3\x00rest", "version 3"),
        (b"hello, world, this is text", "not a .c1z"),
        (b"C1", "not a .c1z"),
    ],
)
def test_what_is_no_store_is_refused_with_what_to_do(tmp_path, data, told):
    """A bare database named .c1z, version 3, and text are told apart, in one line that names the file."""
    path = tmp_path / "x.c1z"
    path.write_bytes(data)
    with pytest.raises(UnsupportedStore, match=told) as caught:
        contents(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_or_a_pipe_is_refused(tmp_path):
    """What is no regular file is refused without being opened: opening a pipe would wait for ever."""
    os.mkfifo(tmp_path / "pipe.c1z")
    with pytest.raises(StoreError, match="not a regular file"):
        contents(tmp_path / "pipe.c1z")
    with pytest.raises(StoreError, match="is a folder"):
        contents(tmp_path)


@pytest.mark.usefixtures("umask")
def test_private_things_are_private_whatever_the_umask(tmp_path):
    """Files are 0600 and folders 0700 under every umask."""
    create_private(tmp_path / "file").close()
    private_folder(tmp_path / "folder")
    assert (mode(tmp_path / "file"), mode(tmp_path / "folder")) == (0o600, 0o700)


def test_an_open_folder_is_closed(tmp_path):
    """A folder of our own with a wider mode is made private."""
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    private_folder(folder)
    assert mode(folder) == 0o700


def test_a_planted_folder_is_refused(tmp_path):
    """A link to a folder, which someone else may have planted, is not taken for the folder."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "folder").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="not a folder of your own"):
        private_folder(tmp_path / "folder")


def test_a_new_file_never_opens_what_is_there(tmp_path):
    """Creating a file fails where there is one, and does not follow a dangling link."""
    (tmp_path / "there").write_text("precious")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    for name in ("there", "link"):
        with pytest.raises(FileExistsError):
            create_private(tmp_path / name)
    assert (tmp_path / "there").read_text() == "precious"
    assert not (tmp_path / "target").exists()


def test_replacing_syncs_the_folder(tmp_path, monkeypatch):
    """After a replacement the folder's names are made durable, and only then."""
    synced = []
    (tmp_path / "new").write_text("new")
    (tmp_path / "old").write_text("old")
    monkeypatch.setattr(
        os, "fsync", lambda fd: synced.append((os.fstat(fd).st_ino, (tmp_path / "old").read_text()))
    )
    replace(tmp_path / "new", tmp_path / "old")
    assert synced == [(tmp_path.stat().st_ino, "new")]


def test_a_stamp_tells_a_replaced_file(tmp_path):
    """The stamp of a file survives its renaming and differs from that of another file."""
    first, second = tmp_path / "first", tmp_path / "second"
    assert stamp(first) is None
    first.write_text("a")
    second.write_text("ab")
    before = stamp(first)
    assert before not in {None, stamp(second)}
    first.rename(tmp_path / "renamed")
    assert stamp(tmp_path / "renamed") == before


def test_errors_of_the_system_name_the_file(tmp_path, monkeypatch):
    """An unreadable file becomes a StoreError with path and remedy."""
    path = tmp_path / "x.c1z"
    path.write_bytes(HEADER)

    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(StoreError, match="permission denied: check the modes") as caught:
        contents(path)
    assert str(path) in str(caught.value)
