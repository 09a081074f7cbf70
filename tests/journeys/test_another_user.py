"""What another user of this machine gets at: nothing. Seen with a second uid, which only root can take on."""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from captured_exchanges.security import (
    dump_access,
    issue_run_credentials,
    temporary_private_folder,
)
from captured_exchanges.store import open_store
from captured_exchanges.store.working import folder_of
from support.access_files import written
from support.access_servers import serving

NOBODY = 65534
PROBE = """
import json, os, socket, sys
uid = int(sys.argv[1])
if uid:
    os.setgroups([]); os.setgid(uid); os.setuid(uid)

def reach(path):
    with socket.socket(socket.AF_UNIX) as end:
        end.connect(path)

def read(path):
    with open(path, "rb") as file:
        file.read(1)

ways = {"socket": reach, "file": read, "folder": os.listdir}
outcome = {}
for way, path in json.loads(sys.argv[2]):
    try:
        ways[way](path)
        outcome[path] = "reached"
    except OSError as error:
        outcome[path] = type(error).__name__
print(json.dumps(outcome))
"""


def probed(uid, places):
    """What a process of that user reaches, by path."""
    command = [sys.executable, "-I", "-c", PROBE, str(uid), json.dumps(places)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/", timeout=60)
    return json.loads(done.stdout)


@contextmanager
def open_to_all():
    """A folder that everybody may enter: what lies in it has to protect itself."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a second user: run as root")
async def test_another_user_reaches_neither_socket_nor_store_nor_credentials():
    """With the umask that lets everybody read. The owner reaches all of it, so each place is really there."""
    before = os.umask(0)
    try:
        run = issue_run_credentials()
        with open_to_all() as folder, temporary_private_folder() as sockets:
            _, _, key = written(run.connector, folder)
            handed = folder / "credentials.json"
            handed.touch(mode=0o600)
            handed.write_bytes(dump_access(run.syncer))
            saved, open_ = folder / "saved.c1z", folder / "open.c1z"
            with open_store(saved, "rw") as store:
                store.save()
            with open_store(open_, "rw"), open_store(folder / "sync.db", "rw"):
                async with serving("aio", None, f"unix:{sockets}/s") as served:
                    debug = await served.producer.listen_for_observers(sockets / "debug")
                    working = folder_of(open_)
                    places = [
                        ("socket", served.address.removeprefix("unix:")),
                        ("socket", debug.removeprefix("unix:")),
                        ("folder", str(sockets)),
                        ("file", str(saved)),
                        ("file", str(folder / "sync.db")),
                        ("folder", str(working)),
                        *(("file", str(path)) for path in working.iterdir()),
                        ("file", str(key)),
                        ("file", str(handed)),
                    ]
                    ours, theirs = probed(0, places), probed(NOBODY, places)
    finally:
        os.umask(before)
    assert set(ours.values()) == {"reached"}
    assert len(ours) > 9
    assert set(theirs.values()) == {"PermissionError"}
