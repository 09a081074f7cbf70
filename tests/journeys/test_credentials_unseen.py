"""Credentials of a run travel from a parent to its child, and are seen nowhere on the way or afterwards."""

import asyncio
import sys
from pathlib import Path
from subprocess import PIPE

import psutil
import pytest

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security import BearerToken, dump_access, issue_run_credentials, new_token
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ExchangeConsumer
from support.access_servers import STYLES, look

CHILD = Path(__file__).parents[1] / "support/access_child.py"


def secrets_of(access):
    """What must not be found: a token, or any line of a key."""
    if isinstance(access, BearerToken):
        return [access.value.encode()]
    return [line for line in access.private_key.splitlines() if b"-----" not in line]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("kind", ["token", "mutual TLS"])
async def test_credentials_are_seen_nowhere(style, kind, tmp_path, caplog):
    """Not in the child's arguments, environment, words or files, nor in the parent's logs and errors, nor in
    the store, though the child logs at DEBUG and captures its own credentials.
    """
    caplog.set_level("DEBUG")
    run = issue_run_credentials()
    theirs, ours = (run.connector, run.syncer) if kind == "mutual TLS" else (new_token(),) * 2
    hidden = [*secrets_of(theirs), *secrets_of(ours)]
    child = await asyncio.create_subprocess_exec(
        sys.executable, CHILD, style, stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=tmp_path
    )
    child.stdin.write(dump_access(theirs))
    address = (await child.stdout.readline()).decode().strip()
    process = psutil.Process(child.pid)
    seen = [f"{process.cmdline()} {process.environ()}".encode()]
    wrong = new_token() if kind == "token" else issue_run_credentials().syncer
    with pytest.raises(ConnectionRefused) as refused:
        await look(address, wrong)
    hidden += secrets_of(wrong)
    with open_store(tmp_path / "sync.db", "rw") as store:
        async with ExchangeConsumer(address, store, sync_id="s", access=ours) as consumer:
            report = await consumer.drain(20)
        (stored,) = store.exchanges().iterate()
    child.stdin.close()
    out, err = await child.communicate()
    assert (child.returncode, report.committed) == (0, 1)
    assert b"it is" in stored.response_json
    seen += [out, err, str(refused.value).encode(), caplog.text.encode(), f"{report} {stored}".encode()]
    seen += [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert b"access: " in err
    assert [secret for secret in hidden if any(secret in each for each in seen)] == []
