"""What docs/access.md prints is what runs."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from captured_exchanges.security import MutualTLS, dump_access
from support.access_servers import serving
from support.tools import require

DOC = (Path(__file__).parents[2] / "docs/access.md").read_text()


def blocks(language: str) -> list[str]:
    """The document's fenced blocks of a language."""
    return [piece.partition("```")[0] for piece in DOC.split(f"```{language}\n")[1:]]


def environment(**more: str) -> dict[str, str]:
    """This process's, with the commands of this very Python first on the PATH."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **more}


async def bash(script: str, folder: Path, **more: str) -> tuple[int, str, str]:
    """Run it there."""
    process = await asyncio.create_subprocess_exec(
        "bash", "-euo", "pipefail", "-c", script,
        cwd=folder, env=environment(**more), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


def test_a_parent_hands_credentials_to_its_child(tmp_path):
    """The two programs as printed: the drain is attested, and the child ends when its stdin does."""
    for block in blocks("python"):
        (tmp_path / block.partition("\n")[0].removeprefix("# ")).write_text(block)
    done = subprocess.run(
        [sys.executable, "parent.py", "sync.c1z", "sync-1"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("consistent: True, exit code 0\n", 0), done.stderr
    assert done.stderr == ""


async def test_certificates_from_files_work_as_printed(tmp_path):
    """OpenSSL's commands make what both ends take; the commands of ours show it."""
    require("openssl", "apt-get install openssl")
    make, look, *_ = blocks("sh")
    code, _, err = await bash(make, tmp_path)
    assert code == 0, err
    files = [tmp_path / name for name in ("ca.pem", "connector.pem", "connector.key")]
    syncer = MutualTLS.from_files(
        files[0], tmp_path / "syncer.pem", tmp_path / "syncer.key", peer_name="connector.internal"
    )
    (tmp_path / "credentials.json").write_bytes(dump_access(syncer))
    async with serving("aio", MutualTLS.from_files(*files)) as served:
        served.capture()
        code, out, err = await bash(look, tmp_path, TARGET=served.address)
    assert code == 0, err
    tailed, counted = out.splitlines()
    assert '"type":"exchange"' in tailed
    assert '"retained_exchanges":1' in counted


def test_the_commands_that_it_names_know_the_options():
    """And no option of theirs is called otherwise."""
    for command in ("tail", "stats", "consume"):
        done = subprocess.run(
            ["exchanges", command, "--help"], env=environment(), capture_output=True, text=True, check=True
        )
        for option in ("--credentials FILE|-", "--ca FILE", "--cert FILE", "--key FILE", "--peer-name NAME"):
            assert option in done.stdout
