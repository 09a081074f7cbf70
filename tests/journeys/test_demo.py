import base64
import contextlib
import shlex
import shutil
import signal
import sqlite3
import subprocess
from functools import partial
from itertools import islice
from pathlib import Path

import psutil
import pytest

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.store import MAX_UNPACKED_BYTES
from captured_exchanges.store.packing import unpack_file
from captured_exchanges.wire import baton, request_ids
from support.cli_process import exchanges
from support.demo_live import GRPCURL, live_demo
from support.demo_secrets import leaks, shapes
from support.demo_watch import watched_run

USERS, GROUPS = 300, 20
MESSAGES = {
    "v1_resource_types": baton.ResourceType,
    "v1_resources": baton.Resource,
    "v1_entitlements": baton.Entitlement,
    "v1_grants": baton.Grant,
}

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The demo as `make run` starts it, at its full size, once; with what a bystander could see of it."""
    folder = tmp_path_factory.mktemp("demo")
    watched = watched_run(folder, USERS, GROUPS)
    watched.folder = folder
    return watched


@pytest.fixture(scope="module")
def unpacked(run):
    """The database of the file that the demo left."""
    path = run.folder / "unpacked.db"
    unpack_file(run.folder / "sync.c1z", path, limit=MAX_UNPACKED_BYTES, name="sync.c1z")
    with contextlib.closing(sqlite3.connect(path)) as database:
        yield database


def test_ends_well_and_says_so(run):
    """The demo exits 0 and prints attestation, verdict, an example and what to try; progress is on stderr."""
    assert run.code == 0, run.err
    out = run.out.decode()
    for said in ("Attested by the connector", "Every object resolves", "come from?", "Try next"):
        assert said in out
    assert f"{USERS} of {USERS}" in out
    assert "dropped 0, abandoned 0" in out
    assert "lost 0, foreign 0, quarantined 0" in out
    assert b"synced" in run.err


def test_every_object_resolves_to_a_stored_exchange(unpacked):
    """Every type, user, group, entitlement and grant carries request ids, and all of them are in the file."""
    stored = {row[0] for row in unpacked.execute("SELECT request_id FROM v1_exchanges")}
    counts = {}
    for table, message in MESSAGES.items():
        rows = unpacked.execute(f"SELECT data FROM {table}").fetchall()  # noqa: S608
        for (data,) in rows:
            ids = request_ids(message.FromString(data).annotations)
            assert ids
            assert set(ids) <= stored
        counts[table] = len(rows)
    grants = counts.pop("v1_grants")
    assert counts == {"v1_resource_types": 2, "v1_resources": USERS + GROUPS, "v1_entitlements": GROUPS}
    assert grants > USERS


@pytest.mark.usefixtures("unpacked")
def test_no_credential_is_anywhere(run):
    """No password or token of the run, however encoded, is in any file, output, argument or environment."""
    assert len(run.secrets) == USERS + 1
    places = {**run.seen, "stdout": run.out, "stderr": run.err}
    places["unpacked"] = Path(run.folder, "unpacked.db").read_bytes()
    assert leaks(run.secrets, places) == set()
    planted = places["unpacked"] + run.secrets[-1].encode()
    assert leaks(run.secrets, {"planted": planted}) == {"planted"}
    assert "sync.c1z" in run.names
    assert any(name.startswith("sync.c1z.work/database.db") for name in run.names)
    assert sum(name.startswith("process") for name in run.names) >= 3


def test_what_only_looks_like_a_credential_is_kept(unpacked):
    """Redaction removed one password per user and nothing beside it: near-misses are as they were."""
    documents = b"".join(
        row[0] for row in unpacked.execute("SELECT response_json FROM v1_exchanges ORDER BY id")
    )
    assert documents.count(b'"password":"[REDACTED:') == USERS
    assert documents.count(b'"passwordLastChanged":"2026-') == USERS
    assert documents.count(b'"credentialProvider":"LOCAL"') == USERS
    assert documents.count(b"@example.com") == USERS


@pytest.mark.parametrize("secret", ['pass"word\\with é&%41', "abcdefghijklmnopq"])
def test_the_search_itself_finds_each_shape(secret):
    """A planted secret is found raw, escaped, encoded, in hex, and in base64 wherever it stands."""
    raw = secret.encode()
    for before in (b"", b"x", b"xy", b"xyz"):
        for after in (b"", b"1", b"12", b"123"):
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                assert leaks([secret], {"there": encode(before + raw + after)}) == {"there"}
    for shape in shapes(secret):
        assert leaks([secret], {"there": b"..." + shape + b"...", "elsewhere": b"..."}) == {"there"}


def test_memory_stays_within_its_bound(run):
    """Above idle, connector and syncer take less than 40 MB each beside what the buffer may hold."""
    line = next(line for line in run.out.decode().splitlines() if "above idle" in line)
    words = line.replace(",", "").split()
    units = {"KiB": 2**10, "MiB": 2**20}
    for name, bound in (("syncer", 40e6), ("connector", 40e6 + CaptureBuffer().max_bytes)):
        place = words.index(name)
        assert 0 < float(words[place + 1]) * units[words[place + 2]] < bound


@pytest.mark.parametrize(
    ("step", "number", "code"),
    [
        ("directory", signal.SIGINT, 130),
        ("connector", signal.SIGINT, 130),
        ("connector", signal.SIGTERM, 143),
    ],
)
def test_a_run_that_is_stopped_leaves_nothing(tmp_path, step, number, code):
    """After Ctrl-C or SIGTERM, at whatever step, every process is gone and no file stays."""
    with live_demo(tmp_path) as demo:
        children = demo.wait_for(step)
        assert demo.finish(number) == code
        assert children
        assert not any(child.is_running() for child in children)
        assert demo.leftovers() == ["tmp"]
        assert "Traceback" not in demo.err


@pytest.mark.parametrize("victim", ["directory", "connector", "syncer"])
def test_a_process_that_dies_is_named_in_one_line(tmp_path, victim):
    """When a child is killed the demo ends with 1 and one line that says which, and leaves nothing."""
    with live_demo(tmp_path) as demo:
        children = demo.wait_for("connector")
        demo.child(victim).kill()
        assert demo.finish() == 1
        *_, last = demo.err.splitlines()
        assert last == f"error: the {victim} was ended by SIGKILL: it said nothing on stderr"
        assert not any(child.is_running() for child in children)
        assert demo.leftovers() == ["tmp"]


def test_a_second_run_replaces_the_first_and_its_hints_work(tmp_path):
    """An earlier demo's file is replaced, and each command that is printed at the end runs as printed."""
    for folder in ("first", "second"):
        shutil.rmtree(tmp_path / "tmp", ignore_errors=True)
        with live_demo(tmp_path) as demo:
            assert demo.finish() == 0, folder
    assert demo.leftovers() == ["sync.c1z", "tmp"]
    hints = demo.printed[demo.printed.index("Try next") + 1 :]
    commands = [hint for hint in hints if hint.strip() and "--serve" not in hint]
    assert len(commands) == 3
    for command in commands:
        done = subprocess.run(["sh", "-c", command], capture_output=True, check=True, cwd=tmp_path)
        assert done.stdout.startswith(b"{")
    users = [line for line in demo.printed if "users" in line and " of " in line]
    assert users == ["  users          25 of 25"]


def test_a_file_that_is_not_the_demos_is_refused(tmp_path):
    """Where the file is somebody else's, nothing is started and one line says so."""
    shutil.copy(Path(__file__).parent.parent / "fixtures" / "go-50.c1z", tmp_path / "sync.c1z")
    before = (tmp_path / "sync.c1z").read_bytes()
    ended = exchanges("demo", cwd=tmp_path)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("error: sync.c1z was not made by the demo")
    assert ended.err.count("\n") == 1
    assert (tmp_path / "sync.c1z").read_bytes() == before


def test_serve_keeps_something_to_look_at(tmp_path):
    """With --serve the printed `tail` shows what the connector holds, twice the same, until Ctrl-C."""
    with live_demo(tmp_path, "--serve") as demo:
        demo.read_until("exchanges tail")
        children = psutil.Process(demo.process.pid).children(recursive=True)
        _, _, target, _ = demo.printed[-1].split()
        looks = [exchanges("tail", target, "--count", "2") for _ in range(2)]
        assert [look.code for look in looks] == [0, 0]
        assert looks[0].out == looks[1].out
        assert looks[0].out.count('"type":"exchange"') == 2
        assert demo.finish(signal.SIGINT) == 130
        assert not any(child.is_running() for child in children)
        assert demo.leftovers() == ["sync.c1z", "tmp"]


@pytest.mark.skipif(GRPCURL is None, reason="grpcurl is not on the PATH")
def test_serve_prints_grpcurl_lines_that_work(tmp_path):
    """Each grpcurl line runs as printed: the service, its method, what is held, and what comes."""
    with live_demo(tmp_path, "--serve") as demo:
        demo.read_until("exchanges tail")
        lines = [line.strip() for line in demo.printed if line.strip().startswith("grpcurl ")]
        listed, described, looked, followed = map(shlex.split, lines)
        run_line = partial(subprocess.run, capture_output=True, check=True, timeout=60, text=True)
        assert "c1.connector.v2.ConnectorService" in run_line(listed).stdout
        assert "stream" in run_line(described).stdout
        first, second = (run_line(looked).stdout for _ in range(2))
        assert first.count("request_json") + first.count("requestJson") >= 2
        assert first[: first.index("batch")] == second[: second.index("batch")]
        with subprocess.Popen(followed, stdout=subprocess.PIPE, text=True) as following:
            arrivals = (line for line in following.stdout if "request_id" in line or "requestId" in line)
            assert len(list(islice(arrivals, 4))) == 4  # two that were held, two of the next round
            following.terminate()
        assert demo.finish(signal.SIGINT) == 130
