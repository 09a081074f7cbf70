"""`exchanges doctor TARGET`, beside real connectors and listeners of every other kind."""

import asyncio
import json
import os
import socket

import pytest

from captured_exchanges.cli import doctor_listener
from captured_exchanges.cli.doctor_target import examine_target
from captured_exchanges.security import (
    issue_run_credentials,
    new_token,
    temporary_private_folder,
    unix_address,
)
from support.access_servers import serving as serving_with
from support.cli_connector import capture, connector
from support.cli_process import DEADLINE, EXCHANGES, environment
from support.connector_server import serving as serving_nothing
from support.listeners import BEHAVIOURS, listening
from support.serving import serving

WAIT = 20.0


async def examined(address, wait=WAIT, access=None):
    """Every finding by its check; two of one check are a list."""
    found = {}

    def tell(finding):
        found.setdefault(finding.check, []).append(finding)

    await examine_target(address, access, wait, tell)
    return {check: findings[0] if len(findings) == 1 else findings for check, findings in found.items()}


def severities(found):
    return {check: finding.severity for check, finding in found.items()}


async def test_a_connector_is_well():
    """A whole connector in which nothing waits: every question is answered with ok."""
    async with serving() as served:
        found = await examined(served.target)
    assert set(severities(found).values()) == {"ok"}
    assert list(found) == [
        *("address", "listener", "health", "reflection", "stream", "connector", "epoch", "policy"),
        *("buffer", "owner", "pending", "dropped"),
    ]
    assert found["connector"].what == "served-in-a-test 1.0"
    assert "default 1" in found["policy"].what


@pytest.mark.parametrize("kind", ["token", "tls"])
async def test_a_connector_with_credentials_is_well(kind):
    """Over TCP, shown what it wants, a connector is asked the same; shown something else, it says so."""
    one, other = issue_run_credentials(), issue_run_credentials()
    token = new_token()
    served, shown, wrong = {
        "token": (token, token, new_token()),
        "tls": (one.connector, one.syncer, other.syncer),
    }[kind]
    async with serving_with("aio", served) as server:
        found = await examined(server.address, access=shown)
        refused = await examined(server.address, access=wrong)
    assert set(severities(found).values()) == {"ok"}
    assert found["address"].what.endswith({"token": "bearer token", "tls": "mutual TLS"}[kind])
    assert severities(refused) == {"address": "ok", "credentials": "problem"}
    says = {"token": "is not the bearer token", "tls": "not signed by the CA that was given"}[kind]
    assert says in refused["credentials"].what
    assert "with which this connector was started" in refused["credentials"].todo


async def test_nobody_at_a_port_is_told():
    """A port on which nothing listens is one finding, with what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        found = await examined(f"127.0.0.1:{taken.getsockname()[1]}", access=new_token())
    assert severities(found) == {"address": "ok", "listener": "problem"}
    assert "nobody listens at 127.0.0.1:" in found["listener"].what


async def test_looking_changes_nothing():
    """Nothing is released, nobody becomes owner, nothing is read out of the buffer."""
    async with connector() as (buffer, address):
        capture(buffer, 1)
        before = buffer.snapshot()
        found = await examined(address)
        assert buffer.snapshot() == before
    assert found["owner"].severity == "warning"
    assert "1 exchanges wait" in found["owner"].what


async def test_losses_and_unfinished_calls_are_told():
    """Drops by reason over all syncs, calls that never end, calls that a drain gave up."""
    async with connector() as (buffer, address):
        buffer.drop("a", 70, "oversize")
        buffer.drop("b", 80, "oversize")
        buffer.start(lambda: None)
        found = await examined(address)
    assert severities(found)["dropped"] == "warning"
    assert "oversize: 2 exchanges" in found["dropped"].what
    assert severities(found)["pending"] == "warning"
    assert "fewer than 1 calls" in found["pending"].what


async def test_an_owner_at_work_is_seen():
    """Acks that move while we watch are an owner's."""
    async with connector() as (buffer, address):
        for number in range(1, 4):
            capture(buffer, number)
        found = {}

        def tell(finding):
            found[finding.check] = finding
            if finding.check == "epoch":  # the open has been told: from now on we watch
                buffer.release(2)

        await examine_target(address, None, WAIT, tell)
    assert found["owner"].severity == "ok"
    assert "acks moved from 0 to 2" in found["owner"].what


async def test_an_anonymous_connector_is_told():
    """A connector that does not say by which policy it redacts is a warning."""
    async with connector() as (_, address):
        found = await examined(address)
    assert severities(found)["policy"] == "warning"


async def test_watching_too_shortly_is_told():
    """Without time for a heartbeat nothing is said of the buffer, and that is told."""
    async with connector() as (_, address):
        found = await examined(address, 0)
    assert found["buffer"].severity == "note"
    assert "owner" not in found


async def test_a_server_without_provenance_is_a_problem():
    """UNIMPLEMENTED: a gRPC server, and no exchanges."""
    async with serving_nothing() as address:
        found = await examined(address)
    assert found["listener"].severity == "ok"
    assert found["stream"].severity == "problem"
    assert "without provenance" in found["stream"].what


@pytest.mark.parametrize("kind", sorted(BEHAVIOURS))
async def test_any_listener_is_told_in_time(kind, monkeypatch):
    """Another protocol, silence, noise: a problem, and an end."""
    monkeypatch.setattr(doctor_listener, "_PATIENCE", 1.0)
    with listening(kind) as address:
        async with asyncio.timeout(DEADLINE):
            found = await examined(address, 1)
    assert "problem" in severities(found).values()
    if kind != "half_a_handshake":
        assert "is no gRPC server" in found["listener"].what


async def test_an_address_that_nobody_may_dial_is_a_problem(tmp_path):
    """TCP, a folder that others enter, a file in the socket's place: told, and nothing is dialled."""
    tmp_path.chmod(0o755)
    with temporary_private_folder() as folder:
        (folder / "file").touch()
        try:
            for address, says in [
                ("localhost:50051", "not a Unix socket"),
                (f"unix:{tmp_path}/s", "must be 0700"),
                (f"unix:{folder}/file", "is not a socket"),
                ("unix-abstract:x", "abstract"),
            ]:
                found = await examined(address)
                assert list(found) == ["address"]
                assert found["address"].severity == "problem"
                assert says in found["address"].what
        finally:
            (folder / "file").unlink()


async def test_a_dead_socket_is_told_from_a_missing_one():
    """No socket yet, and one whose process has ended, are different problems."""
    with temporary_private_folder() as folder:
        address = unix_address(folder, "s")
        assert "there is no socket" in (await examined(address))["listener"].what
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(folder / "s"))
        assert "nobody listens" in (await examined(address))["listener"].what


async def test_a_listener_that_accepts_nobody_is_told(monkeypatch):
    """A full backlog is a stuck process, told after a moment."""
    monkeypatch.setattr(doctor_listener, "_PATIENCE", 0.5)
    with temporary_private_folder() as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "s"))
        listener.listen(0)
        waiting = []
        try:
            while True:
                client = socket.socket(socket.AF_UNIX)
                waiting.append(client)
                client.setblocking(False)
                client.connect(str(folder / "s"))
        except BlockingIOError:
            found = await examined(unix_address(folder, "s"))
        finally:
            for client in waiting:
                client.close()
    assert found["listener"].severity == "problem"


async def test_the_command_ends_with_1_and_no_traceback():
    """`exchanges doctor` beside a plain HTTP server: findings in NDJSON, exit code 1, nothing on stderr."""
    with listening("http") as address:
        process = await asyncio.create_subprocess_exec(
            *(EXCHANGES, "doctor", address, "--wait", "1"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment(),
        )
        async with asyncio.timeout(DEADLINE):
            out, err = await process.communicate()
    records = [json.loads(line) for line in out.splitlines()]
    assert (process.returncode, err) == (1, b"")
    assert [record["severity"] for record in records] == ["ok", "problem"]
    assert os.fsencode(address) not in err
