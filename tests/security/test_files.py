import os

import pytest

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security.files import read_certificates, read_secret_file


def test_files_are_read(tmp_path):
    """A certificate may be anybody's to read, a secret its owner's."""
    path = tmp_path / "f"
    path.write_bytes(b"content")
    path.chmod(0o644)
    assert read_certificates(path) == b"content"
    path.chmod(0o600)
    assert read_secret_file(str(path)) == b"content"
    path.chmod(0o400)
    assert read_secret_file(path) == b"content"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620, 0o602, 0o601])
def test_a_secret_that_others_get_at_is_refused(tmp_path, mode):
    """Whatever group or others may do with it."""
    path = tmp_path / "f"
    path.write_bytes(b"content")
    path.chmod(mode)
    with pytest.raises(ConnectionRefused, match=f"{mode:04o}"):
        read_secret_file(path)


def test_what_lies_behind_a_link_counts(tmp_path):
    """The mode of a link says nothing."""
    path, link = tmp_path / "f", tmp_path / "link"
    path.write_bytes(b"content")
    path.chmod(0o644)
    link.symlink_to(path)
    with pytest.raises(ConnectionRefused, match="0644"):
        read_secret_file(link)


@pytest.mark.parametrize("read", [read_certificates, read_secret_file])
def test_what_cannot_be_read_is_named(tmp_path, read):
    """A missing file, a folder, a file without an end."""
    for path, says in ((tmp_path / "missing", "No such file"), (tmp_path, "directory")):
        with pytest.raises(ConnectionRefused, match=says) as refused:
            read(path)
        assert str(path) in str(refused.value)


def test_a_file_without_an_end_is_left(tmp_path):
    """1 MiB is more than any certificate has."""
    path = tmp_path / "f"
    path.touch()
    os.truncate(path, 2**20 + 1)
    with pytest.raises(ConnectionRefused, match="no certificate"):
        read_certificates(path)
