import socket

import pytest

from support.capture_clients import RIGS
from support.capture_server import serving
from support.capture_sink import RecordingSink


@pytest.fixture(params=RIGS, ids=repr)
def rig(request):
    return request.param


@pytest.fixture
def sink():
    return RecordingSink()


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture
def closed_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]  # bound and not listening: connecting is refused
