"""What the README prints is what runs."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path

import pytest

from support.serving import serving
from support.tools import require

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    """The README's fenced blocks of a language."""
    pieces = README.split(f"```{language}\n")[1:]
    return [piece.partition("```")[0] for piece in pieces]


def environment(**more: str) -> dict[str, str]:
    """This process's, with the commands of this very Python first on the PATH."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **more}


@pytest.fixture
def api() -> Iterator[str]:
    """An upstream API with one user."""

    class Users(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"users":[{"id":"alice"}]}')

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Users)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_three_blocks_capture_consume_and_explain(tmp_path, api):
    """A newcomer copies connector.py, syncer.py and the commands, and learns what built user:alice."""
    require("jq", "apt-get install jq")
    for block in blocks("python"):
        name = block.partition("\n")[0].removeprefix("# ")
        (tmp_path / name).write_text(block)
    shutil.copy(ROOT / "tests/support/acme.py", tmp_path)
    commands = next(block for block in blocks("sh") if "connector.py" in block)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=tmp_path, env=environment(ACME_API=api), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["1 exchanges, 0 lost, consistent: True", f"{api}/users"]


LOOKS = [line for line in chain(*map(str.splitlines, blocks("sh"))) if "$SOCKET" in line]


@pytest.mark.parametrize("line", LOOKS)
async def test_the_looks_work_as_printed(line):
    """Each line of the README that looks at a live connector prints what it promises, and changes nothing."""
    for program in ("grpcurl", "jq", "buf"):
        require(program, "see .ci/run")
    async with serving() as served:
        request_ids = served.capture(3)
        before = served.producer.buffer.facts(), served.producer.buffer.counters()
        process = await asyncio.create_subprocess_exec(
            "bash", "-euo", "pipefail", "-c", line,
            env=environment(SOCKET=str(served.socket)),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        assert (served.producer.buffer.facts(), served.producer.buffer.counters()) == before
    assert expected(line, out.decode(), request_ids)


def expected(line: str, out: str, request_ids: list[str]) -> bool:
    """Whether the output is what the line is there for."""
    if " list" in line:
        return "c1.connector.v2.ConnectorService" in out.split()
    if " describe" in line:
        return "rpc StreamCapturedExchanges" in out
    if "{sequence, requestId}" in line:
        return [json.loads(each)["requestId"] for each in out.splitlines()] == request_ids
    if "stats" in line:
        return json.loads(out) == {"retained_exchanges": 3, "pending": 0}
    if "keys" in line:
        return out.split() == ['["opened"]', '["batch"]', '["closing"]']
    return all(f"https://directory.example/users?page={page}" in out for page in (1, 2, 3))


def test_the_looks_are_all_there():
    """The README has not lost the lines that this module runs."""
    assert len(LOOKS) == 7


def test_the_rooms_are_the_packages():
    """The README's map names each room, and no other."""
    rooms = {path.parent.name for path in (ROOT / "src/captured_exchanges").glob("*/__init__.py")} | {
        "errors"
    }
    rows = README.partition("| room |")[2].partition("\n\n")[0].splitlines()[2:]
    assert set(" ".join(row.split("|")[1] for row in rows).replace("`", "").replace(",", "").split()) == rooms
