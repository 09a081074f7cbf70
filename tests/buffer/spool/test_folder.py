import os
import stat
import subprocess
import sys

import pytest

from captured_exchanges.buffer.spool.folder import claim
from captured_exchanges.errors import SpoolRefused


def test_a_missing_folder_is_made_for_the_user_alone(tmp_path):
    """Mode 0700 for the folder, 0600 for what is in it, whatever the umask."""
    before = os.umask(0)
    try:
        os.close(claim(tmp_path / "a" / "spool"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a" / "spool").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "a" / "spool" / "lock").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o701, 0o710, 0o770, 0o755, 0o777])
def test_a_folder_that_others_may_enter_is_refused(tmp_path, mode):
    """The message names the folder, its mode, and the command that helps."""
    tmp_path.chmod(mode)
    with pytest.raises(SpoolRefused, match=f"mode {mode:04o}.*chmod 700"):
        claim(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_link_or_a_file_is_no_folder(tmp_path):
    """Neither a link to a folder nor a file is used."""
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("file", "link"):
        with pytest.raises(SpoolRefused, match="is not a folder"):
            claim(tmp_path / name)


def test_a_folder_that_anybody_may_replace_is_refused(tmp_path):
    """What lies where any user may rename it is nobody's own."""
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(SpoolRefused, match="any user may put another in its place"):
        claim(tmp_path / "open" / "spool")


def test_a_path_that_cannot_be_made_is_refused(tmp_path):
    """The system's reason is told."""
    (tmp_path / "file").touch()
    with pytest.raises(SpoolRefused, match="cannot be used: Not a directory"):
        claim(tmp_path / "file" / "spool")


def test_one_process_has_it(tmp_path):
    """A second claim is refused as long as the first is held, and not after it."""
    descriptor = claim(tmp_path / "spool")
    with pytest.raises(SpoolRefused, match="used by another process"):
        claim(tmp_path / "spool")
    os.close(descriptor)
    os.close(claim(tmp_path / "spool"))


def test_a_killed_process_has_it_no_more(tmp_path):
    """The lock ends with its process, however that ends."""
    program = (
        "import sys, pathlib, time; from captured_exchanges.buffer.spool.folder import claim;"
        "claim(pathlib.Path(sys.argv[1])); print('claimed', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, tmp_path / "spool"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout.readline() == b"claimed\n"
        with pytest.raises(SpoolRefused):
            claim(tmp_path / "spool")
        child.kill()
    os.close(claim(tmp_path / "spool"))
