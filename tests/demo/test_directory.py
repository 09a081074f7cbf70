import secrets
import socket
import subprocess
import sys

import httpx
import orjson
import psutil
import pytest

from captured_exchanges.demo import people
from support.demo_directory import running_directory


@pytest.fixture(scope="module")
def directory():
    with running_directory() as running:
        yield running


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer wrong", "Basic dTpw"])
def test_refuses_without_the_token(directory, authorization):
    """Every read without the run's bearer token is answered 401."""
    headers = {"authorization": authorization} if authorization else {}
    assert httpx.get(f"{directory.url}/Users", headers=headers, trust_env=False).status_code == 401


def test_returns_the_password_and_the_near_misses(directory):
    """A user reads back with the password it was created with, and with what only looks like one."""
    password = people.new_password()
    with httpx.Client(headers={"authorization": f"Bearer {directory.token}"}, trust_env=False) as client:
        created = client.post(f"{directory.url}/Users", json=people.user(7, password)).json()
        user = client.get(f"{directory.url}/Users/{created['id']}").json()
    assert user["password"] == password
    assert user[people.ACCOUNT_SCHEMA]["passwordLastChanged"].startswith("2026-0")


def test_process_reports_its_port_hides_its_token_and_ends_with_its_parent():
    """The directory's process tells its real address, shows its token to nobody, and ends when stdin does."""
    token = secrets.token_urlsafe(24)
    command = [sys.executable, "-m", "captured_exchanges.demo.directory"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(orjson.dumps({"token": token}) + b"\n")
        process.stdin.flush()
        url = httpx.URL(orjson.loads(process.stdout.readline())["url"])
        socket.create_connection((url.host, url.port), timeout=10).close()
        shown = psutil.Process(process.pid)
        assert url.host == "127.0.0.1"
        assert token not in f"{shown.cmdline()} {shown.environ()}"
        process.stdin.close()
        assert process.wait(timeout=30) == 0
