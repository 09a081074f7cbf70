import socket
import stat
from pathlib import Path

import pytest

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security import (
    check_private_folder,
    private_folder,
    remove_private_folder,
    temporary_private_folder,
)
from support.security_folders import foreign_folder
from support.security_umask import umask


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o777])
def test_the_umask_does_not_matter(mask):
    """A private folder is 0700 under any umask, and passes its own check."""
    with umask(mask):
        folder = private_folder()
    try:
        assert mode(folder) == 0o700
        check_private_folder(folder)
    finally:
        remove_private_folder(folder)


def test_each_folder_is_fresh():
    """Two calls never answer with the same folder."""
    with temporary_private_folder() as first, temporary_private_folder() as second:
        assert first != second


def test_a_long_place_for_temporary_files_is_avoided(tmp_path, monkeypatch):
    """Where the path of the usual place leaves no room for a socket, a shorter place is taken."""
    long = tmp_path / ("x" * 80)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with temporary_private_folder() as folder:
        assert long not in folder.parents
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(folder / ("s" * 31)))


def test_a_long_parent_of_ones_own_is_refused(tmp_path):
    """A parent that was asked for is not replaced behind the caller's back, and nothing is left in it."""
    long = tmp_path / ("x" * 80)
    long.mkdir()
    with pytest.raises(ConnectionRefused, match="shorter"):
        private_folder(long)
    assert list(long.iterdir()) == []


def test_removal_takes_the_sockets_along():
    """Sockets that a killed server left behind go with the folder; repeating it is harmless."""
    folder = private_folder()
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(folder / "left"))
    remove_private_folder(folder)
    remove_private_folder(folder)
    assert not folder.exists()


def test_removal_spares_what_is_no_socket():
    """A file somebody put there is not deleted."""
    folder = private_folder()
    (folder / "notes").write_text("keep")
    with pytest.raises(OSError, match="not empty"):
        remove_private_folder(folder)
    assert (folder / "notes").read_text() == "keep"
    (folder / "notes").unlink()
    remove_private_folder(folder)


@pytest.mark.parametrize("wrong", [0o755, 0o750, 0o701, 0o770, 0o600])
def test_another_mode_is_refused(tmp_path, wrong):
    """Only 0700 will do, and the sentence names the mode that was found."""
    folder = tmp_path / "sockets"
    folder.mkdir()
    folder.chmod(wrong)
    with pytest.raises(ConnectionRefused, match=f"{wrong:04o}.*0700"):
        check_private_folder(folder)


def test_anothers_folder_is_refused(tmp_path):
    """A folder of somebody else is refused, though its mode is right."""
    with pytest.raises(ConnectionRefused, match="another user"):
        check_private_folder(foreign_folder(tmp_path))


def test_a_link_is_refused(tmp_path):
    """A link to a private folder is no private folder: links can be changed."""
    folder = tmp_path / "real"
    folder.mkdir(mode=0o700)
    link = tmp_path / "link"
    link.symlink_to(folder)
    with pytest.raises(ConnectionRefused, match="not a folder"):
        check_private_folder(link)


def test_a_missing_folder_is_refused(tmp_path):
    """The sentence says what to do."""
    with pytest.raises(ConnectionRefused, match=r"No such file.*make it with mode 0700"):
        check_private_folder(tmp_path / "absent")


def test_a_folder_that_others_may_replace_is_refused(tmp_path):
    """Below a folder that anybody may write, only the sticky bit keeps a private folder in its place."""
    shared = tmp_path / "shared"
    shared.mkdir()
    folder = shared / "sockets"
    folder.mkdir(mode=0o700)
    shared.chmod(0o777)
    with pytest.raises(ConnectionRefused, match="any user may put another"):
        check_private_folder(folder)
    shared.chmod(0o1777)
    check_private_folder(folder)


def test_a_relative_folder_is_checked_as_well(tmp_path, monkeypatch):
    """A relative path means the same folder."""
    (tmp_path / "sockets").mkdir(mode=0o700)
    monkeypatch.chdir(tmp_path)
    check_private_folder(Path("sockets"))
    Path("sockets").chmod(0o755)
    with pytest.raises(ConnectionRefused, match="0755"):
        check_private_folder(Path("sockets"))
