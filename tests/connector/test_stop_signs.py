import os
import socket

import pytest

from captured_exchanges.connector.stop_signs import has_ended, is_channel


@pytest.fixture
def pipe():
    ends = list(os.pipe())
    yield ends
    for descriptor in ends:
        os.close(descriptor)


def test_pipes_and_sockets_have_an_other_side(pipe, tmp_path):
    """Files, /dev/null and closed descriptors have none."""
    assert is_channel(pipe[0])
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert is_channel(ours.fileno())
    with open(os.devnull, "rb") as null, (tmp_path / "f").open("wb") as file:  # noqa: PTH123 - a device
        assert not is_channel(null.fileno())
        assert not is_channel(file.fileno())
    assert not is_channel(ours.fileno())


def test_what_is_said_is_no_end(pipe):
    """It is forgotten; the end is the end."""
    os.write(pipe[1], b"configuration\n")
    assert not has_ended(pipe[0])
    os.set_blocking(pipe[0], False)
    assert not has_ended(pipe[0])  # nothing there, and the other side still is
    os.close(pipe.pop())
    assert has_ended(pipe[0])


def test_a_reset_is_an_end():
    """A parent that died with our words unread."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
        ours.sendall(b"unread")
        theirs.close()
        with ours:
            assert has_ended(ours.fileno())
