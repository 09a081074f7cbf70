import socket
from pathlib import Path

import click
import pytest

from captured_exchanges.cli import candidates
from captured_exchanges.cli.show import command as show
from captured_exchanges.redaction import PROFILES
from captured_exchanges.security import temporary_private_folder
from captured_exchanges.store import open_store
from support.provenance_files import FIXTURES, SyncFile
from support.store_builders import redacted

FIFTY = FIXTURES / "go-50.c1z"
PARAMETER = show.params[0]


def offered(complete, incomplete="", file=FIFTY):
    """What is offered in a command that has this file."""
    ctx = click.Context(show)
    ctx.params["file"] = file
    return [item.value for item in complete(ctx, PARAMETER, incomplete)]


def test_ids_come_out_of_the_file():
    """Request ids, objects and syncs that begin so, in order, not more than somebody would read."""
    assert offered(candidates.complete_request_id, "req-00001") == [f"req-00001{n}" for n in range(10)]
    assert offered(candidates.complete_object, "user:user-1") == [f"user:user-{n}" for n in range(10, 20)]
    assert offered(candidates.complete_sync_id, "3M") == ["3MSHTnXC50l4B0MhnnKLXoe2KHh"]
    assert offered(candidates.complete_request_id, "nothing") == []
    assert len(offered(candidates.complete_request_id)) == 50


def test_objects_of_every_kind_are_offered(tmp_path):
    """Resources, entitlements, grants and types stand in one list."""
    file = SyncFile().resource("a:1").entitlement("a:2").grant("a:3").resource_type("a")
    path = file.save(tmp_path / "x.db")
    assert offered(candidates.complete_object, "a", path) == ["a", "a:1", "a:2", "a:3"]


def test_kinds_are_offered_without_a_file():
    """The transports that are known."""
    assert offered(candidates.complete_kind, "", None) == ["http", "sql", "ldap"]
    assert offered(candidates.complete_kind, "s", None) == ["sql"]


def test_policies_are_offered_by_name_and_file():
    """The profiles that there are, and whatever file the shell finds."""
    offers = candidates.complete_policy(click.Context(show), PARAMETER, "")
    assert [item.value for item in offers if item.type == "plain"] == list(PROFILES)
    assert [item.type for item in candidates.complete_policy(click.Context(show), PARAMETER, "acme")] == [
        "file"
    ]


@pytest.mark.parametrize("data", [b"C1Z3\x00", b"text", FIFTY.read_bytes()[:400], None])
def test_a_bad_file_offers_nothing(tmp_path, data):
    """Whatever is wrong with the file, completion is silent."""
    path = tmp_path / "x.c1z"
    if data is not None:
        path.write_bytes(data)
    assert offered(candidates.complete_request_id, "", path) == []


def test_no_file_offers_nothing():
    """Where no file is named yet, or something else, there is nothing to look into."""
    assert offered(candidates.complete_object, "", None) == []
    assert offered(candidates.complete_object, "", Path("/")) == []


def test_a_large_file_is_not_unpacked(monkeypatch):
    """Nobody waits for a large `.c1z` to be unpacked at the press of a key."""
    monkeypatch.setattr(candidates, "_PACKED_BYTES", 100)
    monkeypatch.setattr(candidates, "open_store", lambda *_, **__: pytest.fail("the file was opened"))
    assert offered(candidates.complete_request_id) == []


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    """A small file that unpacks to much offers nothing."""
    monkeypatch.setattr(candidates, "_UNPACKED_BYTES", 10_000)
    path = SyncFile().exchange("r").save(tmp_path / "x.c1z")
    assert offered(candidates.complete_request_id, "", path) == []


def test_what_cannot_be_typed_is_not_offered(tmp_path):
    """Ids with control characters would act on the terminal."""
    path = tmp_path / "x.db"
    with open_store(path, "rw") as store:
        store.exchanges().put_exchanges([redacted("a\x1b[31m"), redacted("ab\nc"), redacted("abc")])
    assert offered(candidates.complete_request_id, "a", path) == ["abc"]


def test_a_place_is_a_file_for_the_shell_to_complete():
    """What does not begin as an address is left to the shell, which knows files best."""
    (item,) = candidates.complete_place(click.Context(show), PARAMETER, "sy")
    assert (item.type, item.value) == ("file", "sy")


def test_behind_unix_sockets_and_folders_are_offered():
    """Sockets, and folders on the way to one; other files are none of it."""
    with temporary_private_folder() as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "s1"))
        (folder / "s2").mkdir()
        (folder / "s3").touch()
        try:
            assert offered(candidates.complete_place, f"unix:{folder}/s") == [
                f"unix:{folder}/s1",
                f"unix:{folder}/s2/",
            ]
            assert offered(candidates.complete_place, f"unix:{folder}/none/x") == []
        finally:
            (folder / "s2").rmdir()
            (folder / "s3").unlink()
