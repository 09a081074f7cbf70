"""What importing costs: the root and `capture` bring no gRPC, no web framework and no client library."""

import subprocess
import sys

import pytest

CLIENT_LIBRARIES = {"httpx", "httpx2", "httpcore", "httpcore2", "requests", "urllib3", "aiohttp"}
DATABASES = {"sqlalchemy", "psycopg", "ldap3", "sqlite3"}
HEAVY = {"grpc", "starlette", "anyio", "rich", "click", "asyncio"} | CLIENT_LIBRARIES | DATABASES


def imported_by(statement):
    """The top-level modules that a fresh interpreter has after this, and not before."""
    program = (
        "import sys\nbefore = {name.partition('.')[0] for name in sys.modules}\n"
        f"{statement}\n"
        "print(*({name.partition('.')[0] for name in sys.modules} - before))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import captured_exchanges",
        "import captured_exchanges.exchange",
        "import captured_exchanges.capture",
        "import captured_exchanges.capture as capture\nwith capture.intent() as scope: scope.mentions(['a'])",
    ],
    ids=["root", "exchange", "capture", "scope"],
)
def test_light(statement):
    """The rooms that live in every connector import nothing heavy, in use neither."""
    assert imported_by(statement) & (HEAVY | {"google", "orjson"}) == set()


def test_annotations_need_protobuf_alone():
    """Ready annotations bring protobuf and no gRPC."""
    statement = (
        "from captured_exchanges.capture import intent\n"
        "with intent() as scope: scope.add('a'); scope.annotations()"
    )
    brought = imported_by(statement)
    assert "google" in brought
    assert brought & (CLIENT_LIBRARIES | {"grpc", "starlette"}) == set()


@pytest.mark.parametrize(("adapter", "other"), [("httpx", "httpx2"), ("httpx2", "httpx")])
def test_opting_in(adapter, other):
    """Importing an adapter brings its own library, neither the other one nor gRPC."""
    brought = imported_by(f"import captured_exchanges.capture.{adapter}")
    assert adapter in brought
    assert brought & {other, "grpc", "starlette"} == set()


def test_no_foreign_names():
    """The generated code brings no top-level module of its own."""
    assert imported_by("import captured_exchanges.wire") & {"c1", "grpc", "baton_pb2"} == set()
