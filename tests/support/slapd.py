"""A real directory: OpenLDAP's slapd on loopback, and ldap3's operations as the records that are redacted."""

import socket
import subprocess
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from captured_exchanges.exchange import LdapChange, LdapEntry, LdapRequest, LdapResponse
from support.tools import require

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it calls pyasn1 by names of old
    import ldap3

SUFFIX = "dc=example,dc=test"
ROOT = f"cn=admin,{SUFFIX}"
SCHEMAS = Path("/etc/ldap/schema")
DEADLINE = 30
CONFIG = """\
include {schemas}/core.schema
include {schemas}/cosine.schema
include {schemas}/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
database config
rootpw {password}
database mdb
suffix "{suffix}"
rootdn "{root}"
rootpw {password}
directory {folder}/data
"""


@dataclass(frozen=True)
class Directory:
    """Where it serves, and who may do anything there."""

    port: int
    password: str

    @contextmanager
    def connection(self, name: str = ROOT, password: str | None = None) -> Iterator[ldap3.Connection]:
        """A client that has tried to bind."""
        server = ldap3.Server("127.0.0.1", self.port, get_info=ldap3.NONE, connect_timeout=DEADLINE)
        bound = ldap3.Connection(server, name, self.password if password is None else password)
        try:
            bound.bind()
            yield bound
        finally:
            bound.strategy.close()


@contextmanager
def slapd(folder: Path, password: str) -> Iterator[Directory]:
    """An empty directory in a process of its own."""
    program = require("slapd", "apt-get install slapd")
    if not SCHEMAS.exists():
        pytest.skip(f"needs slapd as Debian lays it out, with {SCHEMAS}")
    (folder / "data").mkdir()
    config = folder / "slapd.conf"
    config.write_text(
        CONFIG.format(folder=folder, schemas=SCHEMAS, suffix=SUFFIX, root=ROOT, password=password)
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"ldap://127.0.0.1:{port}"
    with subprocess.Popen(
        [program, "-d", "0", "-f", config, "-h", address], stderr=subprocess.PIPE
    ) as process:
        try:
            _await(process, port)
            yield Directory(port, password)
        finally:
            process.terminate()


def _await(process: subprocess.Popen, port: int) -> None:
    deadline = time.monotonic() + DEADLINE
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.02)
    raise AssertionError(f"slapd did not start: {process.returncode}")


def asked(operation: str, **parts: object) -> LdapRequest:
    """What was asked, as an adapter would record it."""
    return LdapRequest(operation, time.time_ns(), **parts)


def changes(operation: str, attributes: dict[str, list]) -> tuple[LdapChange, ...]:
    """Attributes and their values as changes."""
    return tuple(LdapChange(operation, name, tuple(values)) for name, values in attributes.items())


def answered(client: ldap3.Connection) -> LdapResponse:
    """What ldap3 has of the last operation: bytes, as they came."""
    received = client.response if isinstance(client.response, list) else ()
    entries = [each for each in received if each["type"] == "searchResEntry"]
    result = client.result
    return LdapResponse(
        1.0,
        result["result"],
        f"{result['description']} {result['message']}".strip(),
        tuple(LdapEntry(each["dn"], each["raw_attributes"]) for each in entries),
    )
